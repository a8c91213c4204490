"""Pairs of pictures that are nearly the same, of which memory holds a bounded number."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from core.data.directions import Rows

HELD: Final = 1_000_000  # pairs while more are looked for: 24 MB
TOLD: Final = 200_000  # pairs that are handed on; a hundred thousand pictures with a copy each have fewer
_NO_DOUBT: Final = 1e-300  # in place of 0, which a sparse graph takes for no connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Positions of pictures that are nearly the same, each pair once with the smaller position first.

    ``doubt`` (P,) in [0, 1): 0 is the same picture, 1 would just not count any more.
    """

    rows: Rows  # (P, 2)
    doubt: npt.NDArray[np.float64]

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self.rows)

    def where(self, keep: npt.NDArray[np.bool_]) -> Pairs:
        """Return those that ``keep`` (P,) marks."""
        return Pairs(rows=self.rows[keep], doubt=self.doubt[keep])


class Forest:
    """Pairs as they are found; too many of them are thinned without changing what is connected.

    Of the pairs inside classes, and of those across, a spanning forest of the least doubt is kept (Kruskal
    1956): whatever doubt is allowed, the same pictures are connected, and each keeps its closest companion.
    """

    def __init__(self, labels: Sequence[Hashable], *, held: int = HELD, told: int = TOLD) -> None:
        """``labels`` are the classes of all pictures; up to ``told`` pairs are handed on as they are."""
        names = {name: at for at, name in enumerate(dict.fromkeys(labels))}
        self._labels = np.array([names[label] for label in labels], dtype=np.int64)
        self._held = max(held, 4 * len(labels))  # a thinned forest has fewer than two for each picture
        self._told = told
        self._found: list[Pairs] = []
        self._thinned = False  # once thinned, what is left is thinned to the end: one rule for all pairs

    def add(self, pairs: Pairs) -> None:
        """Take in some more pairs."""
        if len(pairs):
            self._found.append(pairs)
        if sum(map(len, self._found)) > self._held:
            self._thin()

    def pairs(self) -> Pairs:
        """Return the pairs in the order of their positions."""
        if self._thinned or sum(map(len, self._found)) > self._told:
            self._thin()
        everything = _joined(self._found)
        order = np.lexsort((everything.rows[:, 1], everything.rows[:, 0]))
        return Pairs(rows=everything.rows[order], doubt=everything.doubt[order])

    def _thin(self) -> None:
        self._thinned = True
        everything = _joined(self._found)
        across = self._labels[everything.rows[:, 0]] != self._labels[everything.rows[:, 1]]
        parts = (everything.where(across), everything.where(~across))
        self._found = [_spanning(part, len(self._labels)) for part in parts]


def _joined(found: Sequence[Pairs]) -> Pairs:
    return Pairs(
        rows=np.concatenate([np.zeros((0, 2), np.int64), *(pairs.rows for pairs in found)]),
        doubt=np.concatenate([np.zeros(0), *(pairs.doubt for pairs in found)]),
    )


def _spanning(pairs: Pairs, pictures: int) -> Pairs:
    """Return those of the pairs that make a spanning forest of the least doubt."""
    # imported here: SciPy takes a moment, and hardly any set of pictures has so many pairs
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    weights = np.maximum(pairs.doubt, _NO_DOUBT)
    graph = coo_array((weights, tuple(pairs.rows.T)), shape=(pictures, pictures))
    kept = minimum_spanning_tree(graph.tocsr()).tocoo()
    rows = np.stack([kept.row, kept.col], axis=1).astype(np.int64)
    return Pairs(rows=rows, doubt=np.where(kept.data > _NO_DOUBT, kept.data, 0.0))
