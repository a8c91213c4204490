"""Pictures that grow: small ones first, the full size before learning ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.domain.config import TrainConfig
from core.training.resizing import resized, sides

CONFIG = TrainConfig(image_size=224, fine_tune_blocks=20, fine_tune_epochs=10, first_size=0.5)


def test_sides_rise_evenly_and_the_last_epochs_have_all_of_it():
    assert sides(CONFIG) == (96, 128, 128, 160, 160, 192, 192, 224, 224, 224)


@pytest.mark.parametrize("epochs", [1, 2, 3, 5, 50])
def test_the_last_epoch_always_has_the_full_size(epochs):
    found = sides(replace(CONFIG, fine_tune_epochs=epochs))
    assert len(found) == epochs
    assert found[-1] == 224
    assert list(found) == sorted(found)


def test_no_epochs_have_no_sides():
    assert sides(replace(CONFIG, fine_tune_epochs=0)) == ()


def test_at_a_share_of_one_nothing_shrinks_whatever_the_size():
    assert set(sides(replace(CONFIG, first_size=1.0, image_size=100))) == {100}


def test_small_pictures_stay_as_large_as_they_are():
    assert set(sides(replace(CONFIG, image_size=64))) == {64}
    assert set(sides(replace(CONFIG, image_size=75, backbone="inception_v3"))) == {75}


def test_no_picture_is_smaller_than_its_backbone_can_take():
    assert sides(replace(CONFIG, image_size=128, backbone="inception_v3"))[0] == 96
    assert sides(replace(CONFIG, image_size=128, backbone="efficientnet_lite0"))[0] == 64


def test_pictures_keep_what_they_show_and_their_order_in_memory():
    left = torch.zeros(2, 64, 64, 3, dtype=torch.uint8).permute(0, 3, 1, 2)
    left[1, 0, :, :32] = 200
    small = resized(left, 32)
    assert small.shape == (2, 3, 32, 32)
    assert small.is_contiguous(memory_format=torch.channels_last)
    assert small[0].max() == 0
    assert (small[1, 0, :, :15] == 200).all()
    assert (small[1, 0, :, 17:] == 0).all()


def test_pictures_of_that_size_are_left_alone():
    images = torch.zeros(1, 3, 32, 32, dtype=torch.uint8)
    assert resized(images, 32) is images
