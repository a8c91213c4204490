"""Whether a picture is like anything that was learnt from."""

from __future__ import annotations

from math import ceil

import numpy as np
import numpy.typing as npt

from core.domain.decision import MOST_REMEMBERED, Memory

NEIGHBOURS = 5
FALSE_ALARMS = 0.02  # share of pictures of the right kind that are taken for something else
_AT_ONCE = 512

Features = npt.NDArray[np.float32]


def remembered(pictures: int, *, seed: int) -> npt.NDArray[np.intp]:
    """Return which of this many training pictures to remember, ascending: all, or 2,000 drawn by lot."""
    if pictures <= MOST_REMEMBERED:
        return np.arange(pictures)
    chosen = np.random.default_rng(seed).choice(pictures, MOST_REMEMBERED, replace=False)
    return np.sort(chosen)


def memory_of(features: Features, sha256: tuple[str, ...], labels: npt.NDArray[np.int64]) -> Memory:
    """Return the memory of training pictures with these ``features`` (M, D)."""
    return Memory(features=_unit(features).astype(np.float16), sha256=sha256, labels=labels)


def strangeness(memory: Memory, features: Features) -> Features:
    """Return how far pictures lie from what was learnt, (N,) in [0, 2]: 0 for a picture learnt from.

    It is 1 minus the cosine to the fifth nearest training picture: Y. Sun and others, Out-of-distribution
    detection with deep nearest neighbors, 2022.
    """
    kept = memory.features.astype(np.float32)
    near = min(NEIGHBOURS, len(kept))
    far = np.empty(len(features), dtype=np.float32)
    for start in range(0, len(features), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        likeness = _unit(features[rows]) @ kept.T
        far[rows] = 1 - np.partition(likeness, -near, axis=1)[:, -near]
    return far


def farthest_of(strange: Features) -> float | None:
    """Return beyond which distance a picture is unlike all, by validation pictures' distances (N,).

    Of new pictures of the same kind at most one in fifty lies beyond it, or one in N + 1 where there are
    fewer: V. Vovk, A. Gammerman and G. Shafer, Algorithmic learning in a random world, 2005. None without
    validation pictures.
    """
    pictures = len(strange)
    if not pictures:
        return None
    place = min(pictures, ceil((pictures + 1) * (1 - FALSE_ALARMS)))
    return float(np.sort(strange)[place - 1])


def nearest(memory: Memory, features: Features, *, most: int = 3) -> npt.NDArray[np.intp]:
    """Return the rows of the training pictures most like each picture, nearest first, (N, most)."""
    likeness = _unit(features) @ memory.features.astype(np.float32).T
    return np.argsort(-likeness, axis=1, kind="stable")[:, :most]


def likeness(memory: Memory, feature: Features, rows: npt.NDArray[np.intp]) -> Features:
    """Return the cosine between one picture (D,) and these training pictures, (R,) in [-1, 1]."""
    cosine: Features = memory.features[rows].astype(np.float32) @ _unit(feature[None])[0]
    return cosine.clip(-1, 1)


def _unit(features: Features) -> Features:
    length = np.linalg.norm(features, axis=1, keepdims=True)
    unit: Features = features / np.maximum(length, 1e-12)
    return unit
