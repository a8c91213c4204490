"""Which pictures could look alike at all: an upper bound on every cosine, at a tenth of the price."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from core.data.directions import Features, Rows, Singles, in_blocks

WIDTH: Final = 128  # numbers that stand for a row
_SAMPLED: Final = 1_200  # rows from which the kept axes are taken
_TURNS: Final = 2  # of the power iteration; the bound holds with any axes, and is tighter with good ones
_ROUNDED: Final = 4e-6  # by which the squared length of what is left may be too small in single precision
SLACK: Final = 1e-4  # by which a bound may be too small in single precision


def bounds(unit: Features) -> Callable[[slice, slice], Singles]:
    """Return what tells for two blocks of unit vectors how large their cosines (R, O) are at most."""
    return Bounds(unit) if worthwhile(unit) else partial(_cosines, unit)


def worthwhile(unit: Features) -> bool:
    """Tell whether bounds cost less than the cosines themselves."""
    return len(unit) > _SAMPLED and unit.shape[1] > 2 * WIDTH


class Bounds:
    """Upper bounds on the cosines of unit vectors.

    A row x is cut into its part P x on a few axes and the rest r. Two rests are nowhere more alike than their
    lengths allow (Cauchy and Schwarz), so x . y <= P x . P y + |r_x| |r_y|: a product of short vectors.
    """

    def __init__(self, unit: Features) -> None:
        """``unit`` (N, D) are unit vectors, each read once."""
        axes = _axes(unit)
        self._short: Singles = np.empty((len(unit), axes.shape[1] + 1), dtype=np.float32)
        for at in in_blocks(len(unit)):
            part = unit[at] @ axes
            left = np.maximum(0, 1 - np.einsum("nk,nk->n", part, part)) + np.float32(_ROUNDED)
            self._short[at, :-1], self._short[at, -1] = part, np.sqrt(left)

    def __call__(self, rows: slice, others: slice) -> Singles:
        """Return for each of the rows and the others (R, O) what their cosine is at most."""
        most: Singles = self._short[rows] @ self._short[others].T
        most += np.float32(SLACK)
        return most


def _cosines(unit: Features, rows: slice, others: slice) -> Singles:
    """Return the cosines themselves: for few or short rows the bounds would cost more."""
    products: Singles = unit[rows] @ unit[others].T
    products += np.float32(SLACK)
    return products


def _axes(unit: Features) -> Singles:
    """Return orthonormal axes (D, K) along which the rows are long.

    Found by a few turns of a randomised power iteration (Halko, Martinsson and Tropp 2011) on a sample.
    """
    rows: Rows = np.unique(np.linspace(0, len(unit) - 1, min(len(unit), _SAMPLED)).astype(np.int64))
    sample = unit[rows]
    drawn = np.random.default_rng(0).standard_normal((len(rows), WIDTH - 1)).astype(np.float32)
    axes: Singles = np.linalg.qr(sample.T @ drawn).Q
    for _ in range(_TURNS):
        axes = np.linalg.qr(sample.T @ (sample @ axes)).Q
    return axes
