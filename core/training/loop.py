"""The one training loop: it yields what happened and never draws, prints or saves.

Everything that a stage needs to go on after an interruption is in ``Fit.snapshot``; orders, variations and
dropout follow from (seed, epoch, batch) alone. A stage that goes on ends with the same weights, bit for bit,
as one that was never interrupted, where the device computes the same way twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from core.domain.run import EpochRow, Stage
from core.models.arithmetic import repeatable
from core.training.averaging import Average
from core.training.best import Best
from core.training.divergence import DivergedError, Watch
from core.training.objective import Objective
from core.training.optimisers import Pace
from core.training.snapshot import Snapshot
from core.training.sources import Batch, BatchSource
from core.training.step import Step, in_memory
from core.training.tally import Judged, Tally

__all__ = ["DivergedError", "Fit", "Note", "StagePlan", "Tick"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """How one stage learns."""

    stage: Stage
    first_epoch: int  # epochs count on through all stages
    epochs: int
    pace: Pace  # optimiser and course of the rate
    patience: int
    seed: int = 0
    accumulate: int = 1  # parts of a batch whose gradients are added up before the step
    clip: float = 1.0  # longest gradient over all learning weights; 0 is off
    ema_decay: float = 0.0
    half: bool = False  # compute in bfloat16 where that is safe
    begin_epoch: Callable[[int], None] = lambda _epoch: None  # which blocks learn may change here


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One batch is done: ``done`` of ``total`` training pictures in this ``epoch``."""

    epoch: int
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the user should read afterwards."""

    text: str


Event = Tick | EpochRow | Note
Answered = tuple[Tensor, Tensor, Tensor]  # losses (B,), probabilities and truth (B, C), on the processor


@dataclass(slots=True)
class Place:
    """Where a stage stands: what comes next is batch ``batch`` of ``epoch``."""

    epoch: int
    batch: int = 0
    step: int = 0
    parts: int = 1  # in which a batch is computed
    judged_parts: int = 1  # the same of validation pictures
    without_gain: int = 0
    seconds: float = 0.0  # spent on this epoch so far
    tally: Tally = field(default_factory=Tally)

    def fill(self, values: dict[str, Any]) -> None:
        """Stand where another place, as a plain mapping, was."""
        for name, value in values.items():
            setattr(self, name, Tally(**value) if name == "tally" else value)


class Fit:
    """One stage under way: ``module`` learns from ``source``; ``best`` is offered the weights of ``model``.

    ``module`` is the model or the part of it that learns. Whoever consumes ``events`` may stop at any of
    them; ``best`` is then what counts, and ``snapshot`` is where to go on.
    """

    def __init__(
        self, module: nn.Module, source: BatchSource, plan: StagePlan, objective: Objective, *, best: Best
    ) -> None:
        self._module, self._source, self._plan, self._objective = module, source, plan, objective
        self.best = best
        self._optimizer = plan.pace.optimizer(best.model)
        weights = {name: p for name, p in best.model.named_parameters() if name in plan.pace.names}
        self._stepping = Step(
            module=module, objective=objective, optimizer=self._optimizer, clip=plan.clip, half=plan.half
        )
        self._average = Average(weights, decay=plan.ema_decay)
        self._watch = Watch()
        self._place = Place(epoch=plan.first_epoch, parts=plan.accumulate)
        self.judged: Judged | None = None  # what it made of the validation pictures at the last EpochRow

    @property
    def module(self) -> nn.Module:
        """The model, or the part of it that learns."""
        return self._module

    def events(self) -> Iterator[Event]:
        """Train to the end of the stage; yield a Tick per batch, an EpochRow per epoch, and notes.

        The stage ends after its epochs, or once validation has not improved for ``patience`` epochs.
        Raises DivergedError when the loss explodes or stops being a number.
        """
        plan, place = self._plan, self._place
        while place.epoch < plan.first_epoch + plan.epochs and place.without_gain < plan.patience:
            plan.begin_epoch(place.epoch)
            yield from self._train_epoch()
            whole, row = place.judged_parts, self._judge()
            place.without_gain = 0 if row.epoch == self.best.epoch else place.without_gain + 1
            place.epoch, place.batch, place.seconds, place.tally = place.epoch + 1, 0, 0.0, Tally()
            yield row
            if place.judged_parts > whole:
                yield Note(text=f"Memory ran out: pictures are now judged in {place.judged_parts} parts.")

    def snapshot(self) -> Snapshot:
        """Return all that ``resume`` needs to go on from here."""
        return Snapshot.of(
            optimizer=self._optimizer,
            average=self._average,
            best=self.best,
            place=self._place,
            watch=self._watch,
        )

    def resume(self, snapshot: Snapshot) -> None:
        """Go on where ``snapshot`` was taken, in a stage of the same plan, source and model."""
        snapshot.restore(
            optimizer=self._optimizer,
            average=self._average,
            best=self.best,
            place=self._place,
            watch=self._watch,
        )

    def _train_epoch(self) -> Iterator[Event]:
        """Go through the training pictures of this epoch that are left."""
        self._module.train()
        place, since = self._place, time.monotonic()
        for batch in self._source.train(place.epoch, first=place.batch):
            yield from self._step(batch)
            place.batch, place.step = place.batch + 1, place.step + 1
            now = time.monotonic()
            place.seconds, since = place.seconds + now - since, now
            yield Tick(epoch=place.epoch, done=place.tally.pictures, total=self._source.train_size)

    def _step(self, batch: Batch) -> Iterator[Note]:
        """Move the weights once by this batch."""
        place, plan = self._place, self._plan
        rate = plan.pace.set_rates(self._optimizer, place.step)
        seed = _seed_of(plan.seed, place.epoch, place.batch)
        tally, parts = self._stepping.gradients(batch, parts=place.parts, seed=seed)
        if parts > place.parts:
            place.parts = parts
            yield Note(text=f"Memory ran out: each batch is now computed in {parts} parts.")
        self._watch.look(tally.mean_judged, epoch=place.epoch, rate=rate)
        self._stepping.move()
        self._average.follow()
        place.tally.merge(tally)

    def _judge(self) -> EpochRow:
        """Return what this epoch achieved on the validation pictures, and offer it as the best."""
        started, place = time.monotonic(), self._place
        with self._average.applied():
            judged = self.judged = self._validate()
            row = EpochRow(
                epoch=place.epoch,
                stage=self._plan.stage,
                train_loss=place.tally.mean_loss,
                train_accuracy=place.tally.accuracy,
                val_loss=judged.loss,
                val_accuracy=judged.accuracy,
                learning_rate=self._plan.pace.rate_at(max(0, place.step - 1)),
                seconds=place.seconds + time.monotonic() - started,
            )
            self.best.offer(row)
        return row

    @torch.inference_mode()
    def _validate(self) -> Judged:
        self._module.eval()
        seen: list[Answered] = []
        for batch in self._source.validation():
            answered, self._place.judged_parts = in_memory(
                self._answered, batch, parts=self._place.judged_parts
            )
            seen += answered
        losses, probabilities, targets = (torch.cat(column) for column in zip(*seen, strict=True))
        return Judged.of(losses, probabilities, targets, self._objective)

    def _answered(self, parts: Sequence[Batch]) -> list[Answered]:
        """Return what the model answers to the parts of a validation batch."""
        found = []
        for inputs, targets in parts:
            autocast = torch.autocast(inputs.device.type, torch.bfloat16, enabled=self._plan.half)
            with repeatable(inputs.device), autocast:
                logits = self._module(inputs)
            losses = self._objective.judged(logits, targets)
            probabilities = self._objective.outputs.probabilities(logits.float())
            found.append((losses.cpu(), probabilities.cpu(), targets.cpu()))
        return found


def _seed_of(seed: int, epoch: int, batch: int) -> int:
    """Return a seed of its own for each batch."""
    return (seed * 1_000_003 + epoch) * 1_000_003 + batch & 0x7FFF_FFFF_FFFF_FFFF
