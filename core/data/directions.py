"""Features as directions, read block by block: however many pictures there are, no copy of all is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]

BLOCK: Final = 1_024  # rows that are read at once: 5 MB of 1,280 features


class Features(Protocol):
    """Numbers of pictures (N, D), in memory or in files; rows are read by a slice or by their positions."""

    @property
    def shape(self) -> tuple[int, ...]: ...  # noqa: D102
    def __len__(self) -> int: ...
    def __getitem__(self, rows: Any, /) -> Any: ...  # noqa: ANN401 - as arrays do


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some rows of features in an order of their own, read only when they are asked for."""

    features: Features
    rows: Rows  # (P,) positions in ``features``

    @property
    def shape(self) -> tuple[int, ...]:
        """How many rows were chosen, and how many numbers each has."""
        return (len(self.rows), *self.features.shape[1:])

    def __len__(self) -> int:
        """Return how many rows were chosen."""
        return len(self.rows)

    def __getitem__(self, rows: slice | Rows, /) -> npt.NDArray[np.floating[Any]]:
        """Return a copy of the rows at these places of the choice."""
        copied: npt.NDArray[np.floating[Any]] = self.features[self.rows[rows]]
        return copied


def chosen(features: Features, rows: Rows) -> Features:
    """Return these rows of the features, in this order; the features themselves where it is all of them."""
    return features if np.array_equal(rows, np.arange(len(features))) else Chosen(features, rows)


@dataclass(frozen=True, slots=True)
class Directions:
    """The ``directions`` of features, made of a few rows at a time, anew each time they are asked for."""

    features: Features

    @property
    def shape(self) -> tuple[int, ...]:
        """How many rows there are, and how many numbers each has."""
        return self.features.shape

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.features)

    def __getitem__(self, rows: slice | Rows, /) -> Singles:
        """Return the unit vectors of these rows."""
        return directions(self.features[rows])


def directions(features: npt.NDArray[np.floating[Any]]) -> Singles:
    """Return the features (N, D) as unit vectors of their signed square roots, whose products are cosines.

    Roots keep few strong channels from deciding alone (Hellinger distance); they tell copies from lookalikes
    better than the plain cosine.
    """
    rows: Singles = np.array(features, dtype=np.float32)  # a copy, worked on in place
    below_zero = np.signbit(rows)
    np.sqrt(np.abs(rows, out=rows), out=rows)
    np.negative(rows, out=rows, where=below_zero)
    rows /= np.maximum(np.sqrt(np.einsum("nd,nd->n", rows, rows)), 1e-12)[:, None]
    return rows


def in_blocks(rows: int | Rows, size: int = BLOCK) -> Iterator[Rows]:
    """Yield the positions, or the first so many whole numbers, a block at a time."""
    every = np.arange(rows) if isinstance(rows, int) else rows
    for start in range(0, len(every), size):
        yield every[start : start + size]


def cosines(unit: Features, first: Rows, second: Rows) -> npt.NDArray[np.float64]:
    """Return the cosine of each pair of rows (P,), from unit vectors."""
    found = np.zeros(len(first))
    for at in in_blocks(len(first)):
        found[at] = np.einsum("pd,pd->p", unit[first[at]], unit[second[at]])
    return found
