"""Two shares of the same pictures: how far apart they are, and whether that can be luck."""

from __future__ import annotations

from math import ceil, sqrt
from statistics import NormalDist

from core.domain.comparison import Difference
from core.evaluation.intervals import wilson_around

LUCK = 0.05  # a difference that luck brings more rarely than this is taken to be one
POWER = 0.80


def paired_difference(
    both: int, broken: int, fixed: int, neither: int, *, size: float | None = None, confidence: float = 0.95
) -> Difference | None:
    """Return the change of the share that is right, (fixed - broken) / all, with its interval.

    None without pictures. The four counts are of pictures right before and after, only before, only after,
    and never. R. G. Newcombe, Improved confidence intervals for the difference between binomial proportions
    based on paired data, 1998, method 10: both Wilson intervals, squared and added, less what the answers
    have in common. It keeps its promise for few pictures and shares near 0 and 1.

    Pictures of a series tell less: ``size`` is how many on their own would tell as much, and the counts are
    made as many before that. J. N. K. Rao and A. J. Scott, A simple method for the analysis of clustered
    binary data, 1992.
    """
    total = both + broken + fixed + neither
    if not total:
        return None
    told = total if size is None else size
    before, after = (
        wilson_around(right / total, told, confidence=confidence) for right in (both + broken, both + fixed)
    )
    phi = _phi(*(count * told / total for count in (both, broken, fixed, neither)))
    value = (fixed - broken) / total
    down = _added(after.value - after.low, before.high - before.value, phi)
    up = _added(after.high - after.value, before.value - before.low, phi)
    return Difference(value=value, low=max(-1.0, value - down), high=min(1.0, value + up))


def chance_of(fixed: int, broken: int) -> float:
    """Return how often luck alone divides these pictures at least as unevenly: McNemar's exact test.

    Q. McNemar, 1947; exact, by the binomial distribution with a half, two-sided. 1 where none changed.
    """
    from scipy.stats import binomtest

    return float(binomtest(fixed, fixed + broken, 0.5).pvalue) if fixed + broken else 1.0


def pictures_needed(fixed: int, broken: int, pictures: int) -> int | None:
    """Return how many test pictures show such a difference, in 4 of 5 cases, to be more than luck.

    None where as many were fixed as broken: no number can. With d the difference of the shares that were
    fixed and broken and s their sum, n = (z(1 - LUCK / 2) sqrt(s) + z(POWER) sqrt(s - d²))² / d²: R. J.
    Connor, Sample size for testing differences in proportions for the paired-sample design, 1987.
    """
    if fixed == broken:
        return None
    changed, apart = (fixed + broken) / pictures, (fixed - broken) / pictures
    normal = NormalDist()
    sure = normal.inv_cdf(1 - LUCK / 2) * sqrt(changed)
    powerful = normal.inv_cdf(POWER) * sqrt(max(0.0, changed - apart * apart))
    return ceil((sure + powerful) ** 2 / (apart * apart))


def _phi(both: float, broken: float, fixed: float, neither: float) -> float:
    """Return the correlation of the two answers, a positive one corrected towards 0; 0 where undefined."""
    total = both + broken + fixed + neither
    margins = (both + broken) * (fixed + neither) * (both + fixed) * (broken + neither)
    if not margins:
        return 0.0
    apart = both * neither - broken * fixed
    return (max(apart - total / 2, 0.0) if apart > 0 else apart) / sqrt(margins)


def _added(one: float, other: float, phi: float) -> float:
    return sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))
