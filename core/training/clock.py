"""How long a training run still takes, as far as its own pace so far can tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from core.domain.run import Stage

# A fine-tuning step of the last blocks costs about this many frozen passes of the same pictures
# (forward in training form, backward through the last blocks); replaced by the truth after one batch.
FINE_TUNE_COST = 5.0
LEAST_SECONDS, LEAST_SHARE = 2.0, 0.05  # of what was expected must be behind, to tell a pace from it
MOST_SLOWER = 5.0  # than expected; beyond, something else is the matter
ASIDE_SECONDS = 5.0  # head stage and start-up, where nothing better is known

Left = Callable[[Stage, int], float]  # stage, pictures done in it -> seconds left of the run


@dataclass(slots=True)
class Clock:
    """Counts pictures per second in the current stage and estimates the seconds left of the run."""

    pictures: int  # all of the data set
    train_pictures: int
    judged_pictures: int  # of which the final network is asked
    fine_tune_epochs: int
    expected: Left | None = None  # by costs that were measured before
    now: Callable[[], float] = time.monotonic  # seconds
    _stage: Stage | None = None
    _started: float = 0.0
    _rates: dict[Stage, float] = field(default_factory=dict)
    _began: float = field(init=False)
    _share: float = 0.0
    _first: tuple[float, float] | None = None  # moment, and seconds expected to be left then

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

    def expect(self, expected: Left | None) -> None:
        """Take up other costs from here on: the settings are others."""
        self.expected, self._first = expected, None

    def seconds_left(self, stage: Stage, done: int) -> float | None:
        """Return the seconds left of the whole run, ``done`` pictures into ``stage``; None if unknown."""
        return self._by_costs(self.expected, stage, done) if self.expected else self._by_pace(stage, done)

    def _by_costs(self, expected: Left, stage: Stage, done: int) -> float:
        """Return what measured costs tell, times how much slower than they tell it has gone so far."""
        now, left = self.now(), expected(stage, done)
        if self._first is None:
            self._first = (now, left)
        began, at_first = self._first
        behind = at_first - left
        if behind < max(LEAST_SECONDS, LEAST_SHARE * at_first):
            return left
        slower = (now - began) / behind
        return left * min(MOST_SLOWER, max(1 / MOST_SLOWER, slower))

    def _by_pace(self, stage: Stage, done: int) -> float | None:
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
