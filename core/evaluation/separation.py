"""Error bars of perfect curves, where drawing test sets anew tells nothing: each of them is perfect too."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

_MISS = 0.025  # so often would a model at the bound look perfect
_GRID = np.linspace(-9.0, 9.0, 2_001)
_FARTHEST = 12.0  # in standard deviations


@lru_cache(maxsize=4_096)
def least_areas(positives: int, negatives: int) -> tuple[float, float]:
    """Return the lower 95 % bounds of the area under the ROC curve and of the average precision.

    For a class whose ``positives`` were all ranked above its ``negatives``. Both kinds are taken to be normal
    with the same spread, at the least distance at which so perfect an order comes up in 2.5 of 100 test sets:
    N. A. Obuchowski and M. L. Lieber, Confidence bounds when the estimated ROC area is 1.0, 2002.
    """
    if not positives or not negatives:
        return 0.0, 0.0
    apart = float(brentq(lambda d: _perfect(d, positives, negatives) - _MISS, -4.0, _FARTHEST, xtol=1e-4))
    return float(norm.cdf(apart / np.sqrt(2))), _average_precision(apart, positives, negatives)


def _perfect(apart: float, positives: int, negatives: int) -> float:
    """Return how likely every positive lies above the highest negative."""
    highest = negatives * norm.pdf(_GRID) * norm.cdf(_GRID) ** (negatives - 1)
    return float(np.trapezoid(highest * norm.sf(_GRID - apart) ** positives, _GRID))


def _average_precision(apart: float, positives: int, negatives: int) -> float:
    thresholds = np.linspace(_GRID[0], _GRID[-1] + apart, 4_001)[::-1]
    found = norm.sf(thresholds - apart)
    false = norm.sf(thresholds) * negatives / positives
    precise = np.divide(found, found + false, out=np.ones_like(found), where=found + false > 0)
    return float(np.clip(np.trapezoid(precise, found), 0.0, 1.0))
