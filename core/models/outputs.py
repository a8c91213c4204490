"""What the numbers that leave the head mean: one class of several, one of two, or several at once."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.domain.choices import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """How many logits a head has, and how they become probabilities of C classes."""

    classes: int
    output: Output = Output.SOFTMAX
    several: bool = False  # a picture may show several classes at once

    @property
    def single(self) -> bool:
        """Whether one logit stands for two classes: how much it is the second one."""
        return self.output is Output.SIGMOID and self.classes == 2 and not self.several

    @property
    def logits(self) -> int:
        """How many numbers leave the head."""
        return 1 if self.single else self.classes

    def probabilities(self, logits: Tensor) -> Tensor:
        """Return (B, C) from logits (B, L): rows sum to 1, except where a picture may show several."""
        if self.several:
            return logits.sigmoid()
        if self.single:
            second = logits.sigmoid()
            return torch.cat((1 - second, second), dim=1)
        return logits.softmax(dim=1)
