"""The one record of how a picture becomes a network's input."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ResizeMode(StrEnum):
    """How a picture of any shape becomes a square."""

    SQUASH = "squash"
    PAD = "pad"
    CROP = "crop"


class Interpolation(StrEnum):
    """How pixels are mixed when a picture is resized."""

    BILINEAR = "bilinear"
    BICUBIC = "bicubic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessing:
    """Everything between a decoded picture and the network; shared by training, demo and exports.

    ``mean`` and ``std`` apply to channel values scaled to [0, 1], in the order red, green, blue.
    """

    image_size: int  # pixels, width and height
    resize_mode: ResizeMode
    interpolation: Interpolation
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
