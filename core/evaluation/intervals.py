"""How far a measured share can be trusted."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from core.domain.report import Interval


def wilson(correct: int, total: int, *, confidence: float = 0.95) -> Interval | None:
    """Return the share ``correct`` of ``total`` with its Wilson score interval; None when ``total`` is 0.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927. Unlike the
    textbook interval it stays within [0, 1], and keeps its promise for few pictures and shares near 0 and 1.
    """
    if total == 0:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = correct / total
    shrink = 1 / (1 + z * z / total)
    centre = shrink * (share + z * z / (2 * total))
    reach = shrink * z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    # rounding must not push a bound past the share itself: at 0 of N and N of N they are equal
    return Interval(
        value=share, low=min(share, max(0.0, centre - reach)), high=max(share, min(1.0, centre + reach))
    )
