"""Which pictures are nearly one: a copy saved again, cut a little, lightened, resized, or the next frame.

A pair counts when hash and features agree that it is close, or when one of them alone is beyond doubt. What
"close" means is taken from the set itself: scans of digits all resemble each other, photographs do not. The
yardstick is the similarity of pictures of different classes, which are known not to be copies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.data.bounds import bounds
from core.data.directions import Directions, Features, Rows, Singles
from core.data.measures import Marks, Measured, Shown
from core.data.pairs import Forest, Pairs
from core.domain.facts import PictureFacts

# Calibrated on digits (all different), drawn parts (all different), photographs, frames of traffic lights,
# and copies of them: re-compressed, cut by 2 to 10 %, 30 % darker to 15 % lighter, of half and double size.
REACH: Final = 0.08  # of the usual distance between classes, per standard deviation that the hash is closer
FREE: Final = 1.75  # standard deviations by which the hash must be closer before it widens the reach
CLOSEST: Final = 0.04  # distance that is enough by itself, whatever the hash says
WIDEST: Final = 0.27  # distance beyond which no hash makes a pair
SAME_HASH: Final = 4  # bits of 64, for pictures whose measured brightness and colours are equal as well
SAME_HASH_DEVIATIONS: Final = 2.8
SAME_REACH: Final = 0.45  # features must not contradict
SAME_DOUBT: Final = 0.5

_PRIOR_PAIRS: Final = 200  # pairs of a usual set that are added: small sets tell little about themselves
_PRIOR_BITS: Final = 26.0
_PRIOR_DEVIATION: Final = 6.0
_PRIOR_COSINE: Final = 0.6
_SAMPLED: Final = 1_200  # pictures from which the yardstick is taken
_BLOCK: Final = 512  # pictures held against as many others at once


@dataclass(frozen=True, slots=True)
class _Yardstick:
    """What is usual between pictures of different classes in this set."""

    cosine: float
    bits: float
    deviation: float

    def reach(self, bits: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return how far features may be apart for these hash distances, as a share of the usual."""
        closer = (self.bits - bits) / self.deviation - FREE
        return np.clip(REACH * closer, CLOSEST, WIDEST)

    def distance(self, cosine: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return how far directions are apart: 0 for equal ones, 1 for as far as classes usually are."""
        return (1 - cosine) / max(1e-6, 1 - self.cosine)

    def cosine_at(self, distance: float) -> float:
        """Return the cosine of directions that are so far apart."""
        return 1 - distance * max(1e-6, 1 - self.cosine)


def near_duplicates(
    pictures: Sequence[Shown], facts: Mapping[str, PictureFacts], features: Features | None
) -> Pairs:
    """Return the pairs of pictures that are nearly the same, in a fixed order.

    ``features`` (N, D) belong to ``pictures``; without them only copies whose measurements agree are found.
    Of very many pairs, as all frames of a still scene make, those are told that connect the same pictures at
    every degree of doubt.
    """
    measured = Measured.of(pictures, facts)
    unit = None if features is None or len(features) != len(pictures) else Directions(features)
    found = Forest([frozenset(picture.labels) for picture in pictures])
    if len(pictures) < 2 or (unit is None and not measured.known.any()):
        return found.pairs()
    search = _Search(
        measured=measured,
        unit=unit,
        most_alike=None if unit is None else bounds(unit),
        usual=_yardstick(pictures, measured, unit),
    )
    starts = range(0, len(pictures), _BLOCK)
    for start in starts:
        for other in starts[start // _BLOCK :]:
            found.add(search.between(start, other))
    return found.pairs()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """The search for pairs, a block of pictures against another at a time."""

    measured: Measured
    unit: Directions | None
    most_alike: Callable[[slice, slice], Singles] | None  # bounds on cosines, where there are features
    usual: _Yardstick

    def between(self, start: int, other: int) -> Pairs:
        """Return the pairs of a picture in the block at ``start`` with a later one in that at ``other``."""
        block, against = slice(start, start + _BLOCK), slice(other, other + _BLOCK)
        bits = self.measured.bits(block, against)
        hashed = bits <= min(SAME_HASH, self.usual.bits - SAME_HASH_DEVIATIONS * self.usual.deviation)
        possible = self._possible(block, against, hashed)
        if start == other:
            possible = np.triu(possible, 1)
        first, second = np.nonzero(possible)
        distance = self._distances(first + start, second + other)
        return self._told(first + start, second + other, distance, bits[possible], hashed[possible])

    def _possible(self, block: slice, against: slice, hashed: Marks) -> Marks:
        """Return which pairs have to be looked at: none that counts is missing."""
        if self.most_alike is None:
            return hashed
        most = self.most_alike(block, against)
        possible: Marks = most > self.usual.cosine_at(WIDEST)
        possible |= hashed & (most > self.usual.cosine_at(SAME_REACH))
        return possible

    def _distances(self, first: Rows, second: Rows) -> npt.NDArray[np.float64]:
        """Return the distance of each pair (P,); without features 0, so that measurements decide."""
        if self.unit is None or not len(first):
            return np.zeros(len(first))
        rows, row = np.unique(first, return_inverse=True)
        others, column = np.unique(second, return_inverse=True)
        products = self.unit[rows] @ self.unit[others].T
        return self.usual.distance(products[row, column].astype(np.float64))

    def _told(
        self,
        first: Rows,
        second: Rows,
        distance: npt.NDArray[np.float64],
        bits: npt.NDArray[np.uint8],
        hashed: Marks,
    ) -> Pairs:
        """Return those of the pairs (P,) that count, with their doubt."""
        near = (distance < WIDEST) & (self.unit is not None)
        some = near | (hashed & (distance < SAME_REACH))
        first, second, distance, near = first[some], second[some], distance[some], near[some]
        same = hashed[some] & self.measured.same(first, second)
        by_look = np.where(near, distance / self.usual.reach(bits[some]), np.inf)
        doubt = np.where(same, np.minimum(by_look, SAME_DOUBT), by_look)
        keep = doubt < 1
        return Pairs(rows=np.stack([first, second], axis=1)[keep], doubt=np.maximum(doubt[keep], 0.0))


def _yardstick(pictures: Sequence[Shown], measured: Measured, unit: Directions | None) -> _Yardstick:
    """Return what is usual between pictures of different classes; between all where there is only one."""
    chosen = np.unique(np.linspace(0, len(pictures) - 1, min(len(pictures), _SAMPLED)).astype(np.int64))
    by_content = sorted(range(len(pictures)), key=lambda row: pictures[row].sha256)
    rows = np.array(by_content, dtype=np.int64)[chosen]  # whatever order the pictures come in
    names = np.array([pictures[row].labels[0] for row in rows])
    apart = names[:, None] != names[None, :]
    counted = np.triu(apart if apart.any() else np.ones_like(apart), 1)
    hashed = counted & measured.known[rows, None] & measured.known[None, rows]
    bits = measured.bits(rows, rows)[hashed]
    some = None if unit is None else unit[rows]
    cosines = np.zeros(0) if some is None else (some @ some.T)[counted]
    return _Yardstick(
        cosine=_steadied(np.median, cosines, _PRIOR_COSINE),
        bits=_steadied(np.median, bits, _PRIOR_BITS),
        deviation=max(1.0, _steadied(np.std, bits, _PRIOR_DEVIATION)),
    )


def _steadied(measure: Callable[[npt.NDArray[Any]], Any], values: npt.NDArray[Any], usual: float) -> float:
    if not len(values):
        return usual
    weight = len(values) / (len(values) + _PRIOR_PAIRS)
    return float(weight * float(measure(values)) + (1 - weight) * usual)
