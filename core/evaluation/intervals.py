"""How far a measured share can be trusted."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from core.domain.report import Interval


def wilson(correct: int, total: int, *, confidence: float = 0.95) -> Interval | None:
    """Return the share ``correct`` of ``total`` with its Wilson score interval; None when ``total`` is 0.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927. Unlike the
    textbook interval it stays within [0, 1], and keeps its promise for few pictures and shares near 0 and 1.
    """
    return _wilson(correct / total, total, confidence=confidence) if total else None


def wilson_of_series(
    right: npt.NDArray[np.bool_], groups: npt.NDArray[np.int64] | None, *, confidence: float = 0.95
) -> Interval | None:
    """Return the share of ``right`` (N,) with its interval, where pictures of one series have one number.

    Pictures of a series are answered alike, so they count for fewer: N is divided by the design effect
    (J. N. K. Rao and A. J. Scott, A simple method for the analysis of clustered binary data, 1992), and a
    Wilson interval taken. Few series tell the effect badly, so they count for fewer still: see
    ``effective_size``. Where all or none are right nothing can be told of it, and a series counts as one
    picture.
    """
    if groups is None or not len(right):
        return wilson(int(right.sum()), len(right), confidence=confidence)
    share = float(right.mean())
    return _wilson(share, effective_size(right, groups), confidence=confidence)


def chance_of_share(
    right: npt.NDArray[np.bool_], groups: npt.NDArray[np.int64] | None, *, expected: float
) -> float:
    """Return how often luck alone brings a share of ``right`` (N,) as far from ``expected``, two-sided.

    The exact binomial test; pictures of series count for as many as ``effective_size`` says, which need be no
    whole number. Where the answers are expected to be right with unlike chances, of which ``expected`` is the
    mean, it errs on the safe side: the number of right ones then spreads less.
    """
    from scipy.special import betainc  # the binomial distribution, also between whole numbers

    size = float(len(right)) if groups is None else effective_size(right, groups)
    hits = float(right.mean()) * size
    as_many = float(betainc(hits, size - hits + 1, expected)) if hits > 0 else 1.0
    as_few = float(betainc(size - hits, hits + 1, 1 - expected)) if hits < size else 1.0
    return min(1.0, 2 * min(as_many, as_few))


def wilson_around(share: float, size: float, *, confidence: float = 0.95) -> Interval:
    """Return a share that was estimated, with the interval of one found in ``size`` pictures, above 0."""
    return _wilson(share, size, confidence=confidence)


def independent_share(groups: npt.NDArray[np.int64] | None) -> float:
    """Return how many pictures, as a share, are not of a series that is there already; 1 without pictures.

    ``groups`` (N,) are their series, None where there are none.
    """
    return len(np.unique(groups)) / len(groups) if groups is not None and len(groups) else 1.0


def effective_size(
    right: npt.NDArray[np.bool_] | npt.NDArray[np.float64], groups: npt.NDArray[np.int64]
) -> float:
    """Return how many pictures taken on their own would tell as much as these (N,), between 1 and N.

    ``right`` is whether each was answered rightly, or any other figure of each whose mean is told.

    That is for an interval of 95 %, with the allowance of E. L. Korn and B. I. Graubard, Confidence intervals
    for proportions with small expected number of positive counts estimated from survey data, 1998: by as much
    as Student's distribution is wider with one degree of freedom less than there are series.
    """
    from scipy.special import stdtrit  # Student's quantiles

    _, places, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    pictures, series, share = len(right), len(sizes), float(right.mean())
    alone = float(right.var())  # of a share, share * (1 - share)
    if np.ptp(right.astype(np.float64)) == 0 or series == 1:
        return float(series)
    off = np.bincount(places, weights=right) - share * sizes
    variance = series / (series - 1) * float(off @ off) / pictures**2
    design_effect = variance / (alone / pictures)
    wider = float(stdtrit(series - 1, 0.975) / stdtrit(pictures - 1, 0.975))
    return max(1.0, pictures / max(1.0, design_effect) / wider**2)


def _wilson(share: float, total: float, *, confidence: float) -> Interval:
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    shrink = 1 / (1 + z * z / total)
    centre = shrink * (share + z * z / (2 * total))
    reach = shrink * z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    # rounding must not push a bound past the share itself: at 0 of N and N of N they are equal
    return Interval(
        value=share, low=min(share, max(0.0, centre - reach)), high=max(share, min(1.0, centre + reach))
    )
