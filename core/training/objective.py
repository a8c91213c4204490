"""What learning makes small, for every kind of output."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from core.models.outputs import Outputs

AUXILIARY_SHARE = 0.4  # of Inception's second head in the loss (Szegedy et al. 2016, torchvision's recipe)
Logits = Tensor | tuple[Tensor, Tensor]  # (B, L); while learning perhaps with those of a second head


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """The loss of each picture. Targets are always (B, C) floats: one-hot, several-hot, or mixed.

    ``class_weights`` (C,) multiply the loss of each picture, by its classes. Their mean over the training
    pictures should be 1, so that they do not change the rate.
    """

    outputs: Outputs
    class_weights: Tensor
    label_smoothing: float = 0.0

    def losses(self, logits: Logits, targets: Tensor) -> Tensor:
        """Return the weighted loss per picture, (B,), as learning sees it."""
        if isinstance(logits, tuple):
            main, auxiliary = logits
            return self.losses(main, targets) + AUXILIARY_SHARE * self.losses(auxiliary, targets)
        # the weights are ours to apply: torch's weighted mean divides them away again within a batch, and
        # with label smoothing it would pull every picture towards the rare classes
        shares = targets / targets.sum(dim=1, keepdim=True).clamp(min=1.0)
        weights = shares @ self.class_weights + (1 - shares.sum(dim=1))  # a picture without any class: 1
        return self._plain(logits, targets, self.label_smoothing) * weights

    def judged(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss per picture, (B,), without smoothing and weights: what validation compares."""
        return self._plain(logits, targets, 0.0)

    def answers(self, logits: Tensor) -> Tensor:
        """Return what the logits say, (B, C) of zeros and ones."""
        return self.named(self.outputs.probabilities(logits))

    def named(self, probabilities: Tensor) -> Tensor:
        """Return which classes these probabilities (B, C) name, (B, C) of zeros and ones."""
        if self.outputs.several:
            return (probabilities >= 0.5).float()
        return functional.one_hot(probabilities.argmax(dim=1), self.outputs.classes).float()

    def _plain(self, logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
        logits = logits.float()
        if not self.outputs.several and not self.outputs.single:
            return functional.cross_entropy(logits, targets, label_smoothing=smoothing, reduction="none")
        wanted = targets[:, 1:] if self.outputs.single else targets
        smooth = wanted * (1 - smoothing) + smoothing / 2
        return functional.binary_cross_entropy_with_logits(logits, smooth, reduction="none").mean(dim=1)


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Return targets (B, C) from class indices (B,)."""
    return functional.one_hot(labels, classes).to(torch.float32)
