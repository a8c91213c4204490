"""Seconds of each stage of a run: what a kind of work costs, times how often it is done."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import fields, replace
from typing import Final

from core.domain.choices import HeadSolver, PrecisionChoice, Unfreezing
from core.domain.config import TrainConfig
from core.domain.cost import Costs, Counts, Depth
from core.domain.decision import MOST_REMEMBERED
from core.domain.run import Stage
from core.training.activations import slot_and_view
from core.training.head import LEAST_LOOKED_AT, MOST_ANSWERS
from core.training.remembered import WORTH
from core.training.resizing import sides
from core.training.trial import SECONDS, STEPS, TRIAL_BATCH
from core.training.tuning import joined

TRIED_ON: Final = 300  # training pictures, at most, on which half precision is tried before it is learnt from
WORTH_HALF: Final = 100  # training pictures to remember, from which on half precision spares time
# Steps of L-BFGS over all penalties that cross-validation tries, and of the last fit. Counted on parts of the
# built-in sets of 40 to 1,257 pictures: 74 to 168, the middle one 101, and 11 to 24.
EXACT_STEPS: Final = 100
LAST_STEPS: Final = 16
FOLDS: Final = 5  # that are fitted side by side
ASIDE: Final = 0.3  # seconds for the report, the journal and the files of the result
CHECKPOINT_EVERY: Final = 60.0  # seconds, beside the one after each epoch


def seconds_of(stage: Stage, costs: Costs, config: TrainConfig, counts: Counts) -> float:
    """Return how long the stage takes, in seconds; 0 where there is nothing to do."""
    seconds = {
        Stage.WEIGHTS: lambda: costs.build,
        Stage.PIXELS: lambda: counts.pixels_missing * costs.decode if needs_pixels(config, counts) else 0.0,
        Stage.FEATURES: lambda: _features(costs, config, counts) if config.pretrained else 0.0,
        Stage.HEAD: lambda: _head(costs, config, counts) if config.pretrained else 0.0,
        Stage.FINE_TUNE: lambda: _fine_tune(costs, config, counts),
        Stage.EVALUATE: lambda: _evaluate(costs, config, counts),
    }
    return seconds[stage]() if stage in seconds else 0.0


def needs_pixels(config: TrainConfig, counts: Counts) -> bool:
    """Whether the run looks at pictures at all; known features are enough for the head alone."""
    asked = counts.features_missing or config.head_views > 1
    return bool(config.fine_tune_blocks or (config.pretrained and asked))


def head_epochs(config: TrainConfig) -> int:
    """Return how many epochs come before fine-tuning, at most."""
    if not config.pretrained:
        return 0
    return config.head_epochs if config.head_solver is HeadSolver.ADAMW else 1


def epoch_seconds(costs: Costs, config: TrainConfig, counts: Counts) -> tuple[float, ...]:
    """Return the seconds of each epoch of fine-tuning, its checkpoint included."""
    whole = depth_of(costs, config)
    fresh = _fresh(config) if costs.keeps_activations else [True] * config.fine_tune_epochs
    areas = _areas(costs, config)
    seconds = []
    for epoch, new in enumerate(fresh):
        learning = _learning(costs, config, epoch)
        # all blocks above the cut are gone through forward, and backward only those that learn by now
        step = (learning.train + whole.judge - learning.judge) * areas[epoch]
        took = counts.train * step + counts.validation * whole.judge
        took += counts.train * (costs.vary + whole.lower) if new else 0.0
        took += counts.validation * whole.lower if epoch == 0 else 0.0
        seconds.append(took + whole.save * (1 + took // CHECKPOINT_EVERY))
    return tuple(seconds)


def fine_tune_start(costs: Costs, config: TrainConfig, counts: Counts) -> float:
    """Return the seconds before the first epoch of fine-tuning: the trial of precisions, and the cut."""
    start = 0.0
    if config.precision is PrecisionChoice.AUTO and not counts.precision_known:
        step = min(config.batch_size, TRIAL_BATCH) * depth_of(costs, config).train
        start += costs.cut + min(2 * (STEPS + 1) * step, SECONDS + 2 * step)
    if costs.cut:
        start += costs.cut
        start += costs.take_up if counts.lower_prepared else costs.prepare * costs.lower_share
    if costs.keeps_activations and _tries_half(costs, config) and not _tried_for_views(config, counts):
        start += costs.take_up + min(counts.train, TRIED_ON) * costs.frozen_half
    return start


def _tries_half(costs: Costs, config: TrainConfig) -> bool:
    """Whether it is seen, once, if heads fitted on features in half precision are as good."""
    return config.precision is not PrecisionChoice.FP32 and costs.frozen_half < WORTH * costs.frozen


def _tried_for_views(config: TrainConfig, counts: Counts) -> bool:
    """Whether that comes with the varied copies for the head."""
    return (config.head_views - 1) * counts.train > TRIED_ON


def depth_of(costs: Costs, config: TrainConfig) -> Depth:
    """Return what the blocks cost that these settings let learn; from nothing, that is all of them."""
    return depth_at(costs, config.fine_tune_blocks) if config.pretrained else costs.depths[-1]


def depth_at(costs: Costs, blocks: int) -> Depth:
    """Return what so many learning blocks cost, on a line between the depths that were measured.

    Below the fewest the line goes to no block at all, where a step costs what its way forward does; with
    more blocks than were measured it costs what the most do.
    """
    at = bisect_left([depth.blocks for depth in costs.depths], blocks)
    if at == len(costs.depths):
        return costs.depths[-1]
    above = costs.depths[at]
    below = costs.depths[at - 1] if at else _none(costs, above)
    share = (blocks - below.blocks) / (above.blocks - below.blocks)
    mixed = {
        field.name: type(high := getattr(above, field.name))(
            (low := getattr(below, field.name)) + share * (high - low)
        )
        for field in fields(Depth)
    }
    return replace(above, **mixed)


def _none(costs: Costs, fewest: Depth) -> Depth:
    """Return the depth where only the head learns: all of the network is frozen."""
    if costs.keeps_activations:
        return Depth(blocks=0, train=0.0, judge=0.0, lower=max(costs.frozen_half, fewest.lower))
    return Depth(blocks=0, train=fewest.judge, judge=fewest.judge)


def _learning(costs: Costs, config: TrainConfig, epoch: int) -> Depth:
    """Return the depth that learns in ``epoch``, from 0."""
    whole = depth_of(costs, config)
    if config.unfreezing is not Unfreezing.GRADUAL or not config.pretrained:
        return whole
    now = joined(epoch, epochs=config.fine_tune_epochs, blocks=whole.blocks, step=config.unfreeze_step)
    return depth_at(costs, now)


def _areas(costs: Costs, config: TrainConfig) -> list[float]:
    """Return for each epoch of fine-tuning how large its pictures are, as a share of the full area."""
    if costs.keeps_activations:
        return [1.0] * config.fine_tune_epochs
    return [(side / config.image_size) ** 2 for side in sides(config)]


def _fresh(config: TrainConfig) -> list[bool]:
    """Return for each epoch of fine-tuning whether the frozen part has to look at new copies."""
    shown: dict[int, int] = {}
    fresh = []
    first = head_epochs(config) + 1
    for epoch in range(first, first + config.fine_tune_epochs):
        slot, view = slot_and_view(epoch, config.boundary_views)
        fresh.append(shown.get(slot) != view)
        shown[slot] = view
    return fresh


def _fine_tune(costs: Costs, config: TrainConfig, counts: Counts) -> float:
    if not config.fine_tune_blocks:
        return 0.0
    return fine_tune_start(costs, config, counts) + sum(epoch_seconds(costs, config, counts))


def _evaluate(costs: Costs, config: TrainConfig, counts: Counts) -> float:
    """Return the seconds of the answers and the report; a backbone that learnt has to be prepared anew."""
    if not config.fine_tune_blocks:
        return ASIDE
    seconds = costs.prepare + counts.asked * costs.frozen
    learnt = min(counts.train, MOST_REMEMBERED)
    if learnt >= WORTH_HALF and _tries_half(costs, config):
        seconds += costs.take_up - learnt * (costs.frozen - costs.frozen_half)
    return seconds + ASIDE


def _features(costs: Costs, config: TrainConfig, counts: Counts) -> float:
    seconds = 0.0
    ready = counts.backbone_prepared
    if counts.features_missing:
        seconds += (costs.take_up if ready else costs.prepare) + counts.features_missing * costs.frozen
        ready = True
    half = _tried_for_views(config, counts) and _tries_half(costs, config)
    if half:
        tried = min(counts.train, TRIED_ON)
        seconds += (costs.take_up if ready else costs.prepare) + tried * costs.frozen_half
        ready = True
    if config.head_views > 1 and counts.views_missing:
        seconds += costs.take_up if ready else costs.prepare
        seconds += counts.views_missing * (costs.vary + (costs.frozen_half if half else costs.frozen))
    return seconds


def _head(costs: Costs, config: TrainConfig, counts: Counts) -> float:
    head = costs.head
    if config.head_solver is HeadSolver.ADAMW:
        once = counts.train * head.train + counts.validation * head.judge
        return config.head_epochs * once
    rows = counts.train * config.head_views
    last = LAST_STEPS * (head.exact_step + rows * head.exact_row) / FOLDS
    if config.head_penalty:
        return last
    looked_at = min(rows, max(LEAST_LOOKED_AT, MOST_ANSWERS // max(1, counts.classes)))
    return last + EXACT_STEPS * (head.exact_step + looked_at * head.exact_row)
