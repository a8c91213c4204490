"""Minutes before the start: what was measured, times what there is to do, stage by stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from core.domain.choices import HeadSolver
from core.domain.config import TrainConfig
from core.domain.cost import Costs, Counts, Estimate
from core.domain.run import Stage, StageSeconds
from core.training.room import disk_bytes, memory_bytes
from core.training.stage_costs import epoch_seconds, fine_tune_start, head_epochs, seconds_of

SPREAD: Final = 1.3  # the truth is to lie within this factor of what is told
LEAST_EPOCHS: Final = 2
STAGES: Final = (Stage.WEIGHTS, Stage.PIXELS, Stage.FEATURES, Stage.HEAD, Stage.FINE_TUNE, Stage.EVALUATE)


def estimate(costs: Costs, config: TrainConfig, counts: Counts) -> Estimate:
    """Return what a run with these settings takes on the machine where ``costs`` were measured.

    ``costs`` must be of the same backbone, picture size and way of fine-tuning; fewer blocks and any number
    of epochs are fine.
    """
    told = tuple((stage, seconds_of(stage, costs, config, counts)) for stage in STAGES)
    seconds = sum(one for _, one in told)
    shortest = sum(seconds_of(stage, costs, _stopped_early(config), counts) for stage in STAGES)
    return Estimate(
        stages=tuple(StageSeconds(stage=stage, seconds=one) for stage, one in told if one),
        seconds=seconds,
        low=min(shortest, seconds) / SPREAD,
        high=seconds * SPREAD,
        at_most=_stopped_early(config) != config,
        memory_bytes=memory_bytes(costs, config, counts),
        disk_bytes=disk_bytes(costs, config, counts),
    )


def fit_to(seconds: float, config: TrainConfig, costs: Costs, counts: Counts) -> TrainConfig | None:
    """Return the settings with as little taken away as lets the run end within ``seconds``.

    Epochs of fine-tuning go first, though two are always left, then its blocks from below; at last only the
    head learns. None where even that takes longer, or where there is nothing to take away.
    """
    for shorter in _shorter(config):
        if estimate(costs, shorter, counts).seconds <= seconds:
            return shorter
    return None


def seconds_left(costs: Costs, config: TrainConfig, counts: Counts, stage: Stage, done: int) -> float:
    """Return the seconds left of the run, ``done`` pictures into ``stage``, as its progress counts them.

    Fine-tuning counts the training pictures of all its epochs; a stage that is not counted in pictures
    counts as not begun.
    """
    later = STAGES[STAGES.index(stage) + 1 :]
    rest = sum(seconds_of(one, costs, config, counts) for one in later)
    if stage is Stage.FINE_TUNE:
        return rest + _left_to_tune(costs, config, counts, done)
    total, known = _pictures(stage, config, counts)
    share = min(1.0, max(0.0, (done - known) / total)) if total else 0.0
    return rest + seconds_of(stage, costs, config, counts) * (1 - share)


def _stopped_early(config: TrainConfig) -> TrainConfig:
    """Return the settings with the fewest epochs that can be: each stage ends early, as nothing improves."""
    by_steps = config.pretrained and config.head_solver is HeadSolver.ADAMW
    return replace(
        config,
        head_epochs=min(config.head_epochs, config.patience + 1) if by_steps else config.head_epochs,
        fine_tune_epochs=min(config.fine_tune_epochs, config.patience),
    )


def _shorter(config: TrainConfig) -> Iterator[TrainConfig]:
    """Yield the settings as they are, and then with less and less of fine-tuning."""
    if not config.fine_tune_blocks:
        yield config
        return
    fewest = min(LEAST_EPOCHS, config.fine_tune_epochs)
    lowest = 1 if config.pretrained else config.fine_tune_blocks  # from nothing, all blocks learn anyway
    for blocks in range(config.fine_tune_blocks, lowest - 1, -1):
        for epochs in range(config.fine_tune_epochs, fewest - 1, -1):
            yield replace(config, fine_tune_blocks=blocks, fine_tune_epochs=epochs)
    if config.pretrained:
        yield replace(config, fine_tune_blocks=0, fine_tune_epochs=0)


def _left_to_tune(costs: Costs, config: TrainConfig, counts: Counts, done: int) -> float:
    """Return the seconds left of fine-tuning; epochs differ, as blocks join and copies are new or known."""
    if not config.fine_tune_blocks:
        return 0.0
    start = 0.0 if done else fine_tune_start(costs, config, counts)
    epoch, within = divmod(done, counts.train)
    epochs = epoch_seconds(costs, config, counts)[epoch:]
    return start + sum(epochs) - (epochs[0] * within / counts.train if epochs else 0.0)


def _pictures(stage: Stage, config: TrainConfig, counts: Counts) -> tuple[int, int]:
    """Return how many pictures a stage works on, and from where its progress begins to count."""
    if stage is Stage.PIXELS:
        return counts.pixels_missing, counts.pictures - counts.pixels_missing
    if stage is Stage.FEATURES and config.head_views == 1:  # else it begins anew for every view
        passed = counts.of(*config.passed_as_they_are)
        return counts.features_missing, passed - counts.features_missing
    if stage is Stage.HEAD and config.head_solver is HeadSolver.ADAMW:
        return head_epochs(config) * counts.train, 0
    if stage is Stage.EVALUATE and config.fine_tune_blocks:
        return counts.asked, 0
    return 0, 0
