"""Where a picture comes to lie in the square."""

from __future__ import annotations

import pytest

from core.data.placing import Placement, placed
from core.domain.preprocess import Interpolation, Preprocessing, ResizeMode


@pytest.mark.parametrize(
    ("mode", "source", "target"),
    [
        (ResizeMode.SQUASH, (0, 0, 80, 40), (0, 0, 32, 32)),
        (ResizeMode.PAD, (0, 0, 80, 40), (0, 8, 32, 24)),
        (ResizeMode.CROP, (20, 0, 60, 40), (0, 0, 32, 32)),
    ],
)
def test_a_wide_picture(mode: ResizeMode, source: tuple[float, ...], target: tuple[int, ...]):
    half = (0.5, 0.5, 0.5)
    how = Preprocessing(
        image_size=32, resize_mode=mode, interpolation=Interpolation.BILINEAR, mean=half, std=half
    )
    assert placed(80, 40, how) == Placement(source=source, target=target)
