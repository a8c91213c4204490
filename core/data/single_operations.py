"""TrivialAugment and RandAugment: one or two operations per picture, of random kind.

TrivialAugment (Mueller and Hutter, ICCV 2021) draws one operation and its strength for every picture;
RandAugment (Cubuk et al., NeurIPS 2020) draws two and keeps the strength. Operations and bounds are
RandAugment's, with three differences, all of them so that colour goes on telling classes apart: solarising,
which swaps colours for their opposites, is left out; levels are stretched and equalised by one table for the
three channels; contrast turns about mid grey. Erasing (Cutout) is one more operation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.data.recipe import (
    EQUALISED,
    POSTERISED,
    STRETCHED,
    Draws,
    Floats,
    Recipe,
    Rows,
    brightness_map,
    colour_map,
    contrast_map,
)
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig

SHEAR: Final = 0.3  # sideways by this share of the height
DEGREES: Final = 30.0
TONE: Final = 0.9  # brightness, contrast, colour and sharpness from 0.1 to 1.9
FEWER_BITS: Final = 4  # of the eight
BOX_SIDE: Final = 0.5  # of an erased piece at full strength, as a share of the picture's


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """How many operations a picture gets, and how strong they are."""

    operations: int
    weakest: float  # of 1
    strongest: float
    shift: float  # by this share of the picture at full strength


SPACES: Final = {
    Augmentation.TRIVIAL: Space(operations=1, weakest=0.0, strongest=1.0, shift=32 / 224),
    Augmentation.RANDOM: Space(operations=2, weakest=0.3, strongest=0.3, shift=0.45),  # level 9 of 30
}

Operation = Callable[[Recipe, Rows, Floats], None]  # amounts: (N,) of these rows, from -1 to 1


def recipes_of(draws: Draws, config: TrainConfig) -> tuple[Recipe, ...]:
    """Return one pass per operation; each picture draws among the kinds that are switched on, and nothing."""
    space = SPACES[config.augmentation]
    return tuple(_recipe(draws, config, space, number) for number in range(1, space.operations + 1))


def _recipe(draws: Draws, config: TrainConfig, space: Space, number: int) -> Recipe:
    allowed = [operation for kind, operation in _operations(draws, space) if getattr(config, kind)]
    # one choice more than there are operations: to leave the picture as it is
    chosen = np.floor(draws[f"kind_{number}"] * (len(allowed) + 1)).astype(np.int64)
    sign = np.where(draws[f"sign_{number}"] < 0.5, -1.0, 1.0)
    amount = draws.between(f"size_{number}", space.weakest, space.strongest) * sign
    recipe = Recipe.still(len(draws))
    for index, operation in enumerate(allowed):
        rows = chosen == index
        operation(recipe, rows, amount[rows])
    return recipe


def _operations(draws: Draws, space: Space) -> tuple[tuple[str, Operation], ...]:
    """Return every operation behind the switch that allows it."""
    return (
        ("vary_crop", _placing(0, 1, SHEAR)),
        ("vary_crop", _placing(1, 0, SHEAR)),
        ("vary_crop", _placing(0, 2, 2 * space.shift)),  # from -1 to 1 is a width of 2
        ("vary_crop", _placing(1, 2, 2 * space.shift)),
        ("vary_rotation", _rotate),
        ("vary_light", _toning(brightness_map)),
        ("vary_light", _toning(contrast_map)),
        ("vary_light", _tabling(STRETCHED)),
        ("vary_light", _tabling(EQUALISED)),
        ("vary_colour", _toning(colour_map)),
        ("vary_colour", _posterise),
        ("vary_blur", _sharpen),
        ("vary_erase", _erasing(draws)),
    )


def _placing(row: int, column: int, bound: float) -> Operation:
    def place(recipe: Recipe, rows: Rows, amount: Floats) -> None:
        recipe.places[rows, row, column] = bound * amount

    return place


def _rotate(recipe: Recipe, rows: Rows, amount: Floats) -> None:
    angle = np.radians(DEGREES * amount)
    recipe.places[rows, 0, 0] = recipe.places[rows, 1, 1] = np.cos(angle)
    recipe.places[rows, 0, 1], recipe.places[rows, 1, 0] = -np.sin(angle), np.sin(angle)


def _toning(map_of: Callable[[Floats], Floats]) -> Operation:
    def tone(recipe: Recipe, rows: Rows, amount: Floats) -> None:
        recipe.colours[rows] = map_of(1 + TONE * amount)

    return tone


def _tabling(table: int) -> Operation:
    def choose(recipe: Recipe, rows: Rows, _amount: Floats) -> None:
        recipe.tables[rows] = table

    return choose


def _posterise(recipe: Recipe, rows: Rows, amount: Floats) -> None:
    recipe.tables[rows] = POSTERISED + 8 - np.rint(FEWER_BITS * np.abs(amount)).astype(np.int64)


def _sharpen(recipe: Recipe, rows: Rows, amount: Floats) -> None:
    recipe.sharpness[rows] = 1 + TONE * amount


def _erasing(draws: Draws) -> Operation:
    def erase(recipe: Recipe, rows: Rows, amount: Floats) -> None:
        side = BOX_SIDE * np.abs(amount)
        top, left = draws["box_top"][rows] * (1 - side), draws["box_left"][rows] * (1 - side)
        recipe.boxes[rows] = np.stack((top, left, side, side), axis=1)

    return erase
