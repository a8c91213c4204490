"""Variations of training pictures."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.data.augment import augmenter
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig


def batch(count: int = 4, size: int = 40) -> Tensor:
    """Return smooth pictures, dark on the left and bright on the right."""
    ramp = torch.linspace(40, 210, size).expand(count, 3, size, size)
    return ramp.round().to(torch.uint8)


def varied(
    kind: Augmentation, seed: int = 0, *, mirror: bool = False, pictures: Tensor | None = None
) -> Tensor:
    chosen = batch() if pictures is None else pictures
    return augmenter(TrainConfig(augmentation=kind, mirror=mirror))(
        chosen, torch.Generator().manual_seed(seed)
    )


def test_without_variations_the_very_same_pictures_come_back() -> None:
    pictures = batch()
    assert varied(Augmentation.NONE, pictures=pictures) is pictures


@pytest.mark.parametrize("kind", list(Augmentation))
def test_a_seed_repeats_every_picture(kind: Augmentation) -> None:
    first = varied(kind, 3, mirror=True)
    torch.rand(5)  # the global generator must not matter
    assert torch.equal(first, varied(kind, 3, mirror=True))
    assert not torch.equal(first, varied(kind, 4, mirror=True))


@pytest.mark.parametrize("kind", [Augmentation.LIGHT, Augmentation.STRONG])
def test_every_picture_is_changed_by_itself_and_keeps_its_form(kind: Augmentation) -> None:
    pictures = batch(6)
    before = pictures.clone()
    changed = varied(kind, pictures=pictures)
    assert (changed.shape, changed.dtype) == (pictures.shape, torch.uint8)
    assert len({picture.numpy().tobytes() for picture in changed}) == 6
    assert torch.equal(pictures, before)


def test_strong_changes_more_than_light() -> None:
    pictures = batch(32)

    def change(kind: Augmentation) -> float:
        return (varied(kind, pictures=pictures).float() - pictures.float()).abs().mean().item()

    assert change(Augmentation.STRONG) > 1.5 * change(Augmentation.LIGHT) > 0


@pytest.mark.parametrize("kind", list(Augmentation))
def test_pictures_are_mirrored_only_when_asked(kind: Augmentation) -> None:
    def mirrored(*, mirror: bool) -> int:
        changed = varied(kind, mirror=mirror, pictures=batch(40)).float()
        return int((changed[..., :10].mean((1, 2, 3)) > changed[..., -10:].mean((1, 2, 3))).sum())

    assert mirrored(mirror=False) == 0
    assert 8 <= mirrored(mirror=True) <= 32


@pytest.mark.parametrize("kind", [Augmentation.LIGHT, Augmentation.STRONG])
def test_colours_keep_their_hue(kind: Augmentation) -> None:
    """Red, green and blue lights must stay apart: colour may be the class."""
    for channel in range(3):
        pictures = torch.full((24, 3, 24, 24), 40, dtype=torch.uint8)
        pictures[:, channel] = 200
        means = varied(kind, pictures=pictures).float().mean((2, 3))
        assert (means.argmax(dim=1) == channel).all()


def test_light_erases_nothing_and_strong_some() -> None:
    white = torch.full((40, 3, 30, 30), 255, dtype=torch.uint8)
    light, strong = (varied(kind, pictures=white) for kind in (Augmentation.LIGHT, Augmentation.STRONG))
    # without erasing, a plain picture stays plain
    assert (light.float().std((1, 2, 3)) < 1).all()
    assert 2 <= int((strong.float().std((1, 2, 3)) > 1).sum()) <= 20


def test_other_layouts_and_single_pictures_work() -> None:
    pictures = batch(3).contiguous(memory_format=torch.channels_last)
    assert torch.equal(
        varied(Augmentation.LIGHT, pictures=pictures), varied(Augmentation.LIGHT, pictures=batch(3))
    )
    assert varied(Augmentation.STRONG, pictures=batch(1, 17)).shape == (1, 3, 17, 17)
    assert varied(Augmentation.STRONG, pictures=batch(0)).shape == (0, 3, 40, 40)
