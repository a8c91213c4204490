"""Optimisers and rates of a stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import nn

from core.domain.choices import Optimizer
from core.training.schedule import Course

Named = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a stage steps: which weights, by block, how fast and along which course.

    ``blocks`` names the learning weights from the lowest block upwards, the head last. Each block learns at
    ``layer_decay`` times the rate of the one above it (discriminative rates, Howard and Ruder 2018).
    """

    kind: Optimizer
    blocks: Sequence[Named]
    learning_rate: float
    course: Course
    layer_decay: float = 1.0
    weight_decay: float = 0.0  # norms and biases are never decayed
    momentum: float = 0.9

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of all weights that learn."""
        return frozenset(name for block in self.blocks for name in block)

    def optimizer(self, model: nn.Module) -> torch.optim.Optimizer:
        """Return the optimiser over these weights of ``model``, two groups per block."""
        weights = dict(model.named_parameters())
        groups = []
        for height, block in enumerate(reversed(self.blocks)):
            peak = self.learning_rate * self.layer_decay**height
            members = [weights[name] for name in block]
            for decay, chosen in (
                (self.weight_decay, [p for p in members if p.ndim > 1]),
                (0.0, [p for p in members if p.ndim <= 1]),
            ):
                if chosen:
                    groups.append({"params": chosen, "weight_decay": decay, "peak": peak, "lr": peak})
        if self.kind is Optimizer.SGD:
            return torch.optim.SGD(groups, momentum=self.momentum, nesterov=self.momentum > 0)
        return torch.optim.AdamW(groups)

    def rate_at(self, step: int) -> float:
        """Return the rate of the head at this step."""
        return self.learning_rate * self.course.factor(step)

    def set_rates(self, optimizer: torch.optim.Optimizer, step: int) -> float:
        """Set rate and momentum for this step; return the rate of the head."""
        momentum = self.course.momentum(step)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * self.course.factor(step)
            if momentum is not None and self.kind is Optimizer.ADAMW:
                group["betas"] = (momentum, group["betas"][1])
            elif momentum is not None and self.momentum:
                group["momentum"] = momentum
        return self.rate_at(step)
