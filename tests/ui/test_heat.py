"""Heat as a picture laid over another one."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from ui.heat import overlay


def drawn(heat: list[list[float]]) -> np.ndarray:
    head, _, data = overlay(np.array(heat, np.float32)).partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))).astype(int)


def test_cold_places_are_transparent_and_hot_ones_leave_the_picture_to_be_seen():
    pixels = drawn([[0, 0.25], [0.5, 1]])
    assert pixels.shape == (2, 2, 4)
    assert pixels[..., 3].ravel().tolist() == [0, 115, 162, 230]


def test_hotter_is_brighter_also_without_colours():
    pixels = drawn([[n / 20 for n in range(21)]])
    grey = pixels[0, :, :3] @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(grey) > 0).all()
