"""The resize inside exported files gives the very bytes of the app's own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import skimage.data
import torch
from PIL import Image

from core.data.pixels import fit
from core.domain.preprocess import Interpolation, Preprocessing, ResizeMode
from core.sharing.picture_input import PictureInput

Picture = npt.NDArray[np.uint8]

SHAPES = {
    "a photograph": (300, 451),
    "a square": (120, 120),
    "tall, so that Pillow goes down first": (300, 40),
    "just not tall enough for that": (136, 100),
    "just tall enough": (137, 100),
    "wide": (37, 400),
    "smaller than the network wants": (20, 33),
    "a single line": (1, 90),
    "already as wanted": (64, 64),
}


@pytest.fixture(scope="module")
def photograph() -> Picture:
    return np.asarray(skimage.data.chelsea())


@pytest.mark.parametrize("interpolation", Interpolation)
@pytest.mark.parametrize("mode", ResizeMode)
def test_every_byte_is_that_of_the_app(
    photograph: Picture, mode: ResizeMode, interpolation: Interpolation
) -> None:
    look = Preprocessing(
        image_size=64, resize_mode=mode, interpolation=interpolation, mean=(0.5,) * 3, std=(0.5,) * 3
    )
    resize = PictureInput(look)
    for what, (height, width) in SHAPES.items():
        picture = np.ascontiguousarray(np.tile(photograph, (2, 1, 1))[:height, :width])
        found = resize(torch.from_numpy(picture))[0].permute(1, 2, 0).numpy()
        assert np.array_equal(found, fit(Image.fromarray(picture), look)), what


def test_extreme_pixels_stay_within_bytes() -> None:
    """Bicubic weights are negative in part: hard edges overshoot, and are cut as Pillow cuts them."""
    look = Preprocessing(
        image_size=50,
        resize_mode=ResizeMode.SQUASH,
        interpolation=Interpolation.BICUBIC,
        mean=(0.5,) * 3,
        std=(0.5,) * 3,
    )
    random = np.random.default_rng(0)
    picture = (random.integers(0, 2, (90, 70, 3)) * 255).astype(np.uint8)
    found = PictureInput(look)(torch.from_numpy(picture))[0].permute(1, 2, 0).numpy()
    assert np.array_equal(found, fit(Image.fromarray(picture), look))
