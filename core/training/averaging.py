"""A running average of the weights, which judges more evenly than the last step's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Average:
    """Exponential moving average of named weights; with a decay of 0 it is the weights themselves.

    The decay grows with the steps, min(decay, (1 + t) / (10 + t)), so that the first steps are soon
    forgotten (as TensorFlow's ``ExponentialMovingAverage`` does).
    """

    def __init__(self, weights: Mapping[str, nn.Parameter], *, decay: float) -> None:
        self.steps = 0
        self.kept: dict[str, Tensor] = {}
        self._weights, self._decay = weights, decay
        if decay:
            self.kept = {name: weight.detach().clone() for name, weight in weights.items()}

    @torch.no_grad()
    def follow(self) -> None:
        """Take the present weights into the average."""
        self.steps += 1
        decay = min(self._decay, (1 + self.steps) / (10 + self.steps))
        for name, kept in self.kept.items():
            kept.lerp_(self._weights[name], 1 - decay)

    @torch.no_grad()
    def put(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from this average, wherever it lies: it is copied to where the weights are."""
        for name, tensor in tensors.items():
            self.kept[name].copy_(tensor)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the average in place of the weights for as long as this lasts."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for name, kept in self.kept.items():
            # the contents change places, not the tensors: optimiser and module hold on to theirs
            present = self._weights[name].detach().clone()
            self._weights[name].copy_(kept)
            kept.copy_(present)
