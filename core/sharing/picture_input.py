"""Pillow's resize as a part of a network, so that an exported file sees the same pixels as the app.

Measured on photographs (224 pixels, ONNX Runtime), ONNX's own Resize with antialias gives other values than
Pillow in 12 to 18 % of all places, by up to 9 levels: Pillow rounds its weights to 22 bits, rounds to bytes
between its two passes, and goes down the columns first where the height shrinks far more than the width.

This does the same, as two products of matrices whose weights follow Pillow's formula, and gives the same
bytes. Every number on the way is whole, and each sum of products stays below 2^24, so 32-bit floats hold it
exactly whatever the order of adding; the weights are split into a high and a low half for that. (Where 64-bit
floats are made 32-bit ones, as OpenVINO does, a weight may be off by 2^-22, and a byte in thousands by one.)

Source of the formula: Pillow, src/libImaging/Resample.c, precompute_coeffs and normalize_coeffs_8bpc.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor, nn

from core.data.pixels import BORDER
from core.domain.preprocess import Interpolation, Preprocessing, ResizeMode

_BITS: Final = 22  # of a weight, as in Pillow
_LOW: Final = 2048.0  # a weight is high * _LOW + low
_BICUBIC: Final = -0.5  # Pillow's parameter of the cubic


class PictureInput(nn.Module):
    """Turns a picture of any size, (H, W, 3) bytes, into the network's (1, 3, S, S), in [0, 255].

    The same bytes as ``core.data.pixels.fit``. It takes longer than Pillow, whose weights are mostly zero:
    tens of milliseconds for a photograph; shrink very large ones before (``predict.py`` does so with JPEGs).
    """

    border: Tensor

    def __init__(self, preprocessing: Preprocessing) -> None:
        super().__init__()
        self._side = preprocessing.image_size
        self._mode = preprocessing.resize_mode
        self._cubic = preprocessing.interpolation is Interpolation.BICUBIC
        self.register_buffer("border", torch.tensor(BORDER, dtype=torch.float32).view(3, 1, 1))

    def forward(self, picture: Tensor) -> Tensor:
        """Return (1, 3, S, S) float32 with whole values."""
        turned = self._down_first(_length(picture, 0), _length(picture, 1))
        pixels = self._resized(_turned(picture, turned))  # (3, S, S)
        return torch.where(turned, pixels.transpose(1, 2), pixels)[None]

    def _down_first(self, height: Tensor, width: Tensor) -> Tensor:
        """Return whether Pillow resizes down the columns first, (1,): where the height shrinks far more."""
        rows, columns = self._made(height, width)
        return height - rows > 2 * torch.relu(width - columns)

    def _made(self, height: Tensor, width: Tensor) -> tuple[Tensor, Tensor]:
        """Return how many rows and columns the picture becomes, without a border; (1,) each."""
        side = torch.full_like(height, float(self._side))
        if self._mode is not ResizeMode.PAD:
            return side, side
        scale = side / torch.maximum(height, width)
        return _inner(height, scale), _inner(width, scale)

    def _resized(self, picture: Tensor) -> Tensor:
        """Return (3, S, S), first resized along the rows of the picture, then down its columns."""
        height, width = _length(picture, 0), _length(picture, 1)
        rows, columns = self._made(height, width)
        shorter = torch.minimum(height, width)
        crop = self._mode is ResizeMode.CROP
        to_rows = self._weights(_places(picture, 0), height, shorter if crop else height, rows)
        to_columns = self._weights(_places(picture, 1), width, shorter if crop else width, columns)
        pixels = picture.permute(2, 0, 1).to(torch.float32).contiguous()  # (3, H, W)
        pixels = _whole(pixels @ to_columns[0].T, pixels @ to_columns[1].T)  # (3, H, S)
        pixels = _whole(to_rows[0] @ pixels, to_rows[1] @ pixels)  # (3, S, S)
        if self._mode is ResizeMode.PAD:
            inside = self._inside(rows)[:, None] & self._inside(columns)[None, :]
            pixels = torch.where(inside, pixels, self.border)
        return pixels

    def _inside(self, inner: Tensor) -> Tensor:
        """Return which of the S places belong to the picture and not to its border."""
        place = self._outer(inner)
        inside: Tensor = (place >= 0) & (place < inner)
        return inside

    def _outer(self, inner: Tensor) -> Tensor:
        """Return the S places, counted from the first that belongs to the picture."""
        places = torch.arange(self._side, dtype=torch.float64)
        return places - torch.floor((float(self._side) - inner) / 2)

    def _weights(self, places: Tensor, length: Tensor, taken: Tensor, made: Tensor) -> tuple[Tensor, Tensor]:
        """Return the high and the low half of the weights, (S, N): ``taken`` pixels become ``made``.

        ``places`` are 0 to N - 1; the pixels that are taken lie in the middle of all ``length``. Distances
        are multiplied by 2 * made, which makes them whole.
        """
        centre = (2 * self._outer(made) + 1) * taken + (length - taken) * made  # (S,)
        reach = 2 * torch.maximum(taken, made)
        away = ((2 * places + 1)[None, :] * made - centre[:, None]).abs()  # (S, N)
        raw = _cubic(away / reach) if self._cubic else torch.relu(reach - away)
        total = raw.sum(dim=1, keepdim=True)
        share = raw / torch.where(total == 0, torch.ones_like(total), total)
        scaled = share * float(2**_BITS)
        weights = torch.sign(scaled) * torch.floor(scaled.abs() + 0.5)
        high = torch.floor(weights / _LOW + 0.5)
        return high.to(torch.float32), (weights - high * _LOW).to(torch.float32)


def _turn(picture: Tensor, turned: Tensor) -> Tensor:
    if bool(turned):
        picture = picture.transpose(0, 1)
    return picture


# traced, it would be the one way that the example went; so the file gets the choice itself
_turned: Callable[[Tensor, Tensor], Tensor] = torch.jit.script_if_tracing(_turn)  # type: ignore[no-untyped-call]


def _places(picture: Tensor, dim: int) -> Tensor:
    return torch.arange(picture.shape[dim], dtype=torch.float64)


def _length(picture: Tensor, dim: int) -> Tensor:
    """Return how long the picture is, (1,): not a number, which tracing would write into the file."""
    return _places(picture, dim)[-1:] + 1


def _inner(length: Tensor, scale: Tensor) -> Tensor:
    return torch.clamp(torch.round(length * scale), min=1.0)


def _cubic(distance: Tensor) -> Tensor:
    near = ((_BICUBIC + 2) * distance - (_BICUBIC + 3)) * distance * distance + 1
    far = (((distance - 5) * distance + 8) * distance - 4) * _BICUBIC
    none = torch.zeros_like(distance)
    return torch.where(distance < 1, near, torch.where(distance < 2, far, none))


def _whole(high: Tensor, low: Tensor) -> Tensor:
    """Return bytes, as floats, from sums with both halves of the weights: rounded, and kept in [0, 255]."""
    total = high.to(torch.int32) * int(_LOW) + low.to(torch.int32) + 2 ** (_BITS - 1)
    rounded = torch.div(torch.clamp(total, min=0), 2**_BITS, rounding_mode="trunc")
    return torch.clamp(rounded, max=255).to(torch.float32)
