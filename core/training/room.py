"""Bytes that a run takes, in memory and on disk: what a picture needs, times how many there are at once."""

from __future__ import annotations

from typing import Final

from core.domain.choices import Optimizer
from core.domain.config import TrainConfig
from core.domain.cost import Costs, Counts, Depth
from core.training.features import FROZEN_BATCH
from core.training.sources import VALIDATION_BATCH
from core.training.stage_costs import depth_of, needs_pixels

# Measured while networks of 13 and 43 MB were prepared: the process grew by 172 and 271 MB.
PREPARE_BYTES: Final = 130 * 1024**2
PREPARE_WEIGHTS: Final = 4  # times their size: the copy, the graph, and the same as it is written and read
FLOAT: Final = 4  # bytes
HEAD_COPIES: Final = 4  # of all rows: as they are, joined, standardised, and what was left of one of these
ALIVE: Final = 3  # of the widest activations at once, on a way forward that keeps none
CHECKPOINTS: Final = 2  # that lie beside one another for a moment, and what is taken apart to be written


def memory_bytes(costs: Costs, config: TrainConfig, counts: Counts) -> int:
    """Return what the run adds to the memory of the app at its fullest moment.

    The network's own weights are counted once; what libraries take when they are first used is not.
    """
    model = costs.weights_bytes
    busy = [_head(costs, config, counts)]
    if counts.features_missing or config.fine_tune_blocks:
        engine = PREPARE_BYTES + PREPARE_WEIGHTS * model
        busy.append(engine + FROZEN_BATCH * ALIVE * costs.widest_bytes)
    if config.fine_tune_blocks:
        busy.append(_fine_tune(costs, config, depth_of(costs, config)))
    return int(model + max(busy))


def disk_bytes(costs: Costs, config: TrainConfig, counts: Counts) -> int:
    """Return what the run writes and the disk has to hold at once: caches, checkpoints and the result."""
    picture = config.image_size**2 * 3
    rows = FLOAT * costs.features * (counts.features_missing + counts.views_missing)
    taken = costs.weights_bytes + rows
    if needs_pixels(config, counts):
        taken += counts.pixels_missing * picture
    if not counts.backbone_prepared:
        taken += costs.weights_bytes
    if not config.fine_tune_blocks:
        return int(taken)
    depth = depth_of(costs, config)
    kept = config.boundary_views * counts.train + counts.validation
    checkpoint = depth.learning_bytes * _moving(config)
    return int(taken + costs.weights_bytes + kept * depth.kept_bytes + CHECKPOINTS * checkpoint)


def _head(costs: Costs, config: TrainConfig, counts: Counts) -> float:
    rows = counts.pictures + counts.train * (config.head_views - 1)
    return FLOAT * costs.features * rows * HEAD_COPIES


def _fine_tune(costs: Costs, config: TrainConfig, depth: Depth) -> float:
    """Return what a step and a checkpoint of this depth hold."""
    moving = depth.learning_bytes * _moving(config)
    step = config.batch_size * (depth.saved_bytes + costs.widest_bytes)
    judge = VALIDATION_BATCH * ALIVE * costs.widest_bytes
    gradients = depth.learning_bytes
    # a checkpoint is written between steps, when there are no activations
    return moving + gradients + max(step, judge, CHECKPOINTS * moving)


def _moving(config: TrainConfig) -> int:
    """Return how many copies of the learning weights there are beside themselves in a checkpoint."""
    memory = 2 if config.optimizer is Optimizer.ADAMW else bool(config.momentum)
    return 1 + bool(config.ema_decay) + memory
