"""Pairs of training pictures mixed into one, and their classes with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import torch
from torch import Tensor

from core.domain.config import TrainConfig

# inputs (B, ...) and targets (B, C) -> the same, mixed; only the generator decides
Mixer = Callable[[Tensor, Tensor, torch.Generator], tuple[Tensor, Tensor]]

_SEEDS: Final = 2**63 - 1


def mixer(config: TrainConfig) -> Mixer:
    """Return what mixes a batch by mixup or cutmix, each as likely as the other where both are on.

    Mixed inputs are floating point; whole numbers become float32. Both off: the very same tensors come back.
    Cutmix needs a place to paste into: inputs without height and width, as features, are mixed by mixup
    where that is on, and else left alone.
    """
    if not config.mixup and not config.cutmix:
        return lambda inputs, targets, _generator: (inputs, targets)

    def mix(inputs: Tensor, targets: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        random = _random(generator)
        pastes = random.random() < 0.5 if config.mixup and config.cutmix else bool(config.cutmix)
        inputs = inputs if inputs.is_floating_point() else inputs.float()
        partners = torch.from_numpy(random.permutation(len(inputs))).to(inputs.device)
        if inputs.dim() < 4:
            return _blended(inputs, targets, partners, _share(config.mixup, random))
        if pastes:
            return _pasted(inputs, targets, partners, _share(config.cutmix, random), random)
        return _blended(inputs, targets, partners, _share(config.mixup, random))

    return mix


def _random(generator: torch.Generator) -> np.random.Generator:
    """Return a generator of the laws that torch draws without one of its own, seeded by ``generator``."""
    seed = torch.randint(_SEEDS, (1,), generator=generator, device=generator.device)
    return np.random.default_rng(int(seed))


def _share(strength: float, random: np.random.Generator) -> float:
    """Return how much of a picture stays its own, from Beta(strength, strength); 1 where it is off."""
    return float(random.beta(strength, strength)) if strength else 1.0


def _blended(inputs: Tensor, targets: Tensor, partners: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """Return every input blended with its partner (mixup: Zhang et al., ICLR 2018)."""
    return inputs.lerp(inputs[partners], 1 - share), targets.lerp(targets[partners], 1 - share)


def _pasted(
    inputs: Tensor, targets: Tensor, partners: Tensor, share: float, random: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Return inputs (B, C, H, W) with a rectangle of the partner's (cutmix: Yun et al., ICCV 2019).

    The classes are mixed as the areas really are, after the rectangle was cut at the border.
    """
    rows, columns = _rectangle(inputs.shape[-2], inputs.shape[-1], share, random)
    mixed = inputs.clone()
    mixed[:, :, rows, columns] = inputs[partners][:, :, rows, columns]
    covered = (rows.stop - rows.start) * (columns.stop - columns.start)
    return mixed, targets.lerp(targets[partners], covered / (inputs.shape[-2] * inputs.shape[-1]))


def _rectangle(height: int, width: int, share: float, random: np.random.Generator) -> tuple[slice, slice]:
    """Return rows and columns of a rectangle about a random place that leaves about ``share`` uncovered."""
    side = (1 - share) ** 0.5
    return _span(height, side, random), _span(width, side, random)


def _span(length: int, side: float, random: np.random.Generator) -> slice:
    middle, half = int(random.integers(length)), round(length * side) / 2
    return slice(max(0, round(middle - half)), min(length, round(middle + half)))
