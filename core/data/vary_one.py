"""Variations picture by picture with OpenCV: the fastest way on a CPU, whose cache holds one picture."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
import torch
from cv2.typing import MatLike
from torch import Tensor

from core.data.recipe import (
    COVER,
    EQUALISED,
    NO_TABLE,
    POSTERISED,
    STRETCHED,
    Floats,
    Recipe,
    box_slices,
)

Table = npt.NDArray[np.uint8]  # (256,) new values for 0..255

BORDER: Final = cv2.BORDER_REPLICATE
BACKWARD: Final = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
# Pillow's SMOOTH, which RandAugment's sharpness goes towards or away from
SMOOTH: Final = np.array(((1, 1, 1), (1, 5, 1), (1, 1, 1))) / 13
HERE: Final = np.array(((0, 0, 0), (0, 1, 0), (0, 0, 0)))


def vary_one_by_one(pictures: Tensor, recipes: tuple[Recipe, ...]) -> Tensor:
    """Return the changed pictures, uint8 (B, 3, H, W) in channels-last order, from pictures on the CPU."""
    count, channels, height, width = pictures.shape
    varied = np.empty((count, height, width, channels), dtype=np.uint8)
    maps = [recipe.pixel_maps(width=width, height=height) for recipe in recipes]
    for index, picture in enumerate(pictures.permute(0, 2, 3, 1).numpy()):
        changed: MatLike = np.ascontiguousarray(picture)
        for recipe, places in zip(recipes, maps, strict=True):
            changed = _changed(changed, recipe, index, places[index])
        varied[index] = changed
    return torch.from_numpy(varied).permute(0, 3, 1, 2)


def _changed(picture: MatLike, recipe: Recipe, index: int, places: Floats) -> MatLike:
    height, width = picture.shape[:2]
    if recipe.moved[index]:
        picture = cv2.warpAffine(picture, places, (width, height), flags=BACKWARD, borderMode=BORDER)
    if recipe.lit[index]:
        picture = cv2.transform(picture, recipe.colours[index])
    if (kind := int(recipe.tables[index])) != NO_TABLE:
        picture = table_of(picture, kind)[picture]
    if (sharpness := recipe.sharpness[index]) != 1:
        picture = cv2.filter2D(picture, -1, sharpness * HERE + (1 - sharpness) * SMOOTH, borderType=BORDER)
    if (blur := float(recipe.blur[index])) > 0:
        picture = cv2.GaussianBlur(picture, (0, 0), blur * width, borderType=BORDER)
    if recipe.boxes[index, 2] > 0:
        picture = picture.copy()
        picture[box_slices(recipe.boxes[index], width=width, height=height)] = COVER
    return picture


def table_of(picture: MatLike, kind: int) -> Table:
    """Return one table for all channels of an (H, W, 3) picture, so that the hue keeps its order."""
    if kind == STRETCHED:
        return stretching_table(int(picture.min()), int(picture.max()))
    if kind == EQUALISED:
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        return equalising_table(np.bincount(grey.ravel(), minlength=256))
    return posterising_table(kind)


def posterising_table(kind: int) -> Table:
    """Return the table that keeps the upper bits only, as many as ``kind`` says."""
    lost = 8 - (kind - POSTERISED)
    return (np.arange(256) >> lost << lost).astype(np.uint8)


def stretching_table(darkest: int, brightest: int) -> Table:
    """Return the table that spreads the values over 0..255; a plain picture stays as it is."""
    values = np.arange(256)
    if brightest <= darkest:
        return values.astype(np.uint8)
    spread = np.rint((values - darkest) * (255 / (brightest - darkest)))
    return np.asarray(np.clip(spread, 0, 255), dtype=np.uint8)


def equalising_table(frequencies: npt.NDArray[np.int64]) -> Table:
    """Return the table after which every brightness is about as frequent, by Pillow's ``equalize``."""
    used = frequencies[frequencies > 0]
    step = int(used[:-1].sum()) // 255
    if step == 0:
        return np.arange(256).astype(np.uint8)
    below = np.concatenate(((0,), np.cumsum(frequencies)[:-1]))
    return np.asarray(np.clip((below + step // 2) // step, 0, 255), dtype=np.uint8)
