from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve  # type: ignore[import-untyped]

from core.domain.report import Predictions, RocCurve
from core.evaluation.curves import MACRO, MICRO, MOST_POINTS, roc_of, thin
from tests.evaluation.made import drawn

NAMES = tuple("abcdefgh")


def roc_curves(labels, probabilities, classes):
    """Return the curves for one class to a picture, ``labels`` (N,)."""
    return roc_of(labels[:, None] == np.arange(len(classes)), probabilities, classes)


def curves_of(predictions: Predictions, classes: int) -> dict[str, RocCurve]:
    found = roc_curves(predictions.labels, predictions.probabilities, NAMES[:classes])
    return {curve.name: curve for curve in found}


def area(curve: RocCurve) -> float:
    return float(np.trapezoid(curve.true_positive_rate, curve.false_positive_rate))


def test_a_case_done_by_hand() -> None:
    """Two owls at 0.9 and 0.4, two others at 0.6 and 0.1: 3 of the 4 pairs are in order."""
    owl = np.array([0.9, 0.6, 0.4, 0.1], dtype=np.float32)
    labels = np.array([1, 0, 1, 0])
    _, curve, *_ = roc_curves(labels, np.stack([1 - owl, owl], axis=1), ("other", "owl"))
    assert curve.false_positive_rate == (0.0, 0.0, 0.5, 0.5, 1.0)
    assert curve.true_positive_rate == (0.0, 0.5, 0.5, 1.0, 1.0)
    assert curve.auc == 0.75


@pytest.mark.parametrize("classes", [2, 3, 8])
def test_areas_agree_with_scikit_learn(classes: int) -> None:
    predictions = drawn(500, classes, seed=classes)
    actual = np.eye(classes)[predictions.labels]
    curves = curves_of(predictions, classes)
    each = roc_auc_score(actual, predictions.probabilities, average=None)
    assert [curves[name].auc for name in NAMES[:classes]] == pytest.approx(list(each))
    for name, average in ((MACRO, "macro"), (MICRO, "micro")):
        expected = roc_auc_score(actual, predictions.probabilities, average=average)
        assert curves[name].auc == pytest.approx(expected)
        assert curves[name].average


def test_the_drawn_curves_have_the_areas_they_are_told_with() -> None:
    for name, curve in curves_of(drawn(600, 4), 4).items():
        assert curve.auc is not None
        assert area(curve) == pytest.approx(curve.auc, abs=0.002), name


def test_the_drawn_macro_average_has_exactly_the_mean_area_of_its_curves() -> None:
    """Taken on one side of each step only, as in many an example, it comes out too large."""
    curves = curves_of(drawn(60, 2), 2)
    both = [area(curves["a"]), area(curves["b"])]
    assert area(curves[MACRO]) == pytest.approx(np.mean(both), abs=1e-9)


def test_every_curve_climbs_from_corner_to_corner_in_at_most_200_points() -> None:
    for curve in curves_of(drawn(9_000, 3, skill=0.5), 3).values():
        x, y = np.array(curve.false_positive_rate), np.array(curve.true_positive_rate)
        assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
        assert (np.diff(x) >= 0).all()
        assert (np.diff(y) >= 0).all()
        assert len(x) <= MOST_POINTS


def test_thinning_moves_no_curve_by_more_than_one_point_of_100() -> None:
    predictions = drawn(20_000, 2, skill=0.7)
    x, y, _ = roc_curve(predictions.labels == 1, predictions.probabilities[:, 1])
    assert len(x) > 4 * MOST_POINTS
    kept = thin(x, y)
    assert len(kept) <= MOST_POINTS
    assert np.abs(np.interp(x, x[kept], y[kept]) - y).max() < 0.01


def test_thinning_keeps_every_corner_of_a_short_curve() -> None:
    x, y = np.array([0, 0, 0.5, 0.5, 0.75, 1.0]), np.array([0, 0.4, 0.4, 1.0, 1.0, 1.0])
    assert thin(x, y).tolist() == [0, 1, 2, 3, 5]
    assert len(thin(x, y, most=3)) == 3


def test_a_class_without_pictures_has_no_curve_and_spoils_no_average() -> None:
    predictions = drawn(200, 3)
    present = predictions.labels < 2
    curves = roc_curves(predictions.labels[present], predictions.probabilities[present], NAMES[:3])
    assert [curve.name for curve in curves] == ["a", "b", "c", MACRO, MICRO]
    assert curves[2] == RocCurve(
        name="c", average=False, false_positive_rate=(), true_positive_rate=(), auc=None
    )
    assert curves[0].auc is not None
    assert curves[1].auc is not None
    assert curves[3].auc == pytest.approx((curves[0].auc + curves[1].auc) / 2)


def test_pictures_of_one_class_have_no_curve_at_all() -> None:
    labels = np.zeros(4, dtype=np.int64)
    curves = roc_curves(labels, np.full((4, 2), 0.5, dtype=np.float32), ("a", "b"))
    assert [(curve.name, curve.auc) for curve in curves] == [("a", None), ("b", None)]


def test_a_model_that_cannot_tell_is_a_straight_line() -> None:
    labels = np.array([0, 1, 0, 1])
    curve = roc_curves(labels, np.full((4, 2), 0.5, dtype=np.float32), ("a", "b"))[0]
    assert (curve.false_positive_rate, curve.true_positive_rate, curve.auc) == ((0, 1), (0, 1), 0.5)
