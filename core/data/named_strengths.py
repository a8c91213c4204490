"""The variations of named strength: a little of everything at once, evenly drawn for every picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.data.recipe import (
    Draws,
    Floats,
    Recipe,
    boxes,
    brightness_map,
    chained,
    colour_map,
    contrast_map,
)
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig

LEAST_BLUR: Final = 0.003  # deviation as a share of the width: two thirds of a pixel of 224
MOST_BLUR: Final = 0.01
BOX_SIDES: Final = (0.1, 0.3)  # of an erased piece, as shares of the picture's


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How far each kind of change may go. The hue is never shifted: colour may tell the classes apart."""

    least_area: float = 1.0  # share of the picture that a crop keeps at least
    stretch: float = 1.0  # width to height, at most times or divided by this
    degrees: float = 0.0
    light: float = 0.0  # brightness and contrast, as a share of 1
    colour: float = 0.0  # saturation, as a share of 1
    blurred: float = 0.0  # share of pictures that are softened
    erased: float = 0.0  # share of pictures that lose a rectangle


STRENGTHS: Final = {
    Augmentation.NONE: Strength(),
    Augmentation.LIGHT: Strength(least_area=0.7, stretch=1.1, degrees=8, light=0.15, colour=0.1),
    Augmentation.STRONG: Strength(
        least_area=0.4, stretch=1.25, degrees=20, light=0.35, colour=0.25, blurred=0.2, erased=0.25
    ),
}


def strength_of(config: TrainConfig) -> Strength:
    """Return the strength of the settings without the kinds that are switched off."""
    full = STRENGTHS[config.augmentation]
    return Strength(
        least_area=full.least_area if config.vary_crop else 1.0,
        stretch=full.stretch if config.vary_crop else 1.0,
        degrees=full.degrees * config.vary_rotation,
        light=full.light * config.vary_light,
        colour=full.colour * config.vary_colour,
        blurred=full.blurred * config.vary_blur,
        erased=full.erased * config.vary_erase,
    )


def recipe_of(draws: Draws, strength: Strength) -> Recipe:
    """Return what the drawn numbers mean at this strength."""
    still = Recipe.still(len(draws))
    blur = draws.between("blur", LEAST_BLUR, MOST_BLUR) * (draws["blurred"] < strength.blurred)
    covered = boxes(draws, *BOX_SIDES) * (draws["erased"] < strength.erased)[:, None]
    return Recipe(
        places=_places(draws, strength),
        colours=_colours(draws, strength),
        tables=still.tables,
        sharpness=still.sharpness,
        blur=blur,
        boxes=covered,
    )


def _places(draws: Draws, strength: Strength) -> Floats:
    """Return crop, stretch and rotation in one map; the crop lies anywhere inside the picture."""
    side = np.sqrt(draws.between("area", strength.least_area, 1.0))
    widest = math.log(strength.stretch) / 2
    stretch = np.exp(draws.between("stretch", -widest, widest))
    width, height = np.minimum(side * stretch, 1.0), np.minimum(side / stretch, 1.0)
    angle = np.radians(draws.between("angle", -strength.degrees, strength.degrees))
    across = (width * np.cos(angle), -height * np.sin(angle), draws.between("right", -1, 1) * (1 - width))
    along = (width * np.sin(angle), height * np.cos(angle), draws.between("down", -1, 1) * (1 - height))
    return np.stack((np.stack(across, axis=1), np.stack(along, axis=1)), axis=1)


def _colours(draws: Draws, strength: Strength) -> Floats:
    bright = brightness_map(draws.between("bright", 1 - strength.light, 1 + strength.light))
    contrast = contrast_map(draws.between("contrast", 1 - strength.light, 1 + strength.light))
    colour = colour_map(draws.between("colour", 1 - strength.colour, 1 + strength.colour))
    return chained(chained(bright, contrast), colour)
