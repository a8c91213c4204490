"""What a centre crop would lose, and what is advised instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.data.crop_loss import TOO_MUCH, WORST, crop_losses, resize_advice
from core.domain.dataset import Sample, Split
from core.domain.preprocess import ResizeMode
from core.domain.safety import ResizeAdvice


def sample(width: int, height: int) -> Sample:
    return Sample(
        path=f"{width}x{height}.png",
        sha256=f"{width:032}{height:032}",
        width=width,
        height=height,
        label="a",
        split=Split.TRAIN,
    )


def advice(*shapes: tuple[int, int]) -> ResizeAdvice:
    return resize_advice([sample(*shape) for shape in shapes])


def test_a_centre_crop_loses_what_the_longer_side_has_more() -> None:
    losses = crop_losses([sample(100, 100), sample(200, 100), sample(100, 400)])
    assert losses.tolist() == pytest.approx([0, 0.5, 0.75])


def test_nearly_square_pictures_are_squashed() -> None:
    found = advice((100, 100), (100, 80), (80, 100), (110, 100))
    assert found.mode is ResizeMode.SQUASH
    assert found.reason == "Your pictures are nearly square: squashing hardly changes them."


def test_pictures_of_one_shape_are_squashed_alike() -> None:
    found = advice(*[(400, 300)] * 9, (420, 300))
    assert found.mode is ResizeMode.SQUASH
    assert found.reason == (
        "Your pictures all have about the same shape (1.3 times as wide as high): squashing changes all of "
        "them alike, and nothing is lost."
    )


def test_pictures_of_very_different_shapes_are_padded() -> None:
    found = advice(*[(400, 200)] * 5, *[(200, 400)] * 5, (100, 100))
    assert found.mode is ResizeMode.PAD
    assert found.reason == (
        "Your pictures have very different shapes, from 2 times as high as wide to 2 times as wide as high: "
        "squashing would stretch each in its own way, borders keep them true."
    )


def test_portrait_and_landscape_photos_together_are_padded() -> None:
    assert advice(*[(400, 300)] * 5, *[(300, 400)] * 5).mode is ResizeMode.PAD


def test_one_panorama_among_many_does_not_decide() -> None:
    found = advice(*[(100, 100)] * 39, (900, 100))
    assert (found.mode, found.losing, found.worst) == (ResizeMode.SQUASH, 1, (39,))


@pytest.mark.parametrize("wide", [100, 120, 130, 200, 1_000])
@pytest.mark.parametrize("high", [100, 125, 300])
def test_cropping_is_never_advised(wide: int, high: int) -> None:
    assert advice((wide, 100), (100, high), (100, 100)).mode is not ResizeMode.CROP


def test_the_worst_come_first_and_only_those_that_lose_too_much() -> None:
    found = advice((100, 100), (100, 300), (100, 86), (400, 100), (100, 84))
    assert found.worst == (3, 1, 4)
    assert found.losing == 3
    assert found.share_losing == pytest.approx(0.6)
    assert found.worst_share == pytest.approx(0.75)
    assert crop_losses([sample(100, 84)])[0] > TOO_MUCH > crop_losses([sample(100, 86)])[0]


def test_no_more_than_a_few_are_shown() -> None:
    found = advice(*[(300, 100)] * 20)
    assert (len(found.worst), found.losing) == (WORST, 20)


def test_pictures_that_are_left_out_have_no_say_and_rows_stay_those_given() -> None:
    odd = replace(sample(900, 100), excluded=True)
    found = resize_advice([odd, sample(100, 100), sample(200, 100)])
    assert (found.pictures, found.worst) == (2, (2,))


def test_without_pictures_there_is_nothing_to_tell() -> None:
    found = advice()
    assert (found.mode, found.reason) == (ResizeMode.SQUASH, "There are no pictures yet.")
    assert (found.share_losing, found.worst_share, found.worst) == (None, None, ())
