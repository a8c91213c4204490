"""How long a training run still takes, as far as its own pace so far can tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from core.domain.run import Stage

# A fine-tuning step of the last blocks costs about this many frozen passes of the same pictures
# (forward in training form, backward through the last blocks); replaced by the truth after one batch.
FINE_TUNE_COST = 5.0
ASIDE_SECONDS = 5.0  # head stage and start-up, where nothing better is known


@dataclass(slots=True)
class Clock:
    """Counts pictures per second in the current stage and estimates the seconds left of the run."""

    pictures: int  # all of the data set
    train_pictures: int
    judged_pictures: int  # validation and test
    fine_tune_epochs: int
    now: Callable[[], float] = time.monotonic  # seconds
    _stage: Stage | None = None
    _started: float = 0.0
    _rates: dict[Stage, float] = field(default_factory=dict)
    _began: float = field(init=False)
    _share: float = 0.0

    def __post_init__(self) -> None:
        self._began = self.now()

    def rate(self, stage: Stage, done: int) -> float | None:
        """Return pictures per second since ``stage`` began; None before anything can be told."""
        now = self.now()
        if stage != self._stage:
            self._stage, self._started = stage, now
            return None
        passed = now - self._started
        if passed <= 0 or not done:
            return None
        self._rates[stage] = done / passed
        return self._rates[stage]

    def share(self, seconds_left: float | None) -> float:
        """Return how much of the run's time is behind it, in [0, 1]; it never falls."""
        if seconds_left is not None:
            passed = self.now() - self._began
            self._share = max(self._share, passed / max(passed + seconds_left, 1e-9))
        return self._share

    def seconds_left(self, stage: Stage, done: int) -> float | None:
        """Return the seconds left of the whole run, ``done`` pictures into ``stage``; None if unknown."""
        frozen = self._rates.get(Stage.FEATURES)
        tuned = self._rates.get(Stage.FINE_TUNE) or (frozen / FINE_TUNE_COST if frozen else None)
        to_tune = self.train_pictures * self.fine_tune_epochs
        if stage == Stage.FINE_TUNE:
            return (to_tune - done) / tuned + self.judged_pictures / (frozen or tuned) if tuned else None
        if stage == Stage.EVALUATE:
            judged = self._rates.get(Stage.EVALUATE)
            return (self.judged_pictures - done) / judged if judged else None
        if not frozen or not tuned:
            return None
        waiting = self.pictures - done if stage == Stage.FEATURES else 0
        return (waiting + self.judged_pictures) / frozen + to_tune / tuned + ASIDE_SECONDS
