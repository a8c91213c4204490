"""Chances of luck, corrected for how many were looked at."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def holm(chances: Floats) -> Floats:
    """Return the p-values (M,) corrected for their number, each at most 1, in the order given.

    S. Holm, A simple sequentially rejective multiple test procedure, 1979: the smallest counts as often as
    there are values, the next once less, and none less than one before it. That any of those below a level
    is so by luck has a chance of that level at most.
    """
    order = np.argsort(chances, kind="stable")
    counted = np.arange(len(chances), 0, -1) * chances[order]
    found = np.empty(len(chances), dtype=np.float64)
    found[order] = np.minimum(1.0, np.maximum.accumulate(counted))
    return found
