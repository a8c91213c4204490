from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (  # type: ignore[import-untyped]
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
)

from core.domain.dataset import Split
from core.domain.report import ClassScore
from core.evaluation.scores import score
from tests.evaluation.made import answered, drawn

THREE = ("bolt", "nut", "washer")


def test_a_case_done_by_hand() -> None:
    """3 bolts: 2 right, 1 taken for a nut. 2 nuts: 1 right, 1 taken for a bolt. No washer, none answered."""
    scores = score(answered([(0, 0), (0, 0), (0, 1), (1, 1), (1, 0)], 3), THREE, Split.TEST)
    assert scores.confusion == ((2, 1, 0), (1, 1, 0), (0, 0, 0))
    assert (scores.pictures, scores.correct) == (5, 3)
    assert scores.accuracy is not None
    assert scores.accuracy.value == 0.6
    bolt, nut, washer = scores.per_class
    assert bolt == ClassScore(name="bolt", support=3, predicted=3, precision=2 / 3, recall=2 / 3, f1=2 / 3)
    assert nut == ClassScore(name="nut", support=2, predicted=2, precision=0.5, recall=0.5, f1=0.5)
    assert washer == ClassScore(name="washer", support=0, predicted=0, precision=None, recall=None, f1=None)
    assert scores.macro_f1 == pytest.approx((2 / 3 + 0.5) / 2)


def test_a_class_that_is_never_answered_has_no_precision_and_no_f1_to_speak_of() -> None:
    nut = score(answered([(0, 0), (1, 0)], 2), THREE[:2], Split.TEST).per_class[1]
    assert nut == ClassScore(name="nut", support=1, predicted=0, precision=None, recall=0.0, f1=0.0)


def test_a_class_without_pictures_that_is_answered_has_a_precision_of_0_and_nothing_else() -> None:
    scores = score(answered([(0, 0), (0, 1)], 2), THREE[:2], Split.TEST)
    assert scores.per_class[1] == ClassScore(
        name="nut", support=0, predicted=1, precision=0.0, recall=None, f1=None
    )
    assert scores.macro_f1 == scores.per_class[0].f1


def test_without_pictures_everything_is_undefined() -> None:
    scores = score(answered([], 3), THREE, Split.TEST)
    assert (scores.pictures, scores.correct) == (0, 0)
    assert (scores.accuracy, scores.macro_f1) == (None, None)
    assert scores.confusion == ((0, 0, 0),) * 3
    assert [curve.auc for curve in scores.roc] == [None, None, None]


def test_counts_only_the_split_it_is_asked_for() -> None:
    predictions = drawn(30, 3)
    assert score(predictions, THREE, Split.VALIDATION).pictures == 10
    assert score(predictions, THREE, Split.TEST).pictures == 20
    assert score(predictions, THREE, Split.TRAIN).pictures == 0


@pytest.mark.parametrize("classes", [2, 5, 12])
def test_agrees_with_scikit_learn(classes: int) -> None:
    predictions = drawn(400, classes, seed=classes)
    names = tuple(f"class {i}" for i in range(classes))
    scores = score(predictions, names, Split.TEST)
    test = np.array([one is Split.TEST for one in predictions.splits])
    actual, predicted = predictions.labels[test], predictions.predicted[test]
    order = list(range(classes))
    assert np.array_equal(scores.confusion, confusion_matrix(actual, predicted, labels=order))
    table = precision_recall_fscore_support(actual, predicted, labels=order, zero_division=0)
    for index, one in enumerate(scores.per_class):
        ours = (one.precision or 0.0, one.recall or 0.0, one.f1 or 0.0, one.support)
        assert ours == pytest.approx([column[index] for column in table])
    assert scores.macro_f1 == pytest.approx(f1_score(actual, predicted, average="macro", zero_division=0))


def test_macro_f1_is_scikit_learns_over_the_classes_that_have_pictures() -> None:
    pairs = [(0, 0), (0, 2), (1, 0), (1, 1), (1, 1), (0, 3)]
    predictions = answered(pairs, 4)
    expected = f1_score(
        predictions.labels, predictions.predicted, labels=[0, 1], average="macro", zero_division=0
    )
    scores = score(predictions, ("a", "b", "c", "d"), Split.TEST)
    assert scores.macro_f1 == pytest.approx(expected)


def test_judges_200_classes_on_5_000_pictures() -> None:
    predictions = drawn(7_500, 200)
    scores = score(predictions, tuple(f"class {i}" for i in range(200)), Split.TEST)
    assert scores.pictures == 5_000
    assert len(scores.roc) == 202
