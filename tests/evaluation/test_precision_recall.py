import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve

from core.evaluation.curves import MACRO, MICRO, MOST_POINTS
from core.evaluation.precision_recall import precision_recall_of
from tests.evaluation import made

NAMES = ("ant", "bee", "owl")


def curves_of(predictions):
    actual = predictions.labels[:, None] == np.arange(3)
    return actual, precision_recall_of(actual, predictions.probabilities, NAMES)


def test_points_and_areas_are_those_of_scikit_learn():
    predictions = made.drawn(60, 3)
    actual, curves = curves_of(predictions)

    for place, curve in enumerate(curves[:3]):
        precision, recall, _ = precision_recall_curve(actual[:, place], predictions.probabilities[:, place])
        points = set(zip(recall.tolist(), precision.tolist(), strict=True))
        assert set(zip(curve.recall, curve.precision, strict=True)) <= points
        assert curve.recall[0] == 0
        assert curve.recall[-1] == 1
        expected = average_precision_score(actual[:, place], predictions.probabilities[:, place])
        assert curve.average_precision == pytest.approx(expected, abs=1e-12)
        assert curve.chance == actual[:, place].mean()
    assert [curve.name for curve in curves[3:]] == [MACRO, MICRO]


def test_a_long_curve_is_thinned():
    _, curves = curves_of(made.drawn(3_000, 3))
    assert all(len(curve.recall) <= MOST_POINTS for curve in curves)


def test_a_class_without_pictures_has_no_curve_and_one_that_is_always_there_a_flat_one():
    actual = np.array([[True, False], [True, False]])
    always, never, macro, _ = precision_recall_of(actual, np.full((2, 2), 0.5, dtype=np.float32), ("a", "b"))

    assert always.average_precision == 1.0
    assert never.recall == ()
    assert never.average_precision is None
    assert macro.average_precision == 1.0


def test_without_pictures_there_are_no_averages():
    found = precision_recall_of(np.zeros((0, 2), dtype=bool), np.zeros((0, 2), dtype=np.float32), ("a", "b"))
    assert [curve.average for curve in found] == [False, False]
