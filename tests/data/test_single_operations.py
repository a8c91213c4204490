"""The operations of TrivialAugment and RandAugment, beside torchvision's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision.transforms.v2 import functional as peer  # type: ignore[import-untyped]

from core.data.recipe import POSTERISED, SLOTS, STRETCHED, Draws
from core.data.single_operations import BOX_SIDE, SPACES, recipes_of
from core.data.vary_one import table_of, vary_one_by_one
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig

SIDE = 48


def grey(*, least: int = 30, most: int = 220) -> Tensor:
    """Return one smooth grey picture: there, one table for all channels is what torchvision does too."""
    coarse = torch.rand(1, 1, 6, 6, generator=torch.Generator().manual_seed(1)) * (most - least) + least
    smooth = torch.nn.functional.interpolate(coarse, size=SIDE, mode="bicubic").clamp(least, most)
    return smooth.expand(1, 3, -1, -1).to(torch.uint8)


def one(operation: str, *, amount: float, picture: Tensor) -> Tensor:
    """Return the picture behind one operation of the trivial space, at ``amount`` from -1 to 1."""
    names = ["shear", "shear_down", "shift", "shift_down", "rotate", "bright", "contrast"]
    names += ["stretch_levels", "equalise", "colour", "posterise", "sharpen", "erase"]
    numbers = np.zeros((1, len(SLOTS)))
    numbers[0, SLOTS.index("kind_1")] = (names.index(operation) + 0.5) / (len(names) + 1)
    numbers[0, SLOTS.index("size_1")] = abs(amount)
    numbers[0, SLOTS.index("sign_1")] = 0.75 if amount > 0 else 0.25
    config = TrainConfig(augmentation=Augmentation.TRIVIAL)
    return vary_one_by_one(picture, recipes_of(Draws(numbers), config))


def far_apart(ours: Tensor, theirs: Tensor, *, border: int = 0) -> float:
    inner = slice(border, SIDE - border)
    return (ours[..., inner, inner].int() - theirs[..., inner, inner].int()).abs().max().item()


@pytest.mark.parametrize("amount", [-1.0, -0.4, 0.7])
@pytest.mark.parametrize(
    ("operation", "same"),
    [
        ("bright", peer.adjust_brightness),
        ("colour", peer.adjust_saturation),
        ("sharpen", peer.adjust_sharpness),
    ],
)
def test_tones_are_torchvisions(
    operation: str, same: Callable[[Tensor, float], Tensor], amount: float
) -> None:
    picture = grey()
    picture[:, 0] //= 2  # a colour, so that saturation has something to do
    ours = one(operation, amount=amount, picture=picture)
    assert far_apart(ours, same(picture, 1 + 0.9 * amount), border=1) <= 2
    assert not torch.equal(ours, picture)


def test_levels_are_stretched_as_torchvision_does() -> None:
    picture = grey(least=90, most=160)
    ours = one("stretch_levels", amount=0.5, picture=picture)
    assert far_apart(ours, peer.autocontrast(picture)) <= 1
    assert (int(ours.min()), int(ours.max())) == (0, 255)


def test_brightness_is_equalised_as_torchvision_does() -> None:
    picture = grey(least=90, most=160)
    assert far_apart(one("equalise", amount=0.5, picture=picture), peer.equalize(picture)) <= 1


@pytest.mark.parametrize("amount", [0.0, 0.5, 1.0])
def test_posterising_keeps_the_upper_bits(amount: float) -> None:
    picture = grey()
    expected = peer.posterize(picture, bits=8 - round(4 * amount))
    assert torch.equal(one("posterise", amount=amount, picture=picture), expected)


def test_plain_pictures_survive_every_table() -> None:
    plain = np.full((4, 4, 3), 77, dtype=np.uint8)
    assert (table_of(plain, STRETCHED)[plain] == 77).all()
    assert (table_of(plain, POSTERISED + 8)[plain] == 77).all()


@pytest.mark.parametrize("amount", [-1.0, 1.0])
def test_turning_is_torchvisions_inside_the_border(amount: float) -> None:
    picture = grey()
    theirs = peer.rotate(picture, 30 * amount, interpolation=peer.InterpolationMode.BILINEAR)
    assert far_apart(one("rotate", amount=amount, picture=picture), theirs, border=12) <= 2


def test_shifting_moves_by_a_seventh_at_most_and_repeats_the_edge() -> None:
    picture = grey(least=0, most=255)
    moved = round(SIDE * 32 / 224)  # 6.86 pixels
    ours = one("shift", amount=moved / (SIDE * 32 / 224) * 0.999, picture=picture)
    assert ours.shape == picture.shape
    assert far_apart(ours[..., : SIDE - 8], picture[..., moved : moved + SIDE - 8]) <= 12
    assert (ours[..., -1] == picture[..., -1]).all()


def test_erasing_covers_a_square_of_the_size_drawn() -> None:
    white = torch.full((1, 3, SIDE, SIDE), 255, dtype=torch.uint8)
    covered = one("erase", amount=1.0, picture=white) != 255
    assert int(covered.sum()) == 3 * (SIDE * BOX_SIDE) ** 2


def test_each_operation_is_as_likely_as_the_others() -> None:
    draws = Draws(np.random.default_rng(0).random((2800, len(SLOTS))))
    (recipe,) = recipes_of(draws, TrainConfig(augmentation=Augmentation.TRIVIAL))
    shares = [float(rows.mean()) * 14 for rows in (recipe.moved, recipe.tables == STRETCHED)]
    assert shares == pytest.approx([5, 1], rel=0.2)  # two shears, two shifts, a turn; one table


def test_random_does_two_operations_at_one_strength() -> None:
    draws = Draws(np.random.default_rng(0).random((300, len(SLOTS))))
    recipes = recipes_of(draws, TrainConfig(augmentation=Augmentation.RANDOM))
    assert len(recipes) == 2 == SPACES[Augmentation.RANDOM].operations
    for recipe in recipes:
        found = set(np.round(recipe.sharpness[recipe.sharpness != 1], 6).tolist())
        assert found == {0.73, 1.27}  # level 9 of 30 on a range of 0.9, either way


def test_what_is_switched_off_is_never_drawn() -> None:
    draws = Draws(np.random.default_rng(0).random((300, len(SLOTS))))
    config = TrainConfig(augmentation=Augmentation.RANDOM, vary_crop=False, vary_rotation=False)
    assert not any(recipe.moved.any() for recipe in recipes_of(draws, config))
