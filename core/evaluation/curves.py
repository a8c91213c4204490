"""Receiver operating characteristics: what each extra right answer costs in false alarms."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt
from sklearn.metrics import auc, roc_curve

from core.domain.report import RocCurve

MACRO = "macro average"
MICRO = "micro average"
MOST_POINTS = 200  # more cannot be told apart on a screen
_MOST_STEPS = 1_000  # of the grid on which curves are averaged
_FLAT = 1e-9  # a point this near to the line between its neighbours says nothing

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    """A full curve, not thinned yet: both rates grow from 0 to 1."""

    false_positive_rate: Floats
    true_positive_rate: Floats
    area: float


def roc_of(
    actual: npt.NDArray[np.bool_], probabilities: npt.NDArray[np.float32], classes: tuple[str, ...]
) -> tuple[RocCurve, ...]:
    """Return one curve per class against the rest, in class order, then the macro and the micro average.

    ``actual`` (N, C) says which classes each picture shows. A class without pictures, or without pictures of
    other classes, has no points and no area. The averages exist when at least one class has a curve: the
    macro average over those that have one, its area the mean of theirs; the micro average over all yes-or-no
    decisions, picture by class, pooled. Areas are those of the full curves; the points are thinned to 200.
    """
    curves = [_one_against_rest(actual[:, i], probabilities[:, i]) for i in range(len(classes))]
    single = tuple(_told(name, curve) for name, curve in zip(classes, curves, strict=True))
    defined = [curve for curve in curves if curve is not None]
    if not defined:
        return single
    micro = _one_against_rest(actual.ravel(), probabilities.ravel())
    return (*single, _told(MACRO, _macro(defined), average=True), _told(MICRO, micro, average=True))


def thin(x: Floats, y: Floats, most: int = MOST_POINTS) -> npt.NDArray[np.intp]:
    """Return the indices of at most ``most`` points that keep the line's shape, ascending, with both ends.

    The point farthest from the line so far is added until there are enough (Ramer, Douglas and Peucker's
    split, worst place first): corners stay, straight stretches go.
    """
    kept = {0, len(x) - 1}
    open_stretches: list[tuple[float, int, int, int]] = []
    _push(open_stretches, x, y, 0, len(x) - 1)
    while open_stretches and len(kept) < most:
        _, first, corner, last = heappop(open_stretches)
        kept.add(corner)
        _push(open_stretches, x, y, first, corner)
        _push(open_stretches, x, y, corner, last)
    return np.array(sorted(kept), dtype=np.intp)


def _push(stretches: list[tuple[float, int, int, int]], x: Floats, y: Floats, first: int, last: int) -> None:
    """Add the stretch between two points with its farthest point, unless it is straight already."""
    if last - first < 2:
        return
    across, up = x[last] - x[first], y[last] - y[first]
    inner = slice(first + 1, last)
    apart = np.abs(across * (y[inner] - y[first]) - up * (x[inner] - x[first]))
    farthest = int(apart.argmax())
    distance = float(apart[farthest] / max(np.hypot(across, up), _FLAT))
    if distance > _FLAT:
        heappush(stretches, (-distance, first, first + 1 + farthest, last))


def _one_against_rest(actual: npt.NDArray[np.bool_], likely: npt.NDArray[np.float32]) -> _Curve | None:
    if not actual.any() or actual.all():
        return None
    false_positive_rate, true_positive_rate, _ = roc_curve(actual, likely)
    return _Curve(
        false_positive_rate=false_positive_rate,
        true_positive_rate=true_positive_rate,
        area=float(auc(false_positive_rate, true_positive_rate)),
    )


def _macro(curves: list[_Curve]) -> _Curve:
    """Return the mean of the curves over all their false positive rates.

    Where curves rise straight up, the mean does too: it is taken on the left and on the right of each rate.
    """
    grid = np.unique(np.concatenate([curve.false_positive_rate for curve in curves]))
    if len(grid) > _MOST_STEPS:
        grid = grid[np.linspace(0, len(grid) - 1, _MOST_STEPS).round().astype(np.intp)]
    left, right = np.zeros(len(grid)), np.zeros(len(grid))
    for curve in curves:
        x, y = curve.false_positive_rate, curve.true_positive_rate
        right += np.interp(grid, x, y)  # of points with the same x it takes the last one
        left += np.interp(-grid[::-1], -x[::-1], y[::-1])[::-1]  # and so, mirrored, the first one
    return _Curve(
        false_positive_rate=np.repeat(grid, 2),
        true_positive_rate=np.stack([left, right], axis=1).ravel() / len(curves),
        area=float(np.mean([curve.area for curve in curves])),
    )


def _told(name: str, curve: _Curve | None, *, average: bool = False) -> RocCurve:
    if curve is None:
        return RocCurve(name=name, average=average, false_positive_rate=(), true_positive_rate=(), auc=None)
    kept = thin(curve.false_positive_rate, curve.true_positive_rate)
    return RocCurve(
        name=name,
        average=average,
        false_positive_rate=tuple(curve.false_positive_rate[kept].tolist()),
        true_positive_rate=tuple(curve.true_positive_rate[kept].tolist()),
        auc=curve.area,
    )
