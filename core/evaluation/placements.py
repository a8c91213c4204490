"""How far the area under a ROC curve can be trusted, also where a class has only one to five pictures.

Test sets drawn anew tell too little then: one picture of a class is drawn again and again, and always ranks
where it did.
"""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from core.evaluation.intervals import effective_size

Marks = npt.NDArray[np.bool_]
Shares = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Groups = npt.NDArray[np.int64]

_Z = NormalDist().inv_cdf(0.975)
_NEAR = 1e-9  # an area so close to 0 or 1 is there


def area_bounds(actual: Marks, likely: Shares, groups: Groups | None) -> tuple[float, float] | None:
    """Return the 95 % bounds of the area, None where there are no pictures of the class, or no others.

    R. G. Newcombe, Confidence intervals for an effect size measure based on the Mann-Whitney statistic, part
    2, 2006, method 5: the areas from which this one lies no farther than 1.96 of their own errors, as J. A.
    Hanley and B. J. McNeil, 1982, give them for exponential scores. Pictures of series count for fewer, by
    how alike their placements are: N. A. Obuchowski, Nonparametric analysis of clustered ROC curve data,
    1997. ``actual``, ``likely`` and ``groups`` (N,) are those of one class.
    """
    if not actual.any() or actual.all():
        return None
    placed = _placements(actual, likely)
    sizes = [_size(placed[of], None if groups is None else groups[of]) for of in (actual, ~actual)]
    area = float(placed[actual].mean())
    return _limit(area, *sizes, side=1), _limit(area, *sizes, side=-1)


def _placements(actual: Marks, likely: Shares) -> Floats:
    """Return for each picture how many of the other kind it is ranked rightly against, as a share, (N,)."""
    from scipy.stats import rankdata

    positives, negatives = likely[actual], likely[~actual]
    below = rankdata(likely)
    placed = np.empty(len(likely))
    placed[actual] = (below[actual] - rankdata(positives)) / len(negatives)
    placed[~actual] = 1 - (below[~actual] - rankdata(negatives)) / len(positives)
    return placed


def _size(placed: Floats, groups: Groups | None) -> float:
    """Return how many pictures on their own would tell as much."""
    if groups is None or len(np.unique(groups)) == len(groups):
        return float(len(placed))
    return effective_size(placed, groups)


def _limit(area: float, positives: float, negatives: float, *, side: int) -> float:
    """Return the least area that may be the true one for a ``side`` of 1, the greatest for -1."""
    from scipy.optimize import brentq

    if side * (area - 0.5) <= _NEAR - 0.5:  # nothing lies beyond
        return area
    mean = (positives + negatives) / 2 - 1

    def beyond(true: float) -> float:
        alike = 1 + mean * ((1 - true) / (2 - true) + true / (1 + true))
        return area - true - side * _Z * sqrt(true * (1 - true) * alike / (positives * negatives))

    ends = (0.0, area - _NEAR) if side > 0 else (area + _NEAR, 1.0)
    low, high = beyond(ends[0]), beyond(ends[1])
    return area if low * high > 0 else float(brentq(beyond, *ends, xtol=1e-6))
