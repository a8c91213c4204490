"""Small pictures as data addresses: as they are, or with what the network looked at made bright."""

from __future__ import annotations

import base64
import io
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.domain.explanation import Box

# matplotlib's plasma: it brightens evenly, so it is read without seeing colours, and in print
RAMP: Final = ("#0d0887", "#7e03a8", "#cc4778", "#f89540", "#f0f921")
_COVERS: Final = 0.75  # how much of the picture the hottest place hides
_UNSEEN: Final = 0.45  # how bright a part stays that the network was not given


def as_address(jpeg: bytes) -> str:
    """Return a JPEG as an address that holds it."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def with_heat(jpeg: bytes, heat: npt.NDArray[np.float32], *, seen: Box) -> bytes:
    """Return the picture as a JPEG with ``heat`` (H, W) in [0, 1] over it, in colour, hot places opaque."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        below = np.asarray(image.convert("RGB"), dtype=np.float32)
    height, width = below.shape[:2]
    fine = Image.fromarray(heat.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
    hot = np.asarray(fine).clip(0, 1)
    opaque = np.sqrt(hot)[:, :, None] * _COVERS
    mixed = _darkened(below, seen) * (1 - opaque) + _coloured(hot) * opaque
    target = io.BytesIO()
    Image.fromarray(mixed.round().astype(np.uint8)).save(target, "JPEG", quality=85)
    return target.getvalue()


def _coloured(hot: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return (H, W, 3) in [0, 255]."""
    stops = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in RAMP], dtype=np.float32)
    places = np.linspace(0, 1, len(stops))
    channels = [np.interp(hot, places, stops[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=2).astype(np.float32)


def _darkened(picture: npt.NDArray[np.float32], seen: Box) -> npt.NDArray[np.float32]:
    height, width = picture.shape[:2]
    rows = slice(round(seen.top * height), round(seen.bottom * height))
    columns = slice(round(seen.left * width), round(seen.right * width))
    dark = picture * _UNSEEN
    dark[rows, columns] = picture[rows, columns]
    return dark
