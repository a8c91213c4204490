"""Variations of training pictures."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from core.data.augment import KINDS, acting_kinds, augmentation_key, augmenter, only, seeded_augmenter
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from core.domain.setting import Group, settings_of

VARIED = [kind for kind in Augmentation if kind is not Augmentation.NONE]
ALL_ON = TrainConfig(augmentation=Augmentation.STRONG, mirror=True, upside_down=True, quarter_turns=True)


def batch(count: int = 4, size: int = 40) -> Tensor:
    """Return smooth pictures, dark on the left and bright on the right."""
    ramp = torch.linspace(40, 210, size).expand(count, 3, size, size)
    return ramp.round().to(torch.uint8)


def scenes(count: int = 4, size: int = 32) -> Tensor:
    """Return pictures of their own colours and shapes, smooth enough to be turned."""
    coarse = torch.rand(count, 3, 5, 5, generator=torch.Generator().manual_seed(7)) * 200 + 25
    return torch.nn.functional.interpolate(coarse, size=size, mode="bilinear").to(torch.uint8)


def varied(
    kind: Augmentation, seed: int = 0, *, mirror: bool = False, pictures: Tensor | None = None
) -> Tensor:
    config = TrainConfig(augmentation=kind, mirror=mirror)
    return vary(config, batch() if pictures is None else pictures, seed)


def vary(config: TrainConfig, pictures: Tensor, seed: int = 0) -> Tensor:
    return augmenter(config)(pictures, torch.Generator().manual_seed(seed))


def test_without_variations_the_very_same_pictures_come_back() -> None:
    pictures = batch()
    assert varied(Augmentation.NONE, pictures=pictures) is pictures
    nothing = only(replace(ALL_ON, augmentation=Augmentation.LIGHT), "vary_blur")  # light never blurs
    assert vary(nothing, pictures) is pictures
    assert seeded_augmenter(nothing)(pictures, [1, 2, 3, 4]) is pictures


@pytest.mark.parametrize("kind", list(Augmentation))
def test_a_seed_repeats_every_picture(kind: Augmentation) -> None:
    first = varied(kind, 3, mirror=True)
    torch.rand(5)  # the global generator must not matter
    assert torch.equal(first, varied(kind, 3, mirror=True))
    assert not torch.equal(first, varied(kind, 4, mirror=True))


@pytest.mark.parametrize("kind", [Augmentation.LIGHT, Augmentation.STRONG])
def test_every_picture_is_changed_by_itself_and_keeps_its_form(kind: Augmentation) -> None:
    changed = varied(kind, pictures=batch(6))
    assert (changed.shape, changed.dtype) == ((6, 3, 40, 40), torch.uint8)
    assert len({picture.numpy().tobytes() for picture in changed}) == 6


@pytest.mark.parametrize("kind", VARIED)
def test_the_pictures_given_are_never_written_to(kind: Augmentation) -> None:
    pictures = scenes(24)
    before = pictures.clone()
    varied(kind, mirror=True, pictures=pictures)
    assert torch.equal(pictures, before)


@pytest.mark.parametrize("kind", VARIED)
def test_a_variation_does_not_depend_on_what_else_is_in_the_batch(kind: Augmentation) -> None:
    pictures = scenes(9)
    config = replace(ALL_ON, augmentation=kind)
    whole, part = vary(config, pictures), vary(config, pictures[:5])
    assert torch.equal(whole[:5], part)
    others = torch.cat((pictures[:2], 255 - pictures[2:]))
    assert torch.equal(vary(config, others)[:2], whole[:2])


@pytest.mark.parametrize("kind", VARIED)
def test_a_seeded_picture_is_the_same_in_every_batch(kind: Augmentation) -> None:
    pictures, seeds = scenes(5), [11, 12, 13, 14, 2**62]
    seeded = seeded_augmenter(replace(ALL_ON, augmentation=kind))
    whole = seeded(pictures, seeds)
    turned = seeded(pictures.flip(0), seeds[::-1]).flip(0)
    assert torch.equal(whole, turned)
    assert torch.equal(whole[3:4], seeded(pictures[3:4], seeds[3:4]))
    assert seeded(pictures[:0], []).shape == (0, 3, 32, 32)


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


def test_mirroring_and_turning_move_pixels_and_change_none() -> None:
    pictures = scenes(1).expand(64, -1, -1, -1)
    moves = {
        "mirror": [pictures[0], pictures[0].flip(-1)],
        "upside_down": [pictures[0], pictures[0].flip(-2)],
        "quarter_turns": [pictures[0].rot90(turns, (-2, -1)) for turns in range(4)],
    }
    for kind, expected in moves.items():
        changed = vary(only(replace(ALL_ON, augmentation=Augmentation.NONE), kind), pictures)
        found = {picture.contiguous().numpy().tobytes() for picture in changed}
        assert found == {picture.contiguous().numpy().tobytes() for picture in expected}


@pytest.mark.parametrize("kind", VARIED)
def test_colours_keep_their_hue(kind: Augmentation) -> None:
    """Red, green and blue lights must stay apart: colour may be the class."""
    for channel in range(3):
        pictures = torch.full((48, 3, 24, 24), 40, dtype=torch.uint8)
        pictures[:, channel] = 200
        channels = varied(kind, pictures=pictures).float().amax((2, 3))
        assert (channels.amax(dim=1) == channels[:, channel]).all()


def test_light_erases_nothing_and_strong_some() -> None:
    white = torch.full((40, 3, 30, 30), 255, dtype=torch.uint8)
    light, strong = (varied(kind, pictures=white) for kind in (Augmentation.LIGHT, Augmentation.STRONG))
    # without erasing, a plain picture stays plain
    assert (light.float().std((1, 2, 3)) < 1).all()
    assert 2 <= int((strong.float().std((1, 2, 3)) > 1).sum()) <= 20


def test_trivial_leaves_some_pictures_alone_and_random_fewer() -> None:
    """One or two operations per picture, and doing nothing is one of the choices."""
    pictures = scenes(1).expand(200, -1, -1, -1)

    def alone(kind: Augmentation) -> int:
        return int((varied(kind, pictures=pictures) == pictures).all(dim=(1, 2, 3)).sum())

    assert 5 <= alone(Augmentation.TRIVIAL) <= 60
    assert alone(Augmentation.RANDOM) < alone(Augmentation.TRIVIAL)


@pytest.mark.parametrize("strength", [Augmentation.STRONG, Augmentation.TRIVIAL, Augmentation.RANDOM])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_alone_changes_pictures(strength: Augmentation, kind: str) -> None:
    pictures = scenes(40, 64)
    config = only(replace(ALL_ON, augmentation=strength), kind)
    assert acting_kinds(config) == (kind,)
    changed = (vary(config, pictures) != pictures).flatten(1).any(dim=1)
    assert int(changed.sum()) >= 3


def test_switching_one_kind_off_leaves_the_others_as_they_were() -> None:
    """The preview shows each kind alone; together they must be the same moves."""
    pictures = scenes(12)
    flips = replace(ALL_ON, augmentation=Augmentation.NONE)
    mirrored = vary(only(flips, "mirror"), pictures)
    upside_down = vary(only(flips, "upside_down"), mirrored)
    assert torch.equal(upside_down, vary(replace(flips, quarter_turns=False), pictures))


def test_the_kinds_are_the_switches_of_the_form() -> None:
    settings = settings_of(TrainConfig)
    switches = [name for name, s in settings.items() if s.group is Group.VARIATIONS]
    assert ["augmentation", *KINDS] == switches


def test_the_key_tells_what_changes_pictures_and_nothing_else() -> None:
    light = TrainConfig(augmentation=Augmentation.LIGHT)
    assert augmentation_key(light) == "light-vary_crop-vary_rotation-vary_light-vary_colour-v1"
    assert augmentation_key(replace(light, seed=9, batch_size=2)) == augmentation_key(light)
    assert augmentation_key(replace(light, vary_blur=False)) == augmentation_key(light)
    assert augmentation_key(replace(light, augmentation=Augmentation.NONE)) == "plain"
    keys = {augmentation_key(replace(ALL_ON, augmentation=strength)) for strength in Augmentation}
    keys |= {augmentation_key(only(ALL_ON, kind)) for kind in KINDS}
    assert len(keys) == len(Augmentation) + len(KINDS)
    # mirroring is the same at every strength
    assert augmentation_key(only(ALL_ON, "mirror")) == "none-mirror-v1"


def test_other_layouts_and_single_pictures_work() -> None:
    pictures = batch(3).contiguous(memory_format=torch.channels_last)
    assert torch.equal(
        varied(Augmentation.LIGHT, pictures=pictures), varied(Augmentation.LIGHT, pictures=batch(3))
    )
    for kind in VARIED:
        assert varied(kind, pictures=batch(1, 17)).shape == (1, 3, 17, 17)
        assert varied(kind, pictures=batch(0)).shape == (0, 3, 40, 40)
