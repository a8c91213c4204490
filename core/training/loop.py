"""The one training loop: it yields what happened and never draws, prints or saves."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from sklearn.metrics import f1_score
from torch import Tensor, nn
from torch.nn import functional

from core.domain.errors import RunError
from core.domain.run import EpochRow, Stage

Batch = tuple[Tensor, Tensor]  # inputs (B, ...), class indices (B,)
LEAST_GAIN = 1e-4  # validation loss must fall by this much to count as an improvement
LARGEST_GRADIENT = 1.0  # norm over all learning weights: one wild batch must not undo an epoch
WARM_UP = 0.2  # share of the steps in which the rate rises


class BatchSource(Protocol):
    """Where a stage gets its batches: features for the head, pictures for fine-tuning."""

    train_size: int
    batches_per_epoch: int

    def train(self, epoch: int) -> Iterator[Batch]:
        """Yield this epoch's training batches, in an order that depends on seed and epoch alone."""
        ...

    def validation(self) -> Iterator[Batch]:
        """Yield the validation batches, always in the same order and never varied."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """How one stage learns. ``class_weights`` (C,) multiply the loss of each picture, by its class.

    Their mean over the training pictures should be 1, so that they do not change the rate.
    """

    stage: Stage
    first_epoch: int  # epochs count on through all stages
    epochs: int
    learning_rate: float
    weight_decay: float
    label_smoothing: float
    patience: int
    class_weights: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One batch is done: ``done`` of ``total`` training pictures in this ``epoch``."""

    epoch: int
    done: int
    total: int


@dataclass(slots=True)
class Best:
    """The best weights so far, by validation loss; carried from stage to stage."""

    val_loss: float = float("inf")
    epoch: int | None = None
    state: dict[str, Tensor] | None = None

    def offer(self, row: EpochRow, model: nn.Module) -> bool:
        """Keep the model's weights if this epoch is the best so far; return whether it was."""
        if not row.val_loss < self.val_loss - LEAST_GAIN:  # NaN never wins
            return False
        self.val_loss, self.epoch = row.val_loss, row.epoch
        self.state = {name: value.detach().clone() for name, value in model.state_dict().items()}
        return True

    def restore(self, model: nn.Module) -> None:
        """Put the best weights back into the model."""
        if self.state is None:
            raise RunError("Training ended before its first epoch was complete.", hint="Start it again.")
        model.load_state_dict(self.state)


@dataclass(slots=True)
class _Tally:
    """Sums over pictures, so that a short last batch does not count as much as a full one."""

    pictures: int = 0
    loss: float = 0.0
    correct: int = 0

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        self.pictures += len(labels)
        self.loss += loss.item() * len(labels)
        self.correct += int((logits.argmax(dim=1) == labels).sum())

    @property
    def mean_loss(self) -> float:
        return self.loss / self.pictures

    @property
    def accuracy(self) -> float:
        return self.correct / self.pictures


def fit(
    module: nn.Module, source: BatchSource, plan: StagePlan, *, best: Best, model: nn.Module
) -> Iterator[Tick | EpochRow]:
    """Train ``module`` for one stage; yield a Tick per batch and an EpochRow per epoch.

    ``best`` is offered the weights of the whole ``model``, of which ``module`` may be a part. The stage
    ends after its epochs, or once validation loss has not improved for ``patience`` epochs. Whoever
    consumes the generator may stop at any event; ``best`` is then what counts. Raises RunError when the
    loss stops being a number.
    """
    optimizer = torch.optim.AdamW(_decay_groups(module, plan.weight_decay), lr=plan.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=plan.learning_rate,
        total_steps=plan.epochs * source.batches_per_epoch,
        pct_start=WARM_UP,
    )
    without_gain = 0
    for epoch in range(plan.first_epoch, plan.first_epoch + plan.epochs):
        started = time.monotonic()
        rate = optimizer.param_groups[0]["lr"]
        trained = yield from _train_epoch(module, source, plan, optimizer, schedule, epoch)
        validated, macro_f1 = _validate(module, source)
        row = EpochRow(
            epoch=epoch,
            stage=plan.stage,
            train_loss=trained.mean_loss,
            train_accuracy=trained.accuracy,
            val_loss=validated.mean_loss,
            val_accuracy=validated.accuracy,
            val_macro_f1=macro_f1,
            learning_rate=rate,
            seconds=time.monotonic() - started,
        )
        without_gain = 0 if best.offer(row, model) else without_gain + 1
        yield row
        if without_gain >= plan.patience:
            return


def _train_epoch(
    module: nn.Module,
    source: BatchSource,
    plan: StagePlan,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    epoch: int,
) -> Generator[Tick, None, _Tally]:
    """Go through all training pictures once; return the tally."""
    module.train()
    tally = _Tally()
    for inputs, labels in source.train(epoch):
        logits = module(inputs)  # (B, C)
        # the weights are ours to apply: torch's weighted mean divides them away again within a batch, and
        # with label smoothing it would pull every picture towards the rare classes
        losses = functional.cross_entropy(
            logits, labels, label_smoothing=plan.label_smoothing, reduction="none"
        )
        loss = (losses * plan.class_weights[labels]).mean()
        if not torch.isfinite(loss):
            raise RunError(
                f"The loss stopped being a number in epoch {epoch}, at a learning rate of "
                f"{schedule.get_last_lr()[0]:.1e}.",
                hint="Start again with a tenth of that learning rate.",
            )
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(module.parameters(), LARGEST_GRADIENT)
        optimizer.step()
        schedule.step()
        tally.add(loss, logits, labels)
        yield Tick(epoch=epoch, done=tally.pictures, total=source.train_size)
    return tally


@torch.inference_mode()
def _validate(module: nn.Module, source: BatchSource) -> tuple[_Tally, float]:
    """Return loss and accuracy on the validation pictures, and macro F1 over the classes present."""
    module.eval()
    tally, actual, predicted = _Tally(), [], []
    for inputs, labels in source.validation():
        logits = module(inputs)  # (B, C)
        tally.add(functional.cross_entropy(logits, labels), logits, labels)
        actual.append(labels.cpu())
        predicted.append(logits.argmax(dim=1).cpu())
    truth = torch.cat(actual).numpy()
    macro_f1 = f1_score(
        truth, torch.cat(predicted).numpy(), labels=np.unique(truth), average="macro", zero_division=0.0
    )
    return tally, float(macro_f1)


def _decay_groups(module: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Return the learning weights in two groups: matrices are decayed, norms and biases are not."""
    learning = [p for p in module.parameters() if p.requires_grad]
    return [
        {"params": [p for p in learning if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in learning if p.ndim <= 1], "weight_decay": 0.0},
    ]
