"""Heat as a picture that is laid over another one."""

from __future__ import annotations

import base64
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.sharing.heat_picture import RAMP

_COVERS = 0.9  # how much of the picture the hottest place hides


def overlay(heat: npt.NDArray[np.float32]) -> str:
    """Return heat (H, W) in [0, 1] as the data address of a PNG: transparent where it is 0."""
    stops = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in RAMP], dtype=np.float32)
    places = np.linspace(0, 1, len(stops))
    colours = [np.interp(heat, places, stops[:, channel]) for channel in range(3)]
    opaque = np.sqrt(heat.clip(0, 1)) * _COVERS * 255
    pixels = np.stack([*colours, opaque], axis=2).round().astype(np.uint8)
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PNG")
    return "data:image/png;base64," + base64.b64encode(target.getvalue()).decode()
