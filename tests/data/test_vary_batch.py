"""The two ways of varying pictures do the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from core.data.augment import recipes
from core.data.recipe import EQUALISED, POSTERISED, SLOTS, STRETCHED, Draws, Recipe, contrast_map
from core.data.vary_batch import vary_together
from core.data.vary_one import vary_one_by_one
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig


def scenes(count: int, size: int) -> Tensor:
    coarse = torch.rand(count, 3, 6, 6, generator=torch.Generator().manual_seed(3)) * 220 + 15
    return torch.nn.functional.interpolate(coarse, size=size, mode="bilinear").to(torch.uint8)


@pytest.mark.parametrize("kind", list(Augmentation))
def test_both_ways_give_the_same_pictures(kind: Augmentation) -> None:
    """Models trained on a graphics processor must see what those trained on a CPU see."""
    pictures = scenes(60, 64)
    draws = Draws(np.random.default_rng(5).random((60, len(SLOTS))))
    config = TrainConfig(augmentation=kind, mirror=True, upside_down=True, quarter_turns=True)
    passes = recipes(draws, config)
    apart = (vary_together(pictures, passes).int() - vary_one_by_one(pictures, passes).int()).abs().float()
    assert apart.mean((1, 2, 3)).max() < 0.6
    # equalising may move a whole step where the two round a brightness differently
    assert apart.quantile(0.999) <= 3


def test_mirroring_and_turning_are_exact_in_a_batch() -> None:
    pictures = scenes(40, 33)
    draws = Draws(np.random.default_rng(6).random((40, len(SLOTS))))
    config = TrainConfig(augmentation=Augmentation.NONE, mirror=True, upside_down=True, quarter_turns=True)
    passes = recipes(draws, config)
    assert torch.equal(vary_together(pictures, passes), vary_one_by_one(pictures, passes))


@pytest.mark.parametrize("kind", list(Augmentation))
def test_the_pictures_given_are_never_written_to(kind: Augmentation) -> None:
    pictures = scenes(30, 24)
    before = pictures.clone()
    draws = Draws(np.random.default_rng(7).random((30, len(SLOTS))))
    vary_together(pictures, recipes(draws, TrainConfig(augmentation=kind)))
    assert torch.equal(pictures, before)


def channels_last(pictures: Tensor) -> Tensor:
    """Return the pictures as batches bring them: (B, H, W, 3) in memory."""
    return pictures.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)


CHANGES = {
    "places": np.tile(((0.8, 0.1, 0.05), (-0.1, 0.9, 0.02)), (4, 1, 1)),
    "colours": contrast_map(np.full(4, 1.3)),
    "tables": np.array((STRETCHED, EQUALISED, POSTERISED + 3, POSTERISED + 5)),
    "sharpness": np.array((0.2, 0.6, 1.4, 1.9)),
    "blur": np.array((0.01, 0.02, 0.03, 0.04)),
    "boxes": np.tile((0.1, 0.2, 0.5, 0.4), (4, 1)),
}


@pytest.mark.parametrize("some", [True, False], ids=["some", "all"])
@pytest.mark.parametrize("change", CHANGES)
def test_every_change_takes_pictures_as_batches_bring_them(change: str, some: bool) -> None:
    """Blur and sharpness ended every run on a graphics processor that used them."""
    pictures, still = scenes(4, 24), Recipe.still(4)
    amounts = CHANGES[change].copy()
    if some:
        amounts[1:3] = getattr(still, change)[1:3]
    recipe = replace(still, **{change: amounts})
    expected = vary_together(pictures, (recipe,))
    assert not torch.equal(expected, pictures)
    assert torch.equal(vary_together(channels_last(pictures), (recipe,)), expected)


@pytest.mark.parametrize("kind", list(Augmentation))
def test_every_strength_takes_pictures_as_batches_bring_them(kind: Augmentation) -> None:
    pictures, draws = scenes(30, 24), Draws(np.random.default_rng(8).random((30, len(SLOTS))))
    passes = recipes(draws, TrainConfig(augmentation=kind))
    assert torch.equal(vary_together(channels_last(pictures), passes), vary_together(pictures, passes))


def test_no_pictures_are_no_problem() -> None:
    draws = Draws(np.zeros((0, len(SLOTS))))
    none = vary_together(scenes(1, 24)[:0], recipes(draws, TrainConfig(augmentation=Augmentation.STRONG)))
    assert none.shape == (0, 3, 24, 24)
