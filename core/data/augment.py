"""Small random changes to training pictures, so that the model learns the subject and not the snapshot."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from core.domain.choices import Augmentation
from core.domain.config import TrainConfig

Augmenter = Callable[[Tensor, torch.Generator], Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strength:
    """How far each change may go; every picture draws its own values, evenly from the range.

    The hue is never shifted: colour may be what tells the classes apart.
    """

    least_area: float = 1.0  # share of the picture that a crop keeps at least
    stretch: float = 1.0  # width to height, at most times or divided by this
    degrees: float = 0.0
    light: float = 0.0  # brightness and contrast, as a share of 1
    saturation: float = 0.0
    erase: float = 0.0  # share of pictures that lose a rectangle


_STRENGTHS: Final = {
    Augmentation.NONE: _Strength(),
    Augmentation.LIGHT: _Strength(least_area=0.7, stretch=1.1, degrees=8, light=0.15, saturation=0.1),
    Augmentation.STRONG: _Strength(
        least_area=0.4, stretch=1.25, degrees=20, light=0.35, saturation=0.25, erase=0.25
    ),
}
_GREY: Final = torch.tensor((0.299, 0.587, 0.114))  # Rec. 601 luma


def augmenter(config: TrainConfig) -> Augmenter:
    """Return a function from uint8 (B, 3, H, W) and a generator to changed pictures of the same kind.

    Only the generator decides, so a seed repeats every picture. Without variations and mirroring, the very
    same tensor comes back. The generator stays on the CPU; the pictures may be elsewhere.
    """
    strength, mirror = _STRENGTHS[config.augmentation], config.mirror
    if config.augmentation is Augmentation.NONE:
        return _mirrored if mirror else _unchanged

    def vary(pictures: Tensor, generator: torch.Generator) -> Tensor:
        count = len(pictures)
        places = _places(count, strength, mirror=mirror, generator=generator).to(pictures.device)
        colours, offsets = (part.to(pictures.device) for part in _colours(count, strength, generator))
        boxes = _boxes(count, strength, generator)
        # One by one is a third faster on a CPU than the whole batch at once: a picture stays in the cache.
        step = 1 if pictures.device.type == "cpu" else count
        varied = torch.empty_like(pictures, memory_format=torch.contiguous_format)
        for at in range(0, count, step):
            part = slice(at, at + step)
            varied[part] = _changed(pictures[part], places[part], colours[part], offsets[part])
        return _erased(varied, boxes)

    return vary


def _unchanged(pictures: Tensor, _generator: torch.Generator) -> Tensor:
    return pictures


def _mirrored(pictures: Tensor, generator: torch.Generator) -> Tensor:
    chosen = (torch.rand(len(pictures), generator=generator) < 0.5).to(pictures.device)
    return torch.where(chosen[:, None, None, None], pictures.flip(-1), pictures)


def _between(low: float, high: float, count: int, generator: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(count, generator=generator)


def _places(count: int, strength: _Strength, *, mirror: bool, generator: torch.Generator) -> Tensor:
    """Return (B, 2, 3) affine maps from result to source: crop, stretch, rotation and mirroring in one."""
    side = _between(strength.least_area, 1.0, count, generator).sqrt()
    stretch = _between(-math.log(strength.stretch), math.log(strength.stretch), count, generator).exp().sqrt()
    width, height = (side * stretch).clamp(max=1.0), (side / stretch).clamp(max=1.0)
    angle = _between(-math.radians(strength.degrees), math.radians(strength.degrees), count, generator)
    # the cropped part lies anywhere inside the picture
    right = _between(-1.0, 1.0, count, generator) * (1 - width)
    down = _between(-1.0, 1.0, count, generator) * (1 - height)
    flip = torch.where(torch.rand(count, generator=generator) < (0.5 if mirror else 0.0), -1.0, 1.0)
    across = torch.stack((width * angle.cos() * flip, -height * angle.sin(), right), dim=1)
    along = torch.stack((width * angle.sin() * flip, height * angle.cos(), down), dim=1)
    return torch.stack((across, along), dim=1)


def _colours(count: int, strength: _Strength, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return matrices (B, 3, 3) and offsets (B, 3, 1) on channel values 0..255.

    Contrast turns about mid grey, so that all three changes are one matrix.
    """
    bright, contrast = (_between(1 - strength.light, 1 + strength.light, count, generator) for _ in range(2))
    colourful = _between(1 - strength.saturation, 1 + strength.saturation, count, generator)[:, None, None]
    saturated = colourful * torch.eye(3) + (1 - colourful) * _GREY.expand(3, 3)
    offsets = (127.5 * (1 - contrast))[:, None, None].expand(count, 3, 1)
    return saturated * (bright * contrast)[:, None, None], offsets


def _changed(pictures: Tensor, places: Tensor, colours: Tensor, offsets: Tensor) -> Tensor:
    count, channels, height, width = pictures.shape
    grid = functional.affine_grid(places, [count, channels, height, width], align_corners=False)
    moved = functional.grid_sample(
        pictures.float(), grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    lit = torch.baddbmm(offsets, colours, moved.flatten(2))  # (B, 3, H * W)
    return lit.round_().clamp_(0, 255).to(torch.uint8).view(count, channels, height, width)


def _boxes(count: int, strength: _Strength, generator: torch.Generator) -> Tensor:
    """Return (B, 4) rectangles as shares of height and width: top, left, height, width; 0 high for none."""
    size = 0.1 + 0.2 * torch.rand(count, 2, generator=generator)
    corner = torch.rand(count, 2, generator=generator) * (1 - size)
    chosen = torch.rand(count, 1, generator=generator) < strength.erase
    return torch.cat((corner, size * chosen), dim=1)


def _erased(pictures: Tensor, boxes: Tensor) -> Tensor:
    height, width = pictures.shape[-2:]
    for index in boxes[:, 2].nonzero().flatten().tolist():
        top, left, high, wide = boxes[index].tolist()
        rows = slice(round(top * height), round((top + high) * height))
        columns = slice(round(left * width), round((left + wide) * width))
        pictures[index, :, rows, columns] = 127
    return pictures
