"""Heat over a picture."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from core.domain.explanation import Box
from core.sharing.heat_picture import as_address, with_heat
from tests.sharing.made_report import jpeg

WHOLE = Box(left=0, top=0, right=1, bottom=1)


def pixels(found: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(found)), dtype=int)


def test_the_hot_side_becomes_bright_and_the_cold_side_stays():
    heat = np.zeros((16, 16), np.float32)
    heat[:, 8:] = 1.0
    found = pixels(with_heat(jpeg((0, 0, 0), (64, 48)), heat, seen=WHOLE))
    assert found.shape == (48, 64, 3)
    assert found[:, :16].max() < 12
    assert found[24, -1, :2].min() > 150  # plasma ends in yellow


def test_what_was_not_seen_is_darkened():
    middle = Box(left=0.25, top=0, right=0.75, bottom=1)
    found = pixels(with_heat(jpeg((200, 200, 200), (64, 48)), np.zeros((4, 4), np.float32), seen=middle))
    assert abs(found[24, 32] - 200).max() < 6
    assert abs(found[24, 2] - 90).max() < 6


def test_an_address_holds_the_picture():
    assert as_address(b"abc") == "data:image/jpeg;base64,YWJj"
