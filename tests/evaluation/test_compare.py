"""Two runs on the same pictures: matched by content and class, or refused with the reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.domain.dataset import Split
from core.domain.errors import DatasetError
from core.domain.report import Predictions
from core.evaluation.compare import Contender, compare, judged_pictures
from core.evaluation.error_bars import with_error_bars
from core.evaluation.intervals import wilson
from core.evaluation.paired import paired_difference
from core.evaluation.report import judged
from core.evaluation.scores import score
from tests.evaluation.made import answered, drawn, drawn_several, told_several

CLASSES = ("dirt", "rust")


def contender(name: str, predictions: Predictions, classes: tuple[str, ...] = CLASSES) -> Contender:
    return Contender(run_id=name.casefold(), name=name, classes=classes, predictions=predictions)


def told(before: list[tuple[int, int]], after: list[tuple[int, int]]):
    return compare(contender("Run 1", answered(before, 2)), contender("Run 2", answered(after, 2)))


def rows(predictions: Predictions, order: list[int]) -> Predictions:
    """Return these rows of the predictions, in this order."""
    return replace(
        predictions,
        paths=tuple(predictions.paths[row] for row in order),
        sha256=tuple(predictions.sha256[row] for row in order),
        splits=tuple(predictions.splits[row] for row in order),
        labels=predictions.labels[order],
        probabilities=predictions.probabilities[order],
        targets=None if predictions.targets is None else predictions.targets[order],
    )


def test_every_picture_is_fixed_broken_still_wrong_or_right_both_times():
    found = told([(0, 0), (0, 1), (1, 0), (1, 0), (1, 1)], [(0, 0), (0, 0), (1, 1), (1, 0), (1, 0)])
    paths = {
        name: [pair.after.path for pair in getattr(found, name)]
        for name in ("fixed", "broken", "still_wrong", "both_right")
    }
    assert paths == {
        "fixed": ["2.jpg", "1.jpg"],  # the surer first
        "broken": ["4.jpg"],
        "still_wrong": ["3.jpg"],
        "both_right": ["0.jpg"],
    }
    pair = found.fixed[0]
    assert (pair.before.predicted, pair.after.predicted, pair.after.label) == ("dirt", "rust", "rust")
    assert pair.before.confidence == pytest.approx(0.75)
    assert pair.before.sha256 == pair.after.sha256


def test_the_figures_are_those_of_the_counts():
    found = told([(0, 0), (0, 1), (1, 0), (1, 0), (1, 1)], [(0, 0), (0, 0), (1, 1), (1, 0), (1, 0)])
    assert (found.pictures, found.before.correct, found.after.correct) == (5, 2, 3)
    assert (found.before.accuracy, found.after.accuracy) == (wilson(2, 5), wilson(3, 5))
    assert found.difference == paired_difference(1, 1, 2, 1)
    assert found.chance == 1.0  # 2 to 1
    assert found.more_pictures is not None
    assert not found.several


def test_the_order_of_the_pictures_does_not_matter():
    before, after = drawn(90, 3), drawn(90, 3, seed=1, skill=3.0)
    after = replace(after, labels=before.labels)
    names = ("a", "b", "c")
    plain = compare(contender("one", before, names), contender("two", after, names))
    mixed = rows(before, np.random.default_rng(0).permutation(90).tolist())
    assert compare(contender("one", mixed, names), contender("two", after, names)) == plain
    tested = [split is Split.TEST for split in before.splits]
    assert plain.pictures == sum(tested)
    right = (before.predicted == before.labels)[tested], (after.predicted == after.labels)[tested]
    assert len(plain.fixed) == int((~right[0] & right[1]).sum())
    assert len(plain.broken) == int((right[0] & ~right[1]).sum())


def test_classes_in_another_order_are_the_same_classes():
    before = contender("Run 1", answered([(0, 0), (1, 0)], 2), ("dirt", "rust"))
    after = contender("Run 2", answered([(1, 1), (0, 0)], 2), ("rust", "dirt"))
    found = compare(before, after)
    assert (len(found.both_right), len(found.fixed)) == (1, 1)


def test_the_same_answers_are_no_difference():
    found = told([(0, 0), (1, 0)], [(0, 0), (1, 0)])
    assert (found.fixed, found.broken, found.chance, found.more_pictures) == ((), (), 1.0, None)
    assert found.difference.value == 0


def test_one_picture_can_be_compared():
    found = told([(0, 1)], [(0, 0)])
    assert (len(found.fixed), found.pictures, found.chance) == (1, 1, 1.0)
    assert found.difference.value == 1.0
    assert found.difference.low < 0


def test_what_is_clear_needs_no_more_pictures():
    found = told([(0, 1)] * 30, [(0, 0)] * 30)
    assert found.chance < 1e-8
    assert found.more_pictures is None


FOUR = np.arange(32) // 4  # series of four pictures each
OFTEN_WRONG = [(0, 1)] * 20 + [(0, 0)] * 12
LATER = [(0, 0)] * 12 + [(0, 1)] * 8 + [(0, 0)] * 12  # three whole series are fixed


def test_whole_series_are_won_and_not_their_pictures():
    """Twelve of twelve pictures that changed were fixed: by luck hardly ever; three of three series often."""
    before, after = answered(OFTEN_WRONG, 2), answered(LATER, 2)
    alone = compare(contender("Run 1", before), contender("Run 2", after))
    series = compare(
        contender("Run 1", replace(before, groups=FOUR)), contender("Run 2", replace(after, groups=FOUR))
    )
    assert (len(series.fixed), len(series.broken)) == (12, 0)
    assert alone.chance == pytest.approx(2 / 2**12)
    assert series.chance == pytest.approx(2 / 2**3)
    assert (alone.groups, series.groups) == (None, 8)
    assert alone.difference.low > 0
    assert series.difference.low < 0 < series.difference.value == alone.difference.value
    assert series.more_pictures == 87 - 32  # 19 on their own, times a design effect of 32 / 7


def test_each_card_has_the_range_of_the_leaderboard():
    before, after = (replace(answered(pairs, 2), groups=FOUR) for pairs in (OFTEN_WRONG, LATER))
    found = compare(contender("Run 1", before), contender("Run 2", after))
    for one, predictions in ((found.before, before), (found.after, after)):
        told = with_error_bars(
            score(predictions, CLASSES, Split.TEST), judged(predictions, len(CLASSES), Split.TEST)
        )
        assert one.accuracy == told.accuracy
        assert one.accuracy != wilson(one.correct, 32)


def test_series_that_only_the_earlier_run_knows_count_too():
    before, after = replace(answered(OFTEN_WRONG, 2), groups=FOUR), answered(LATER, 2)
    backwards = rows(after, list(range(32))[::-1])
    found = compare(contender("Run 1", before), contender("Run 2", backwards))
    assert (found.groups, found.chance) == (8, pytest.approx(2 / 2**3))


def test_series_of_one_picture_each_are_none():
    before, after = answered(OFTEN_WRONG, 2), answered(LATER, 2)
    single = [
        contender(name, replace(told, groups=np.arange(32)))
        for name, told in (("Run 1", before), ("Run 2", after))
    ]
    plain, found = compare(contender("Run 1", before), contender("Run 2", after)), compare(*single)
    assert (found.chance, found.difference, found.more_pictures, found.groups) == (
        plain.chance,
        plain.difference,
        plain.more_pictures,
        None,
    )


def test_a_picture_that_is_there_twice_is_matched_twice():
    before, after = answered([(0, 1), (0, 1)], 2), answered([(0, 0), (0, 0)], 2)
    twice = ("a" * 64,) * 2
    found = compare(
        contender("Run 1", replace(before, sha256=twice)), contender("Run 2", replace(after, sha256=twice))
    )
    assert len(found.fixed) == 2


def test_several_classes_are_right_when_exactly_they_are_named():
    before = told_several([("a", (0.9, 0.8)), ("ab", (0.9, 0.9)), ("b", (0.9, 0.1))], "ab")
    after = told_several([("a", (0.9, 0.2)), ("ab", (0.9, 0.3)), ("b", (0.9, 0.9))], "ab")
    found = compare(contender("Run 1", before, ("a", "b")), contender("Run 2", after, ("a", "b")))
    assert found.several
    assert [pair.after.named for pair in found.fixed] == [("a",)]
    assert [(pair.before.named, pair.after.named) for pair in found.broken] == [(("a", "b"), ("a",))]
    assert [pair.after.labels for pair in found.still_wrong] == [("b",)]


def test_other_test_pictures_are_refused_with_their_number():
    before = answered([(0, 0)] * 60, 2)
    after = answered([(0, 0)] * 61, 2)
    moved = replace(after, sha256=("f" * 64, *after.sha256[1:]))
    with pytest.raises(DatasetError) as problem:
        compare(contender("Run 1", before), contender("Run 2", moved))
    assert problem.value.message == "Run 1 was judged on 60 pictures, Run 2 on 61; 59 are the same."
    assert "train again with the settings of the older run" in problem.value.hint


def test_a_picture_with_another_class_is_another_question():
    before, after = answered([(0, 0), (1, 1)], 2), answered([(0, 0), (0, 1)], 2)
    with pytest.raises(DatasetError, match=r"2 pictures, Run 2 on 2; 1 is the same"):
        compare(contender("Run 1", before), contender("Run 2", after))


def test_other_classes_are_refused_by_name():
    before = contender("Run 1", answered([(0, 0)], 2), ("dirt", "scratch"))
    with pytest.raises(DatasetError, match=r"only Run 1 knows “scratch” and only Run 2 knows “rust”"):
        compare(before, contender("Run 2", answered([(0, 0)], 2)))


def test_one_class_and_several_classes_are_different_questions():
    one, several = answered([(0, 0)], 2), told_several([("a", (0.9, 0.1))], "ab")
    with pytest.raises(DatasetError, match="answered different questions"):
        compare(contender("Run 1", one, ("a", "b")), contender("Run 2", several, ("a", "b")))


def test_without_test_pictures_there_is_nothing_to_compare():
    one = answered([(0, 0)], 2, split=Split.VALIDATION)
    with pytest.raises(DatasetError, match="Neither run was judged on test pictures"):
        compare(contender("Run 1", one), contender("Run 2", one))


def test_what_a_run_was_judged_on_are_its_test_pictures():
    several = drawn_several(30, 3)
    found = judged_pictures(("a", "b", "c"), several)
    assert found.total() == 20
    assert all(set(labels) <= {"a", "b", "c"} for _, labels in found)
