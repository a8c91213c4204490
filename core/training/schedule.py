"""The learning rate at each step: a function of the step alone, so that nothing of it has to be kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.domain.choices import Schedule

START = 1 / 25  # of the peak rate, where a rise begins
END = 1 / 250_000  # of the peak rate, where one cycle ends
MOMENTUM = (0.85, 0.95)  # at the peak of one cycle, and at its ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How the rate moves over the steps of a stage, as a share of its peak.

    One cycle is that of Smith and Topin (2018), with the cosines and figures of PyTorch's ``OneCycleLR``.
    """

    kind: Schedule
    steps: int
    warm_up: float  # share of the steps in which the rate rises

    def factor(self, step: int) -> float:
        """Return the share of the peak rate at ``step``, from 0."""
        if self.kind is Schedule.CONSTANT:
            return min(1.0, (step + 1) / max(1.0, self._rise))
        rising = self._rising(step)
        if self.kind is Schedule.COSINE:
            return START + (1 - START) * rising if rising < 1 else _cosine(1.0, 0.0, self._falling(step))
        return _cosine(START, 1.0, rising) if rising < 1 else _cosine(1.0, END, self._falling(step))

    def momentum(self, step: int) -> float | None:
        """Return the momentum at ``step``, or None where the schedule leaves it alone."""
        if self.kind is not Schedule.ONE_CYCLE:
            return None
        low, high = MOMENTUM
        rising = self._rising(step)
        return _cosine(high, low, rising) if rising < 1 else _cosine(low, high, self._falling(step))

    @property
    def _rise(self) -> float:
        return self.warm_up * self.steps - 1

    def _rising(self, step: int) -> float:
        """Return how far the rise is, from 0; 1 and more behind it."""
        return step / self._rise if self._rise > 0 else 1.0

    def _falling(self, step: int) -> float:
        start = max(0.0, self._rise)
        return min(1.0, (step - start) / max(1.0, self.steps - 1 - start))


def _cosine(begin: float, end: float, share: float) -> float:
    return end + (begin - end) / 2 * (1 + math.cos(math.pi * share))
