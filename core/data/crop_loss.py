"""What a centre crop would cut off, and how pictures of these shapes should become squares instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from core.domain.dataset import Sample
from core.domain.preprocess import ResizeMode
from core.domain.safety import ResizeAdvice

TOO_MUCH: Final = 0.15  # of the longer side: a subject at the edge is then hurt; the brink of a 6:5 picture
ALIKE: Final = 1.25  # times wider or narrower is a stretch that people hardly notice, and networks neither
MOST: Final = 0.95  # of the pictures must be alike: a few odd ones do not decide over all others
WORST: Final = 6  # pictures that are shown

Floats = npt.NDArray[np.float64]


def crop_losses(samples: Sequence[Sample]) -> Floats:
    """Return the share of each picture's longer side that a centre crop would cut off, (N,) in [0, 1)."""
    sides = _sides(samples)
    return np.asarray(1 - sides.min(axis=1) / sides.max(axis=1))


def resize_advice(samples: Sequence[Sample]) -> ResizeAdvice:
    """Return how these pictures should become squares; those that are left out have no say.

    Squash where that does about the same to all of them, else pad. Cropping is never advised: only a person
    knows whether the subject lies in the middle.
    """
    used = np.array([row for row, sample in enumerate(samples) if not sample.excluded], dtype=np.int64)
    chosen = [samples[row] for row in used]
    losses = crop_losses(chosen)
    mode, reason = _mode(_sides(chosen))
    order = np.argsort(-losses, kind="stable")
    losing = int((losses > TOO_MUCH).sum())
    return ResizeAdvice(
        mode=mode,
        reason=reason,
        pictures=len(used),
        losing=losing,
        worst=tuple(used[order[: min(losing, WORST)]].tolist()),
        worst_share=float(losses.max()) if len(losses) else None,
    )


def _sides(samples: Sequence[Sample]) -> Floats:
    """Return widths and heights, (N, 2)."""
    sides = [(sample.width, sample.height) for sample in samples]
    return np.array(sides, dtype=np.float64).reshape(-1, 2)


def _mode(sides: Floats) -> tuple[ResizeMode, str]:
    if not len(sides):
        return ResizeMode.SQUASH, "There are no pictures yet."
    shapes = sides[:, 0] / sides[:, 1]
    if _alike(shapes, 1.0):
        return ResizeMode.SQUASH, "Your pictures are nearly square: squashing hardly changes them."
    usual = float(np.median(shapes))
    if _alike(shapes, usual):
        told = f"Your pictures all have about the same shape ({_shape(usual)})"
        return ResizeMode.SQUASH, f"{told}: squashing changes all of them alike, and nothing is lost."
    narrow, wide = np.quantile(shapes, (0.05, 0.95), method="nearest").tolist()
    told = f"Your pictures have very different shapes, from {_shape(narrow)} to {_shape(wide)}"
    return ResizeMode.PAD, f"{told}: squashing would stretch each in its own way, borders keep them true."


def _alike(shapes: Floats, shape: float) -> bool:
    """Whether nearly all shapes are about this one."""
    stretch = np.maximum(shapes / shape, shape / shapes)
    return float((stretch <= ALIKE + 1e-9).mean()) >= MOST


def _shape(shape: float) -> str:
    """Return width to height as people say it: "1.5 times as wide as high"."""
    if abs(np.log(shape)) < np.log(1.05):
        return "square"
    if shape > 1:
        return f"{shape:.2g} times as wide as high"
    return f"{1 / shape:.2g} times as high as wide"
