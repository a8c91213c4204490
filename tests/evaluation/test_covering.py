"""Covering parts of a picture, and heat that lies where it belongs."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.placing import placed
from core.domain.explanation import Box
from core.domain.preprocess import Interpolation, Preprocessing, ResizeMode
from core.evaluation.covering import ELSEWHERE, covered, framed, hottest_fifth, seen

SIDE = 40


def how(mode: ResizeMode) -> Preprocessing:
    half = (0.5, 0.5, 0.5)
    return Preprocessing(
        image_size=SIDE, resize_mode=mode, interpolation=Interpolation.BILINEAR, mean=half, std=half
    )


def warm(left: int, top: int, side: int = 8) -> np.ndarray:
    """Return heat that is 1 in a small square."""
    heat = np.zeros((SIDE, SIDE), np.float32)
    heat[top : top + side, left : left + side] = 1
    return heat


def hottest_place(heat: np.ndarray) -> tuple[float, float]:
    """Return the middle of what is hot, as shares of width and height."""
    rows, columns = np.nonzero(heat > 0.5)
    return (columns.mean() + 0.5) / heat.shape[1], (rows.mean() + 0.5) / heat.shape[0]


def test_the_hottest_fifth_is_a_fifth_also_where_heat_is_equal():
    assert hottest_fifth(np.zeros((10, 10), np.float32)).sum() == 20
    mask = hottest_fifth(np.arange(25, dtype=np.float32).reshape(5, 5))
    assert mask[4].all()
    assert mask.sum() == 5
    assert hottest_fifth(np.ones((1, 2), np.float32)).sum() == 1


def test_covers_the_hottest_place_first_and_then_others_of_the_same_size():
    pixels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    place = placed(SIDE, SIDE, how(ResizeMode.SQUASH))
    copies = covered(pixels, warm(4, 4), place)
    assert (copies.shape, copies.dtype) == ((1 + ELSEWHERE, SIDE, SIDE, 3), np.uint8)
    changed = [np.abs(copy.astype(int) - pixels).sum() for copy in copies]
    assert min(changed) > 0.5 * max(changed)
    middle, far = np.s_[6:10, 6:10], np.s_[30:, 30:]
    assert copies[0][middle].std() < 0.3 * pixels[middle].std()
    assert (copies[0][far] == pixels[far]).all()
    assert (covered(pixels, warm(4, 4), place) == copies).all()  # the same places every time


def test_the_border_of_a_padded_picture_is_not_covered():
    pixels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    copies = covered(pixels, np.ones((SIDE, SIDE), np.float32), placed(80, 40, how(ResizeMode.PAD)))
    assert (copies[:, :10] == pixels[:10]).all()
    assert (copies[:, 30:] == pixels[30:]).all()
    assert (copies[:, 10:30] != pixels[10:30]).any()


@pytest.mark.parametrize(
    ("mode", "left", "top", "expected"),
    [
        (ResizeMode.SQUASH, 30, 4, (34 / 40, 8 / 40)),
        (ResizeMode.PAD, 30, 12, (34 / 40, (16 - 10) / 20)),
        (ResizeMode.CROP, 30, 4, (0.25 + 34 / 80, 8 / 40)),
    ],
)
def test_heat_lies_on_the_picture_where_it_lay_on_the_square(mode, left, top, expected):
    """A picture of 80 x 40: padded, it fills the middle half of the square; cropped, its sides are gone."""
    place = placed(80, 40, how(mode))
    frame = framed(warm(left, top), place, width=80, height=40)
    assert (frame.shape, frame.dtype) == ((40, 80), np.float32)
    assert hottest_place(frame) == pytest.approx(expected, abs=0.02)
    assert 0 <= frame.min() <= frame.max() <= 1


def test_what_was_cropped_away_is_cold_and_told():
    place = placed(80, 40, how(ResizeMode.CROP))
    frame = framed(np.ones((SIDE, SIDE), np.float32), place, width=80, height=40)
    assert (frame[:, :20] == 0).all()
    assert (frame[:, 60:] == 0).all()
    assert (frame[:, 20:60] == 1).all()
    box = seen(place, width=80, height=40)
    assert box == Box(left=0.25, top=0, right=0.75, bottom=1)
    assert not box.whole
    assert seen(placed(80, 40, how(ResizeMode.PAD)), width=80, height=40).whole


@pytest.mark.parametrize("size", [(1, 1), (3, 5000), (5000, 3)])
@pytest.mark.parametrize("mode", list(ResizeMode))
def test_pictures_of_any_shape(size: tuple[int, int], mode: ResizeMode):
    width, height = size
    place, heat = placed(width, height, how(mode)), warm(16, 16)
    frame = framed(heat, place, width=width, height=height)
    assert max(frame.shape) <= 320
    assert min(frame.shape) >= 1
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    assert covered(pixels, heat, place).shape == (1 + ELSEWHERE, SIDE, SIDE, 3)
