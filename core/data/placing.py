"""Which part of a picture becomes which part of a network's square input."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.preprocess import Preprocessing, ResizeMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The part ``source`` of a picture fills ``target`` of the square: left, top, right, bottom in pixels."""

    source: tuple[float, float, float, float]
    target: tuple[int, int, int, int]


def placed(width: int, height: int, preprocessing: Preprocessing) -> Placement:
    """Return where a picture of this size comes to lie: squashed, padded or cropped."""
    side, mode = preprocessing.image_size, preprocessing.resize_mode
    whole = (0.0, 0.0, float(width), float(height))
    if mode is ResizeMode.SQUASH:
        return Placement(source=whole, target=(0, 0, side, side))
    if mode is ResizeMode.CROP:
        short = min(width, height)
        left, top = (width - short) / 2, (height - short) / 2
        return Placement(source=(left, top, left + short, top + short), target=(0, 0, side, side))
    scale = side / max(width, height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (side - inner[0]) // 2, (side - inner[1]) // 2
    return Placement(source=whole, target=(left, top, left + inner[0], top + inner[1]))
