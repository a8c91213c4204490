"""Which pictures are nearly one: a copy saved again, cut a little, lightened, resized, or the next frame.

A pair counts when hash and features agree that it is close, or when one of them alone is beyond doubt. What
"close" means is taken from the set itself: scans of digits all resemble each other, photographs do not. The
yardstick is the similarity of pictures of different classes, which are known not to be copies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from core.domain.facts import PictureFacts

Floats = npt.NDArray[np.floating[Any]]
Rows = npt.NDArray[np.int64]

# Calibrated on digits (all different), drawn parts (all different), photographs, frames of traffic lights,
# and copies of them: re-compressed, cut by 2 to 10 %, 30 % darker to 15 % lighter, of half and double size.
REACH: Final = 0.08  # of the usual distance between classes, per standard deviation that the hash is closer
FREE: Final = 1.75  # standard deviations by which the hash must be closer before it widens the reach
CLOSEST: Final = 0.04  # distance that is enough by itself, whatever the hash says
WIDEST: Final = 0.27  # distance beyond which no hash makes a pair
SAME_HASH: Final = 4  # bits of 64, for pictures whose measured brightness and colours are equal as well
SAME_HASH_DEVIATIONS: Final = 2.8
SAME_MEASURES: Final = 0.01  # of the full range; and a tenth of what is usual in the set
SAME_SHAPE: Final = 0.05  # difference of the logarithms of width : height
SAME_REACH: Final = 0.45  # features must not contradict
SAME_DOUBT: Final = 0.5

_PRIOR_PAIRS: Final = (
    200  # small sets tell little about themselves: these many pairs of a usual set are added
)
_PRIOR_BITS: Final = 26.0
_PRIOR_DEVIATION: Final = 6.0
_PRIOR_COSINE: Final = 0.6
_SAMPLED: Final = 1_200  # pictures from which the yardstick is taken
_BLOCK: Final = 128  # pictures held against all others at once: 20,000 need some 50 MB for it
_FAR: Final = 64  # bits between pictures of which one has no hash


class Shown(Protocol):
    """A picture with its class, as candidates for a data set and samples of one are."""

    @property
    def sha256(self) -> str: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Positions of pictures that are nearly the same, each pair once with the smaller position first.

    ``doubt`` (P,) in [0, 1): 0 is the same picture, 1 would just not count any more.
    """

    rows: Rows  # (P, 2)
    doubt: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, keep: npt.NDArray[np.bool_]) -> Pairs:
        """Return those that ``keep`` (P,) marks."""
        return Pairs(rows=self.rows[keep], doubt=self.doubt[keep])


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


def directions(features: Floats) -> npt.NDArray[np.float32]:
    """Return the features (N, D) as unit vectors of their signed square roots, whose products are cosines.

    Roots keep few strong channels from deciding alone (Hellinger distance); they tell copies from lookalikes
    better than the plain cosine.
    """
    rows: npt.NDArray[np.float32] = np.array(features, dtype=np.float32)  # a copy, worked on in place
    below_zero = np.signbit(rows)
    np.sqrt(np.abs(rows, out=rows), out=rows)
    np.negative(rows, out=rows, where=below_zero)
    rows /= np.maximum(np.sqrt(np.einsum("nd,nd->n", rows, rows)), 1e-12)[:, None]
    return rows


def near_duplicates(
    pictures: Sequence[Shown], facts: Mapping[str, PictureFacts], features: Floats | None
) -> Pairs:
    """Return the pairs of pictures that are nearly the same, in a fixed order.

    ``features`` (N, D) belong to ``pictures``; without them only copies whose measurements agree are found.
    """
    measured = _Measured.of(pictures, facts)
    unit = None if features is None or len(features) != len(pictures) else directions(features)
    if len(pictures) < 2 or (unit is None and not measured.known.any()):
        return Pairs(rows=np.zeros((0, 2), np.int64), doubt=np.zeros(0))
    usual = _yardstick(pictures, measured, unit)
    found = [_pairs_from(start, measured, unit, usual) for start in range(0, len(pictures), _BLOCK)]
    return Pairs(rows=np.concatenate([f.rows for f in found]), doubt=np.concatenate([f.doubt for f in found]))


