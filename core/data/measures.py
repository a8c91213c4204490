"""What was measured of many pictures, as arrays that can be held against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from core.data.directions import Rows
from core.domain.facts import PictureFacts

Marks = npt.NDArray[np.bool_]

SAME_MEASURES: Final = 0.01  # of the full range; and a tenth of what is usual in the set
SAME_SHAPE: Final = 0.05  # difference of the logarithms of width : height
FAR: Final = 64  # bits between pictures of which one has no hash


class Shown(Protocol):
    """A picture with its classes, as candidates for a data set and samples of one are."""

    @property
    def sha256(self) -> str: ...  # noqa: D102
    @property
    def labels(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Measured:
    """The facts of all pictures as arrays; rows without facts are not ``known``."""

    known: npt.NDArray[np.bool_]  # (N,)
    hashes: npt.NDArray[np.uint64]  # (N,)
    shape: npt.NDArray[np.float64]  # (N,) logarithm of width : height
    values: npt.NDArray[np.float64]  # (N, 9), all in [0, 1]
    tolerance: npt.NDArray[np.float64]  # (9,)

    @staticmethod
    def of(pictures: Sequence[Shown], facts: Mapping[str, PictureFacts]) -> Measured:
        """Return the arrays for these pictures, in their order."""
        found = [facts.get(picture.sha256) for picture in pictures]
        values = np.array([_values(fact) if fact else (0.0,) * 9 for fact in found]).reshape(-1, 9)
        known = np.array([fact is not None for fact in found], dtype=bool)
        spread = values[known].std(axis=0) if known.sum() > 1 else np.zeros(9)
        return Measured(
            known=known,
            hashes=np.array([int(f.difference_hash, 16) if f else 0 for f in found], dtype=np.uint64),
            shape=np.array([np.log(f.width / f.height) if f else 0.0 for f in found]),
            values=values,
            tolerance=np.minimum(SAME_MEASURES, np.maximum(0.1 * spread, 0.002)),
        )

    def bits(self, rows: npt.NDArray[Any] | slice, others: npt.NDArray[Any] | slice) -> npt.NDArray[np.uint8]:
        """Return the hash distances (R, O) between two selections."""
        apart = np.bitwise_count(self.hashes[rows, None] ^ self.hashes[None, others])
        both: npt.NDArray[np.uint8] = np.where(
            self.known[rows, None] & self.known[None, others], apart, np.uint8(FAR)
        )
        return both

    def same(self, first: Rows, second: Rows) -> npt.NDArray[np.bool_]:
        """Tell for each pair whether brightness, colours and shape are as good as equal."""
        close = np.abs(self.values[first] - self.values[second]) <= self.tolerance
        alike: npt.NDArray[np.bool_] = close.all(axis=1) & (
            np.abs(self.shape[first] - self.shape[second]) <= SAME_SHAPE
        )
        return alike


def _values(fact: PictureFacts) -> tuple[float, ...]:
    colours = (*fact.mean_color, *fact.border_color)
    return (fact.brightness, fact.contrast, *colours, fact.border_contrast)
