"""Scores where a picture may show several classes: by hand, and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    f1_score,
    multilabel_confusion_matrix,
    precision_recall_fscore_support,
    roc_auc_score,
)

from core.domain.dataset import Split
from core.domain.decision import Decision
from core.domain.report import Predictions
from core.evaluation.deciding import decide
from core.evaluation.report import answers, answers_about, build_report, mistakes, ruled_answers
from core.evaluation.scores import score
from core.evaluation.words import headline, worst_confusions
from tests.evaluation.made import drawn_several, told_several

ABC = ("a", "b", "c")
# picture 0 is right, 1 misses b, 2 is right, 3 names b where there is none, and only just
FOUR = (
    ("a", (0.9, 0.1, 0.2)),
    ("ab", (0.8, 0.05, 0.1)),
    ("ab", (0.7, 0.5, 0.3)),
    ("a", (0.6, 0.55, 0.4)),
)


@pytest.fixture
def four() -> Predictions:
    return told_several(FOUR, "abc")


def names(classes: int) -> tuple[str, ...]:
    return tuple(f"class {place}" for place in range(classes))


def test_a_case_done_by_hand(four: Predictions) -> None:
    """b is in two pictures and named for two, once rightly; c is nowhere and never named."""
    scores = score(four, ABC, Split.TEST)
    assert (scores.pictures, scores.correct, scores.several) == (4, 2, True)
    assert scores.accuracy is not None
    assert scores.accuracy.value == 0.5
    assert 0.1 < scores.accuracy.low < 0.2
    a, b, c = scores.per_class
    assert (a.support, a.predicted, a.right, a.f1, a.average_precision) == (4, 4, 4, 1.0, 1.0)
    assert (b.support, b.predicted, b.right, b.precision, b.recall, b.f1) == (2, 2, 1, 0.5, 0.5, 0.5)
    assert b.average_precision == pytest.approx(0.5 * 1 / 2 + 0.5 * 2 / 4)
    assert (c.support, c.predicted, c.right) == (0, 0, 0)
    assert (c.precision, c.recall, c.f1, c.average_precision) == (None, None, None, None)
    assert scores.macro_f1 == pytest.approx(0.75)
    assert scores.micro_f1 == pytest.approx(2 * 5 / (6 + 6))
    assert scores.mean_average_precision == pytest.approx(0.75)
    assert scores.confusion == ()


@pytest.mark.parametrize("classes", [2, 5, 12])
def test_agrees_with_scikit_learn(classes: int) -> None:
    predictions = drawn_several(400, classes, seed=classes)
    scores = score(predictions, names(classes), Split.TEST)
    test = np.array([one is Split.TEST for one in predictions.splits])
    assert predictions.targets is not None
    actual, named = predictions.targets[test], predictions.probabilities[test] >= 0.5
    likely = predictions.probabilities[test]
    assert scores.accuracy is not None
    assert scores.accuracy.value == pytest.approx(accuracy_score(actual, named))
    assert scores.macro_f1 == pytest.approx(f1_score(actual, named, average="macro"))
    assert scores.micro_f1 == pytest.approx(f1_score(actual, named, average="micro"))
    assert scores.mean_average_precision == pytest.approx(average_precision_score(actual, likely))
    table = precision_recall_fscore_support(actual, named, zero_division=0)
    squares = multilabel_confusion_matrix(actual, named)
    for place, one in enumerate(scores.per_class):
        ours = (one.precision or 0.0, one.recall or 0.0, one.f1 or 0.0, one.support)
        assert ours == pytest.approx([column[place] for column in table])
        assert one.average_precision == pytest.approx(
            average_precision_score(actual[:, place], likely[:, place])
        )
        right = one.right or 0
        neither = scores.pictures - one.support - one.predicted + right
        told = [[neither, one.predicted - right], [one.support - right, right]]
        assert np.array_equal(told, squares[place])


@pytest.mark.parametrize("classes", [2, 5])
def test_the_areas_are_scikit_learns(classes: int) -> None:
    predictions = drawn_several(300, classes)
    *single, macro, micro = score(predictions, names(classes), Split.VALIDATION).roc
    chosen = np.array([one is Split.VALIDATION for one in predictions.splits])
    assert predictions.targets is not None
    actual, likely = predictions.targets[chosen], predictions.probabilities[chosen]
    assert [curve.auc for curve in single] == pytest.approx(roc_auc_score(actual, likely, average=None))
    assert macro.auc == pytest.approx(roc_auc_score(actual, likely, average="macro"))
    assert micro.auc == pytest.approx(roc_auc_score(actual, likely, average="micro"))


def test_without_pictures_everything_is_undefined(four: Predictions) -> None:
    scores = score(four, ABC, Split.VALIDATION)
    assert (scores.pictures, scores.accuracy, scores.macro_f1) == (0, None, None)
    assert (scores.micro_f1, scores.mean_average_precision) == (None, None)
    assert mistakes(four, ABC, Split.VALIDATION) == ()


def test_a_report_has_both_splits() -> None:
    report = build_report("run", names(3), drawn_several(30, 3))
    assert (report.validation.pictures, report.test.pictures) == (10, 20)
    assert report.validation.several


def test_mistakes_begin_with_the_surest_wrong_yes_or_no(four: Predictions) -> None:
    missed, false = mistakes(four, ABC, Split.TEST)
    assert (missed.path, missed.labels, missed.named, missed.right) == ("1.jpg", ("a", "b"), ("a",), False)
    assert (false.path, false.labels, false.named, false.right) == ("3.jpg", ("a",), ("a", "b"), False)


def test_a_picture_for_which_nothing_was_named_is_a_mistake() -> None:
    (found,) = mistakes(told_several([("a", (0.2, 0.1))], "ab"), ("a", "b"), Split.TEST)
    assert (found.labels, found.named, found.predicted) == (("a",), (), "a")


def test_answers_are_found_by_a_class_they_show_or_that_was_named(four: Predictions) -> None:
    assert [one.path for one in answers(four, ABC, split=Split.TEST)] == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
    assert [one.path for one in answers(four, ABC, split=Split.TEST, actual="b")] == ["1.jpg", "2.jpg"]
    assert [one.path for one in answers(four, ABC, split=Split.TEST, predicted="b")] == ["2.jpg", "3.jpg"]
    assert answers(four, ABC, split=Split.TEST, actual="owl") == ()
    assert [one.right for one in answers(four, ABC, split=Split.TEST)] == [True, False, True, False]


@pytest.mark.parametrize(
    ("shown", "named", "paths"),
    [
        (True, True, ["2.jpg"]),
        (True, False, ["1.jpg"]),
        (False, True, ["3.jpg"]),
        (False, False, ["0.jpg"]),
    ],
)
def test_the_four_outcomes_of_a_class(
    four: Predictions, *, shown: bool, named: bool, paths: list[str]
) -> None:
    found = answers_about(four, ABC, split=Split.TEST, name="b", shown=shown, named=named)
    assert [one.path for one in found] == paths
    assert found[0].predicted == "b"
    assert found[0].confidence == pytest.approx(FOUR[int(paths[0][0])][1][1])


def test_the_surest_of_an_outcome_come_first(four: Predictions) -> None:
    yes = answers_about(four, ABC, split=Split.TEST, name="a", shown=True, named=True)
    assert [one.path for one in yes] == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
    no = answers_about(four, ABC, split=Split.TEST, name="c", shown=False, named=False)
    assert [one.path for one in no] == ["1.jpg", "0.jpg", "2.jpg", "3.jpg"]


def test_the_outcomes_hold_as_many_pictures_as_the_scores_say() -> None:
    predictions, classes = drawn_several(90, 3), names(3)
    for one in score(predictions, classes, Split.TEST).per_class:
        right = answers_about(predictions, classes, split=Split.TEST, name=one.name, shown=True, named=True)
        missed = answers_about(predictions, classes, split=Split.TEST, name=one.name, shown=True, named=False)
        assert (len(right), len(right) + len(missed)) == (one.right, one.support)


def test_the_headline_says_that_all_classes_must_be_right() -> None:
    scores = score(told_several(FOUR * 25, "abc"), ABC, Split.TEST)
    expected = "Names exactly the right classes on about 50 of 100 new pictures (40 to 60)."
    assert headline(scores) == expected
    right = score(told_several([FOUR[0]] * 50, "abc"), ABC, Split.TEST)
    assert headline(right).startswith("Names exactly the right classes on all 50 new pictures (of 100 more,")


def test_names_the_classes_that_are_missed_or_seen_where_they_are_not() -> None:
    scores = score(told_several(FOUR * 10, "abc"), ABC, Split.TEST)
    assert worst_confusions(scores) == (
        "It misses “b” 10 times out of 20 (50 %).",
        "It names “b” where there is none 10 times out of 20 (50 %).",
    )
    assert worst_confusions(score(told_several([FOUR[0]], "abc"), ABC, Split.TEST)) == ()


def test_the_rule_tells_how_sure_it_is_of_all_that_is_named(four: Predictions) -> None:
    """Presenter mode said 80 % of a picture where the rule looks at 0.8 * 0.95 * 0.9."""
    decided = decide(Decision(), four.probabilities, ABC, several=True)
    told = {one.path: one.how_likely for one in ruled_answers(four, ABC, np.arange(4), decided=decided)}
    assert told["1.jpg"] == pytest.approx(0.8 * 0.95 * 0.9)
    assert told["3.jpg"] == pytest.approx(0.6 * 0.55 * 0.6)