@dataclass(frozen=True, slots=True)
class _Measured:
    """The facts of all pictures as arrays; rows without facts are not ``known``."""

    known: npt.NDArray[np.bool_]  # (N,)
    hashes: npt.NDArray[np.uint64]  # (N,)
    shape: npt.NDArray[np.float64]  # (N,) logarithm of width : height
    values: npt.NDArray[np.float64]  # (N, 9), all in [0, 1]
    tolerance: npt.NDArray[np.float64]  # (9,)

    @staticmethod
    def of(pictures: Sequence[Shown], facts: Mapping[str, PictureFacts]) -> _Measured:
        """Return the arrays for these pictures, in their order."""
        found = [facts.get(picture.sha256) for picture in pictures]
        values = np.array([_values(fact) if fact else (0.0,) * 9 for fact in found]).reshape(-1, 9)
        known = np.array([fact is not None for fact in found], dtype=bool)
        spread = values[known].std(axis=0) if known.sum() > 1 else np.zeros(9)
        return _Measured(
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
            self.known[rows, None] & self.known[None, others], apart, np.uint8(_FAR)
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


def _yardstick(pictures: Sequence[Shown], measured: _Measured, unit: Floats | None) -> _Yardstick:
    """Return what is usual between pictures of different classes; between all where there is only one."""
    chosen = np.unique(np.linspace(0, len(pictures) - 1, min(len(pictures), _SAMPLED)).astype(np.int64))
    by_content = sorted(range(len(pictures)), key=lambda row: pictures[row].sha256)
    rows = np.array(by_content, dtype=np.int64)[chosen]  # whatever order the pictures come in
    names = np.array([pictures[row].label for row in rows])
    apart = names[:, None] != names[None, :]
    counted = np.triu(apart if apart.any() else np.ones_like(apart), 1)
    hashed = counted & measured.known[rows, None] & measured.known[None, rows]
    bits = measured.bits(rows, rows)[hashed]
    cosines = np.zeros(0) if unit is None else (unit[rows] @ unit[rows].T)[counted]
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


def _pairs_from(start: int, measured: _Measured, unit: Floats | None, usual: _Yardstick) -> Pairs:
    """Return the pairs whose first picture is in the block at ``start``."""
    block, rest = slice(start, start + _BLOCK), slice(start, None)
    bits = measured.bits(block, rest)
    distance = np.zeros(bits.shape) if unit is None else _distances(unit[block], unit[rest], usual)
    near = np.zeros(bits.shape, dtype=bool) if unit is None else distance < WIDEST
    alike = (bits <= min(SAME_HASH, usual.bits - SAME_HASH_DEVIATIONS * usual.deviation)) & (
        distance < SAME_REACH
    )
    first, second = np.nonzero(np.triu(near | alike, 1))
    far = distance[first, second].astype(np.float64)
    reach = usual.reach(bits[first, second])
    same = alike[first, second] & measured.same(first + start, second + start)
    by_look = np.where(near[first, second], far / reach, np.inf)
    doubt = np.where(same, np.minimum(by_look, SAME_DOUBT), by_look)
    keep = doubt < 1
    rows = np.stack([first, second], axis=1)[keep].astype(np.int64) + start
    return Pairs(rows=rows, doubt=np.maximum(doubt[keep], 0.0))


def _distances(rows: Floats, others: Floats, usual: _Yardstick) -> Floats:
    """Return the distances (R, O) of directions, 0 for equal ones and 1 for as far as classes usually are."""
    apart: Floats = (1 - rows @ others.T) / max(1e-6, 1 - usual.cosine)
    return apart
