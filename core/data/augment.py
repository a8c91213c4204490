"""Small random changes to training pictures, so that the model learns the subject and not the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import torch
from torch import Tensor

from core.data.named_strengths import recipe_of, strength_of
from core.data.recipe import SLOTS, Draws, Recipe, turned
from core.data.single_operations import SPACES, recipes_of
from core.data.vary_batch import vary_together
from core.data.vary_one import vary_one_by_one
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig

Augmenter = Callable[[Tensor, torch.Generator], Tensor]
SeededAugmenter = Callable[[Tensor, Sequence[int]], Tensor]

TURNING_KINDS: Final = ("mirror", "upside_down", "quarter_turns")
LIGHT_KINDS: Final = ("vary_crop", "vary_rotation", "vary_light", "vary_colour")
STRONG_KINDS: Final = (*LIGHT_KINDS, "vary_blur", "vary_erase")
# The switches of TrainConfig that each turn one kind of variation on, in the order of the form.
KINDS: Final = (*TURNING_KINDS, *STRONG_KINDS)

UNCHANGED_KEY: Final = "plain"
_VERSION: Final = 1  # of how drawn numbers become pictures; caches of varied pictures depend on it


def augmenter(config: TrainConfig) -> Augmenter:
    """Return a function from uint8 (B, 3, H, W) and a generator to changed pictures of the same kind.

    Only the generator decides, so a seed repeats every picture; with a generator on the CPU the row of a
    picture decides its variation, not what else is in the batch. Where nothing varies, the very same tensor
    comes back. Pictures on the CPU come back in channels-last order.
    """
    if not acting_kinds(config):
        return lambda pictures, _generator: pictures

    def vary(pictures: Tensor, generator: torch.Generator) -> Tensor:
        return _varied(pictures, _drawn(len(pictures), generator), config)

    return vary


def seeded_augmenter(config: TrainConfig) -> SeededAugmenter:
    """Return the same as ``augmenter`` with one seed per picture: what is kept does not depend on batches."""
    if not acting_kinds(config):
        return lambda pictures, _seeds: pictures

    def vary(pictures: Tensor, seeds: Sequence[int]) -> Tensor:
        numbers = [_drawn(1, torch.Generator().manual_seed(seed)).numbers for seed in seeds]
        return _varied(pictures, Draws(np.concatenate(numbers) if numbers else _drawn(0).numbers), config)

    return vary


def acting_kinds(config: TrainConfig) -> tuple[str, ...]:
    """Return which of KINDS change pictures under these settings: switched on, and part of the strength."""
    varied = {Augmentation.NONE: (), Augmentation.LIGHT: LIGHT_KINDS}.get(config.augmentation, STRONG_KINDS)
    return tuple(kind for kind in (*TURNING_KINDS, *varied) if getattr(config, kind))


def only(config: TrainConfig, kind: str) -> TrainConfig:
    """Return the settings with this one of KINDS on and the others off; the strength stays."""
    return replace(
        config,
        mirror=kind == "mirror",
        upside_down=kind == "upside_down",
        quarter_turns=kind == "quarter_turns",
        vary_crop=kind == "vary_crop",
        vary_rotation=kind == "vary_rotation",
        vary_light=kind == "vary_light",
        vary_colour=kind == "vary_colour",
        vary_blur=kind == "vary_blur",
        vary_erase=kind == "vary_erase",
    )


def augmentation_key(config: TrainConfig) -> str:
    """Return the same text for the same variations, whatever else is set: what a cache calls them."""
    acting = acting_kinds(config)
    if not acting:
        return UNCHANGED_KEY
    strength = config.augmentation if set(acting) - set(TURNING_KINDS) else Augmentation.NONE
    return "-".join((strength.value, *acting, f"v{_VERSION}"))


def _drawn(count: int, generator: torch.Generator | None = None) -> Draws:
    device = "cpu" if generator is None else generator.device
    numbers = torch.rand(count, len(SLOTS), generator=generator, device=device)
    return Draws(numbers.cpu().numpy().astype(np.float64))


def _varied(pictures: Tensor, draws: Draws, config: TrainConfig) -> Tensor:
    # measured: one by one is the faster way on a processor, together on everything else
    vary = vary_one_by_one if pictures.device.type == "cpu" else vary_together
    return vary(pictures, recipes(draws, config))


def recipes(draws: Draws, config: TrainConfig) -> tuple[Recipe, ...]:
    """Return what the drawn numbers mean under these settings, pass by pass."""
    if config.augmentation in SPACES:
        first, *others = recipes_of(draws, config)
    else:
        first, others = recipe_of(draws, strength_of(config)), []
    places = turned(
        first.places,
        draws,
        mirror=config.mirror,
        upside_down=config.upside_down,
        quarter_turns=config.quarter_turns,
    )
    return (replace(first, places=places), *others)
