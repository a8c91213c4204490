"""Whose mistakes the mistakes are; figures by hand, and the estimator by simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.domain.dataset import Split
from core.domain.report import Predictions
from core.domain.review import Judgement, VerdictKind
from core.evaluation.budget_words import budget_in_words, corrected_in_words
from core.evaluation.error_budget import Opinions, error_budget, sample_of_right
from core.evaluation.intervals import wilson

CLASSES = ("bolt", "nut")
LABEL, MODEL = VerdictKind.LABEL_WRONG, VerdictKind.MODEL_WRONG


def answered(right: int, wrong: int) -> Predictions:
    """Return answers to bolts, the first ones wrong; and one of validation that nothing may count."""
    pictures = right + wrong + 1
    probabilities = np.tile(np.float32((0.9, 0.1)), (pictures, 1))
    probabilities[:wrong] = (0.2, 0.8)
    probabilities[-1] = (0.2, 0.8)
    return Predictions(
        paths=tuple(f"{row}.jpg" for row in range(pictures)),
        sha256=tuple(f"{row:064}" for row in range(pictures)),
        splits=(*[Split.TEST] * (pictures - 1), Split.VALIDATION),
        labels=np.zeros(pictures, np.int64),
        probabilities=probabilities,
    )


def sha(row: int) -> str:
    return f"{row:064}"


def said(kind: VerdictKind, *labels: str) -> Judgement:
    return Judgement(kind=kind, labels=labels)


def test_mistakes_are_counted_by_kind():
    predictions = answered(right=50, wrong=10)
    agreed = {
        **{sha(row): said(LABEL, "nut") for row in range(3)},
        sha(3): said(VerdictKind.AMBIGUOUS),
        **{sha(row): said(MODEL) for row in (4, 5)},
        sha(6): said(VerdictKind.BAD_PHOTO),
        sha(60): said(MODEL),  # validation
    }
    found = error_budget(predictions, CLASSES, Opinions(agreed=agreed, disputed={sha(7)}))
    assert (found.pictures, found.mistakes, found.disputed, found.unseen) == (60, 10, 1, 2)
    assert found.counts == ((LABEL, 3), (MODEL, 2), (VerdictKind.AMBIGUOUS, 1), (VerdictKind.BAD_PHOTO, 1))
    assert (found.measured, found.corrected) == (wilson(50, 60), wilson(53, 59))
    assert (found.dropped, found.estimated) == (1, None)
    assert budget_in_words(found) == (
        "10 mistakes: 3 wrong labels, 1 ambiguous, 1 bad photo, 2 the model's, 1 on which reviewers differ; "
        "2 not looked at yet."
    )
    assert "too friendly" in corrected_in_words(found)[-1]


def test_a_label_put_right_only_helps_where_the_answer_is_that_class():
    three = replace(answered(right=1, wrong=2), probabilities=np.tile(np.float32((0.1, 0.8, 0.1)), (4, 1)))
    agreed = {sha(0): said(LABEL, "pin"), sha(1): said(LABEL, "nut")}
    found = error_budget(three, ("bolt", "nut", "pin"), Opinions(agreed=agreed))
    assert found.corrected == wilson(1, 3)


def test_what_the_run_could_not_have_known_drops_out_however_it_was_said():
    """A class was new when Ada said so, and known when Ben did: to the run it is unknown in both."""
    agreed = {sha(0): said(VerdictKind.NEW_CLASS, "pin"), sha(1): said(LABEL, "pin")}
    found = error_budget(answered(right=2, wrong=3), CLASSES, Opinions(agreed=agreed))
    assert (found.dropped, found.corrected) == (2, wilson(2, 3))


def test_of_several_classes_all_have_to_be_named():
    predictions = replace(
        answered(right=0, wrong=3),
        targets=np.array([[1, 0], [1, 0], [1, 0], [1, 0]], dtype=bool),
        probabilities=np.float32([[0.9, 0.9], [0.9, 0.9], [0.9, 0.1], [0.9, 0.9]]),
    )
    agreed = {sha(0): said(LABEL, "nut", "bolt"), sha(1): said(LABEL, "nut")}
    found = error_budget(predictions, CLASSES, Opinions(agreed=agreed))
    assert (found.mistakes, found.corrected) == (2, wilson(2, 3))


def test_a_longer_sample_begins_with_the_shorter_one():
    predictions = answered(right=40, wrong=5)
    longer = sample_of_right(predictions, 20, seed=3)
    assert longer[:7] == sample_of_right(predictions, 7, seed=3)
    assert {int(one) for one in longer} <= set(range(5, 45))
    assert len(set(sample_of_right(predictions, 99, seed=3))) == 40


def test_the_sample_ends_at_the_first_picture_not_looked_at():
    predictions = answered(right=40, wrong=0)
    drawn = sample_of_right(predictions, 10, seed=0)
    agreed = dict.fromkeys((*drawn[:4], *drawn[5:]), said(VerdictKind.RIGHT))
    found = error_budget(predictions, CLASSES, Opinions(agreed=agreed))
    assert (found.sampled, found.sampled_wrong) == (4, 0)


def test_a_dispute_that_ends_the_sample_is_told():
    """Of 30 that were looked at, two counted: "Look at more of them", and nothing said what was amiss."""
    predictions = answered(right=40, wrong=0)
    drawn = sample_of_right(predictions, 30, seed=0)
    agreed = dict.fromkeys((*drawn[:2], *drawn[3:]), said(VerdictKind.RIGHT))
    found = error_budget(predictions, CLASSES, Opinions(agreed=agreed, disputed={drawn[2]}))
    assert (found.sampled, found.sample_disputed, found.disputed) == (2, 1, 0)
    told = corrected_in_words(found)
    assert told[-1] == (
        "Reviewers differ on 1 right answer drawn by lot: only the 2 drawn before it count. "
        "Once they agree, all you looked at count."
    )
    assert told[-2].endswith("all of them were right.")
    beyond = sample_of_right(predictions, 32, seed=0)[31]  # the one before it was not looked at
    found = error_budget(predictions, CLASSES, Opinions(agreed=agreed, disputed={drawn[2], beyond}))
    assert found.sample_disputed == 1


def test_a_dispute_on_the_first_right_answer_is_told_where_nothing_counts_yet():
    predictions = answered(right=40, wrong=0)
    first, second, third = sample_of_right(predictions, 3, seed=0)
    agreed = {third: said(VerdictKind.RIGHT)}
    found = error_budget(predictions, CLASSES, Opinions(agreed=agreed, disputed={first, second}))
    assert (found.sampled, found.sample_disputed, found.estimated) == (0, 2, None)
    assert corrected_in_words(found)[1:] == (
        "Reviewers differ on 2 right answers drawn by lot: none counts yet. "
        "Once they agree, all you looked at count.",
    )


def test_both_sides_make_the_estimate():
    """By hand: 80 of 100 right; of 20 looked at, one by a wrong label; 5 mistakes were none."""
    predictions = answered(right=80, wrong=20)
    agreed = dict.fromkeys(sample_of_right(predictions, 20, seed=0), said(VerdictKind.RIGHT))
    agreed[next(iter(agreed))] = said(LABEL, "nut")
    agreed |= {sha(row): said(LABEL, "nut") for row in range(5)}
    found = error_budget(predictions, CLASSES, Opinions(agreed=agreed))
    assert found.estimated.value == pytest.approx((80 * 19 / 20 + 5) / 100)
    assert found.estimated.value < found.corrected.value == 0.84
    steady = 20 / 22
    variance = 0.81 * 0.19 / 100 + 0.8**2 * steady * (1 - steady) * (1 / 20 - 1 / 80)
    reach = 1.96 * variance**0.5
    assert found.estimated.high - found.estimated.low == pytest.approx(2 * reach, rel=0.05)
    told = corrected_in_words(found)
    assert told[-1].startswith("Fair to both sides, it is about 81.0 % (")
    assert "20 right answers drawn by lot; 1 of them was not right." in told[-1]
    assert told[-1].endswith("Look at more of them: so few leave the range wide.")
    assert corrected_in_words(found, advice=False)[-1].endswith("not right. So few leave the range wide.")


def test_one_right_answer_looked_at_is_told_in_the_singular():
    predictions = answered(right=40, wrong=1)
    drawn = sample_of_right(predictions, 1, seed=0)
    for judgement, told in (
        (said(VerdictKind.RIGHT), "it was right."),
        (said(LABEL, "nut"), "it was not right."),
    ):
        found = error_budget(predictions, CLASSES, Opinions(agreed={drawn[0]: judgement}))
        assert f"from 1 right answer drawn by lot; {told}" in corrected_in_words(found)[-1]


def test_whoever_only_reads_of_it_is_not_told_to_look():
    found = error_budget(answered(right=50, wrong=10), CLASSES, Opinions(agreed={sha(0): said(LABEL, "nut")}))
    told = " ".join(corrected_in_words(found, advice=False))
    assert "as far as they were looked at, it would be 85.0 %" in told
    assert told.endswith("a right answer may be right by a wrong label.")
    assert "you" not in told
    assert "where you looked" in corrected_in_words(found)[0]


def test_the_range_of_the_estimate_holds_nineteen_times_in_twenty():
    """Labels are wrong 1 time in 20, the model 1 time in 10; a third of the right answers are looked at."""
    random, inside, friendly = np.random.default_rng(0), 0, []
    for _ in range(200):
        model, label = random.random(300) < 0.1, random.random(300) < 0.05
        differs = model ^ label  # of two classes: where both are wrong, they agree
        label = np.concatenate([label[differs], label[~differs]])
        wrong = int(differs.sum())
        predictions = answered(right=300 - wrong, wrong=wrong)
        looked = [*sample_of_right(predictions, 80, seed=0), *map(sha, range(wrong))]
        usual = {True: said(MODEL), False: said(VerdictKind.RIGHT)}
        agreed = {one: said(LABEL, "nut") if label[int(one)] else usual[int(one) < wrong] for one in looked}
        found = error_budget(predictions, CLASSES, Opinions(agreed=agreed))
        inside += found.estimated.low <= 0.9 <= found.estimated.high
        friendly.append(found.corrected.value - found.estimated.value)
    assert 0.92 <= inside / 200 <= 0.99
    assert np.mean(friendly) > 0.003


def test_pictures_in_series_count_for_fewer():
    alone = answered(right=80, wrong=20)
    series = replace(alone, groups=np.concatenate([np.arange(101) // 5]))
    agreed = dict.fromkeys(sample_of_right(alone, 40, seed=0), said(VerdictKind.RIGHT))
    one, other = (error_budget(each, CLASSES, Opinions(agreed=agreed)) for each in (alone, series))
    assert other.measured.low < one.measured.low
    assert other.corrected.low < one.corrected.low
    assert other.estimated.low < one.estimated.low


def test_a_short_sample_without_a_mistake_is_no_proof():
    predictions = answered(right=100, wrong=0)
    few, many = (
        error_budget(
            predictions,
            CLASSES,
            Opinions(agreed=dict.fromkeys(sample_of_right(predictions, n, 0), said(VerdictKind.RIGHT))),
        ).estimated
        for n in (5, 100)
    )
    assert few.low < many.low == pytest.approx(wilson(100, 100).low)


def test_nothing_to_look_at():
    found = error_budget(answered(right=0, wrong=0), CLASSES, Opinions(agreed={}))
    assert (found.measured, found.corrected, found.estimated) == (None, None, None)
    assert budget_in_words(found) == "There are no mistakes to look at."
    assert corrected_in_words(found) == ()
    untouched = error_budget(answered(right=3, wrong=1), CLASSES, Opinions(agreed={}))
    assert budget_in_words(untouched) == "1 mistake: none of them looked at yet."


def test_a_label_is_not_wrong_for_being_called_by_the_new_name_of_its_class():
    """A verdict in the new name of a class counted as a wrong label, and the picture dropped out."""
    predictions = answered(right=2, wrong=3)
    agreed = {
        sha(0): said(LABEL, "screw"),  # labelled bolt, which is called so now
        sha(1): said(LABEL, "hex nut"),  # which is what the model said
        **{one: said(LABEL, "screw") for one in sample_of_right(predictions, 1, 0)},
    }
    names = {"screw": frozenset({"bolt"}), "hex nut": frozenset({"nut"})}
    found = error_budget(predictions, CLASSES, Opinions(agreed=agreed), other_names=names)
    assert (found.counts, found.unseen, found.dropped) == (((LABEL, 1), (MODEL, 1)), 1, 0)
    assert found.corrected == wilson(3, 5)
    assert (found.sampled, found.sampled_wrong) == (1, 0)


def test_the_name_of_merged_classes_stands_for_any_of_them():
    agreed = {sha(0): said(LABEL, "fastener")}
    names = {"fastener": frozenset(CLASSES)}
    found = error_budget(answered(right=1, wrong=1), CLASSES, Opinions(agreed=agreed), other_names=names)
    assert found.counts == ((MODEL, 1),)
    assert found.corrected == wilson(1, 2)


def test_new_names_of_several_classes_of_a_picture_are_understood():
    several = replace(answered(right=1, wrong=1), targets=np.tile((True, False), (3, 1)))
    both = replace(several, probabilities=np.tile(np.float32((0.9, 0.8)), (3, 1)))
    agreed = {sha(0): said(LABEL, "screw", "nut"), sha(1): said(LABEL, "screw")}
    names = {"screw": frozenset({"bolt"})}
    found = error_budget(both, CLASSES, Opinions(agreed=agreed), other_names=names)
    assert found.counts == ((LABEL, 1), (MODEL, 1))
    assert found.corrected == wilson(1, 2)
