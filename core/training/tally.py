"""Sums over pictures, so that a short last batch does not count as much as a full one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import torch
from torch import Tensor

from core.training.objective import Logits, Objective


@dataclass(slots=True)
class Tally:
    """What learning has seen in an epoch so far."""

    pictures: int = 0
    loss: float = 0.0  # summed over pictures
    judged: float = 0.0  # likewise, as validation counts it: each picture once, however rare its class
    correct: int = 0

    @classmethod
    def of(cls, parts: Sequence[Tensor]) -> Self:
        """Return the sums over the parts of a batch, each as ``noticed`` returns it.

        They leave the device together, because it is waited for each time; only then they become doubles,
        which Apple's graphics processors do not have.
        """
        loss, judged, correct = torch.cat(list(parts), dim=1).cpu().double()
        return cls(
            pictures=len(loss), loss=float(loss.sum()), judged=float(judged.sum()), correct=int(correct.sum())
        )

    def merge(self, other: Tally) -> None:
        """Count a whole batch."""
        self.pictures += other.pictures
        self.loss += other.loss
        self.judged += other.judged
        self.correct += other.correct

    @property
    def mean_loss(self) -> float:
        """Loss per picture."""
        return self.loss / max(1, self.pictures)

    @property
    def mean_judged(self) -> float:
        """Loss per picture, without the weights of classes."""
        return self.judged / max(1, self.pictures)

    @property
    def accuracy(self) -> float:
        """Share of pictures answered rightly; with several labels, with exactly these."""
        return self.correct / max(1, self.pictures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the model makes of the validation pictures."""

    loss: float
    accuracy: float
    probabilities: Tensor = field(compare=False, repr=False)  # (N, C), on the processor

    @classmethod
    def of(cls, losses: Tensor, probabilities: Tensor, targets: Tensor, objective: Objective) -> Judged:
        """Return the figures from losses (N,), probabilities (N, C) and truth (N, C) of zeros and ones."""
        named = objective.named(probabilities)
        return cls(
            loss=float(losses.double().mean()),
            accuracy=float((named == targets).all(dim=1).float().mean()),
            probabilities=probabilities,
        )


@torch.no_grad()
def noticed(losses: Tensor, logits: Logits, targets: Tensor, objective: Objective) -> Tensor:
    """Return what learning sees in some pictures, (3, B): loss, loss as validation counts it, whether right.

    It stays on the device. ``losses`` are (B,), ``targets`` (B, C).
    """
    main = logits[0] if isinstance(logits, tuple) else logits
    right = _right(objective.answers(main), targets, objective)
    return torch.stack((losses, objective.judged(main, targets), right.to(losses.dtype)))


def _right(answers: Tensor, targets: Tensor, objective: Objective) -> Tensor:
    """Return which answers are right, (B,). A mixed picture counts as the class it shows most of."""
    if objective.outputs.several:
        return (answers == (targets >= 0.5)).all(dim=1)
    return answers.argmax(dim=1) == targets.argmax(dim=1)
