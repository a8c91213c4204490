"""Precision against recall: what finding more pictures of a class costs in wrong answers of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, precision_recall_curve

from core.domain.report import PrCurve
from core.evaluation.curves import MACRO, MICRO, thin

_STEPS = 400  # of recall, on which curves are averaged

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    """A full curve, not thinned yet; recall rises from 0 to 1."""

    recall: Floats
    precision: Floats
    area: float
    chance: float


def precision_recall_of(
    actual: npt.NDArray[np.bool_], probabilities: npt.NDArray[np.float32], classes: tuple[str, ...]
) -> tuple[PrCurve, ...]:
    """Return one curve per class against the rest, in class order, then the macro and the micro average.

    ``actual`` (N, C) says which classes each picture shows. A class without pictures has no points and no
    average precision; the macro average is over the others, the micro average over all yes-or-no decisions.
    """
    curves = [_one_against_rest(actual[:, i], probabilities[:, i]) for i in range(len(classes))]
    single = tuple(_told(name, curve) for name, curve in zip(classes, curves, strict=True))
    defined = [curve for curve in curves if curve is not None]
    if not defined:
        return single
    micro = _one_against_rest(actual.ravel(), probabilities.ravel())
    return (*single, _told(MACRO, _macro(defined), average=True), _told(MICRO, micro, average=True))


def _one_against_rest(actual: npt.NDArray[np.bool_], likely: npt.NDArray[np.float32]) -> _Curve | None:
    if not actual.any():
        return None
    precision, recall, _ = precision_recall_curve(actual, likely)
    return _Curve(
        recall=recall[::-1],
        precision=precision[::-1],
        area=float(average_precision_score(actual, likely)),
        chance=float(actual.mean()),
    )


def _macro(curves: list[_Curve]) -> _Curve:
    """Return the mean precision of the curves at each recall: that of the first threshold that reaches it."""
    grid = np.linspace(0.0, 1.0, _STEPS + 1)
    reached = [np.searchsorted(curve.recall, grid, side="left") for curve in curves]
    precision = [curve.precision[at] for curve, at in zip(curves, reached, strict=True)]
    return _Curve(
        recall=grid,
        precision=np.mean(precision, axis=0),
        area=float(np.mean([curve.area for curve in curves])),
        chance=float(np.mean([curve.chance for curve in curves])),
    )


def _told(name: str, curve: _Curve | None, *, average: bool = False) -> PrCurve:
    if curve is None:
        return PrCurve(
            name=name, average=average, recall=(), precision=(), average_precision=None, chance=None
        )
    kept = thin(curve.recall, curve.precision)
    return PrCurve(
        name=name,
        average=average,
        recall=tuple(curve.recall[kept].tolist()),
        precision=tuple(curve.precision[kept].tolist()),
        average_precision=curve.area,
        chance=curve.chance,
    )
