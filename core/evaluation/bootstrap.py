"""Scores of test sets that might as well have been drawn: the spread behind an error bar.

B. Efron, Bootstrap methods: another look at the jackknife, 1979. Whole series are drawn, not their pictures,
because pictures of a series are answered alike.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

MOST_REPLICATES, LEAST_REPLICATES = 1_000, 200
_WORK = 24_000_000  # replicates x pictures x classes: a second or two
_AT_ONCE = 1_000_000  # decisions in memory together, some arrays of 8 MB
_SAME = 1e-6

Marks = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Shares = npt.NDArray[np.float32]


def replicates_for(pictures: int, classes: int) -> int:
    """Return how many test sets to draw: 1,000, or fewer where that would take long."""
    affordable = _WORK // max(1, pictures * classes)
    return max(LEAST_REPLICATES, min(MOST_REPLICATES, affordable))


def drawn(
    pictures: int, groups: npt.NDArray[np.int64] | None, *, classes: int, replicates: int
) -> Iterator[Shares]:
    """Yield how often each picture is in each drawn test set, (B, N) float32, a few sets at a time.

    The same arguments give the same sets.
    """
    random = np.random.default_rng(0)
    places = np.arange(pictures) if groups is None else np.unique(groups, return_inverse=True)[1]
    series = int(places.max(initial=-1)) + 1
    chunk = max(1, _AT_ONCE // max(1, pictures * classes))
    for start in range(0, replicates, chunk):
        sets = min(chunk, replicates - start)
        times = random.multinomial(series, np.full(series, 1 / series), size=sets)
        yield times.astype(np.float32)[:, places]


def f1_of(weights: Shares, actual: Marks, said: Marks) -> Floats:
    """Return F1 per drawn set and class, (B, C); NaN where a class has no picture in a set.

    ``actual`` and ``said`` (N, C): which classes pictures show, and which were answered.
    """
    right = weights @ (actual & said).astype(np.float32)
    support, answered = weights @ actual.astype(np.float32), weights @ said.astype(np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = 2 * right / (support + answered)
    f1[support == 0] = np.nan
    return f1.astype(np.float64)


class Ranking:
    """Pictures in the order of how likely a class was: the areas under its curves for many drawn sets."""

    def __init__(self, actual: Marks, likely: Shares) -> None:
        self._order = np.argsort(-likely, kind="stable")
        ordered = likely[self._order]
        self._ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
        self._positive = actual[self._order].astype(np.float32)

    def areas(self, weights: Shares) -> tuple[Floats, Floats]:
        """Return the area under the ROC curve, and the average precision, per drawn set, each (B,).

        NaN where a set has no picture of the class; for the first, also where it has no other.
        """
        ordered = np.take(weights, self._order, axis=1)  # whole numbers: sums are exact in float32, too
        found = np.cumsum(ordered * self._positive, axis=1, dtype=np.float32)[:, self._ends]
        seen = np.cumsum(ordered, axis=1, dtype=np.float32)[:, self._ends]
        false = seen - found
        new_found, new_false = np.diff(found, prepend=np.float32(0)), np.diff(false, prepend=np.float32(0))
        with np.errstate(invalid="ignore", divide="ignore"):
            roc = (new_false * (found - new_found / 2)).sum(axis=1) / (found[:, -1] * false[:, -1])
            precise = np.where(seen > 0, found / seen, 0.0)
            precision = (new_found * precise).sum(axis=1) / found[:, -1]
        return roc.astype(np.float64), precision.astype(np.float64)


def around(value: float, replicates: Floats) -> tuple[float, float] | None:
    """Return the bounds of the middle 95 % of the defined replicates, moved by their bias; in [0, 1].

    Some scores, as average precision, are higher in a drawn set for no better reason than that pictures come
    in it twice: the median of the replicates is set on the ``value``. None where no two of them differ.
    """
    defined = replicates[np.isfinite(replicates)]
    if not len(defined) or np.ptp(defined) < _SAME:
        return None
    low, median, high = np.quantile(defined, (0.025, 0.5, 0.975))
    return max(0.0, float(value + low - median)), min(1.0, float(value + high - median))
