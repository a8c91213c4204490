"""Trying several ways to fine-tune before one is chosen: successive halving.

Every way learns for an epoch; the better half learns again, for twice as many, until one is left (Jamieson
and Talwalkar, Non-stochastic best arm identification and hyperparameter optimization, 2016,
arXiv:1502.07943). Each trial is a small training of its own, with its own course of the rate, begun from the
fitted head.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from core.domain.config import TrainConfig
from core.domain.model import ModelSpec
from core.domain.run import Trial

# share of the blocks that learn, and the rate as a multiple of the planned one: around what has worked
_AROUND: Final = ((0.45, 1.0), (0.67, 2.0), (1.0, 0.5), (1.0, 1.0), (0.67, 0.4))

Attempt = Callable[[TrainConfig, int], Trial | None]  # None: it was cut short


def ways_to_try(
    config: TrainConfig, spec: ModelSpec, others: Sequence[TrainConfig] = ()
) -> list[TrainConfig]:
    """Return the settings as they are, then ones that learn more or less of the network at other rates.

    ``others`` are plans for other backbones, tried as they are. None comes twice.
    """
    around = [
        replace(
            config,
            fine_tune_blocks=max(1, round(len(spec.blocks) * share)),
            fine_tune_learning_rate=config.fine_tune_learning_rate * times,
        )
        for share, times in _AROUND
    ]
    return list(dict.fromkeys((config, *others, *around)))


def with_backbone(config: TrainConfig, spec: ModelSpec, present: ModelSpec) -> TrainConfig:
    """Return the settings for the backbone ``spec``: the same share of its blocks, at its own size."""
    share = config.fine_tune_blocks / len(present.blocks)
    return replace(
        config,
        backbone=spec.key,
        image_size=spec.image_size if config.image_size == present.image_size else config.image_size,
        fine_tune_blocks=max(1, round(len(spec.blocks) * share)),
    )


def successive_halving(
    ways: Sequence[TrainConfig], attempt: Attempt, *, enough: Callable[[], bool]
) -> TrainConfig:
    """Return the settings with the least validation loss; ``attempt`` trains with some for so many epochs.

    Where ``enough`` or an attempt ends it early, the last round that was complete decides; without any, the
    first way.
    """
    left, epochs = list(ways), 1
    while len(left) > 1:
        losses = []
        for way in left:
            trial = None if enough() else attempt(way, epochs)
            if trial is None:
                return left[0]
            losses.append(math.inf if trial.val_loss is None else trial.val_loss)
        order = sorted(range(len(left)), key=lambda at: (losses[at], at))
        left = [left[at] for at in order[: (len(left) + 1) // 2]]
        epochs *= 2
    return left[0]
