"""Variations of a whole batch at once with torch: for graphics processors, whose memory is never left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from core.data.recipe import COVER, EQUALISED, LUMA, NO_TABLE, STRETCHED, Floats, Recipe, Rows, box_slices
from core.data.vary_one import HERE, SMOOTH, posterising_table

Number = TypeVar("Number", bound=np.generic)


def vary_together(pictures: Tensor, recipes: tuple[Recipe, ...]) -> Tensor:
    """Return the changed pictures, uint8 (B, 3, H, W), from pictures on any device."""
    if not len(pictures):
        return pictures.clone()
    for recipe in recipes:
        pictures = _changed(pictures, recipe)
    return pictures


def _changed(pictures: Tensor, recipe: Recipe) -> Tensor:
    values = pictures.float()
    values = _where(recipe.moved, values, _moved, recipe.places)
    values = _where(recipe.lit, values, _lit, recipe.colours)
    values = _where(recipe.tables != NO_TABLE, values, _looked_up, recipe.tables)
    values = _where(recipe.sharpness != 1, values, _sharpened, recipe.sharpness)
    values = _where(recipe.blur > 0, values, _blurred, recipe.blur)
    return _erased(values, recipe.boxes).to(torch.uint8)


def _where(
    rows: Rows,
    values: Tensor,
    change: Callable[[Tensor, npt.NDArray[Number]], Tensor],
    amounts: npt.NDArray[Number],
) -> Tensor:
    """Return the values with some pictures changed, as whole numbers from 0 to 255."""
    if not rows.any():
        return values
    some = torch.from_numpy(np.flatnonzero(rows)).to(values.device)
    chosen = values if rows.all() else values[some]
    changed = change(chosen, amounts[rows]).round_().clamp_(0, 255)
    return changed if rows.all() else values.index_copy(0, some, changed)


def _on(device: torch.device, numbers: npt.NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(numbers.astype(np.float32)).to(device)


def _moved(values: Tensor, places: Floats) -> Tensor:
    height, width = values.shape[-2:]
    grid = functional.affine_grid(_on(values.device, places), list(values.shape), align_corners=False)
    # clamped here, since not every device knows the padding mode "border"
    inside = torch.tensor((1 - 1 / width, 1 - 1 / height), device=values.device)
    grid = torch.minimum(torch.maximum(grid, -inside), inside)
    return functional.grid_sample(values, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def _lit(values: Tensor, colours: Floats) -> Tensor:
    maps = _on(values.device, colours)
    return torch.baddbmm(maps[:, :, 3:], maps[:, :, :3], values.flatten(2)).view_as(values)


def _looked_up(values: Tensor, kinds: npt.NDArray[np.int64]) -> Tensor:
    tables = torch.stack([_table(picture, int(kind)) for picture, kind in zip(values, kinds, strict=True)])
    return tables.gather(1, values.flatten(1).long()).view_as(values)


def _table(picture: Tensor, kind: int) -> Tensor:
    """Return new values for 0..255, (256,); the same as the tables of the way picture by picture."""
    values = torch.arange(256.0, device=picture.device)
    if kind == STRETCHED:
        darkest, brightest = picture.amin(), picture.amax()
        spread = (values - darkest) * (255 / (brightest - darkest).clamp(min=1))
        return torch.where(brightest > darkest, spread, values).round().clamp(0, 255)
    if kind == EQUALISED:
        return _equalising(picture, values)
    return torch.from_numpy(posterising_table(kind)).to(values)


def _equalising(picture: Tensor, values: Tensor) -> Tensor:
    grey = torch.einsum("chw,c->hw", picture, _on(picture.device, LUMA)).round().long().flatten()
    # ones are added up, which is exact in any order
    counts = torch.zeros_like(values).index_add_(0, grey, torch.ones_like(grey, dtype=values.dtype))
    step = torch.div(len(grey) - counts[grey.amax()], 255, rounding_mode="floor")
    below = counts.cumsum(0) - counts
    filled = torch.div(below + torch.div(step, 2, rounding_mode="floor"), step, rounding_mode="floor")
    return torch.where(step > 0, filled, values).clamp(0, 255)


def _sharpened(values: Tensor, sharpness: Floats) -> Tensor:
    factor = sharpness[:, None, None]
    return _filtered(values, _on(values.device, factor * HERE + (1 - factor) * SMOOTH))


def _blurred(values: Tensor, blur: Floats) -> Tensor:
    deviation = blur[:, None] * values.shape[-1]
    reach = np.rint(deviation * 3)
    steps = np.arange(-int(reach.max()), int(reach.max()) + 1)
    bell = np.exp(-0.5 * (steps / deviation) ** 2) * (np.abs(steps) <= reach)
    kernels = _on(values.device, bell / bell.sum(axis=1, keepdims=True))
    return _filtered(_filtered(values, kernels[:, :, None]), kernels[:, None])


def _filtered(values: Tensor, kernels: Tensor) -> Tensor:
    """Return each picture (3, H, W) behind its own kernel; borders are repeated."""
    count, channels, height, width = values.shape
    high, wide = kernels.shape[1:]
    edge = (wide // 2, wide // 2, high // 2, high // 2)
    # channels last, as batches come, pictures and channels cannot be taken together without a copy
    padded = functional.pad(values, edge, mode="replicate").flatten(0, 1)[None]  # (1, B * 3, H', W')
    each = kernels.repeat_interleave(channels, dim=0)[:, None]
    return functional.conv2d(padded, each, groups=len(each)).reshape(count, channels, height, width)


def _erased(values: Tensor, boxes: Floats) -> Tensor:
    height, width = values.shape[-2:]
    for index in np.flatnonzero(boxes[:, 2] > 0):
        rows, columns = box_slices(boxes[index], width=width, height=height)
        values[index, :, rows, columns] = COVER
    return values
