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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """How far a stage was at a moment, and how many seconds costs told to be left of the run then."""

    stage: Stage
    done: int
    moment: float  # seconds
    left: float


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
    _since: tuple[int, float] | None = None  # done, and when: what is counted from in this stage
    _reached: int = 0
    _rates: dict[Stage, float] = field(default_factory=dict)
    _began: float = field(init=False)
    _share: float = 0.0
    _seen: _Seen | None = None
    _passed: float = 0.0  # seconds in which something was done whose costs are known
    _behind: float = 0.0  # seconds that this was to take

    def __post_init__(self) -> None:
        self._began = self.now()

    def rate(self, stage: Stage, done: int) -> float | None:
        """Return pictures per second in ``stage``; None before anything can be told.

        They are counted from the first word of any that are done, and again when there are fewer: what was
        known already, or was done before a pause, took no time now.
        """
        now = self.now()
        if stage != self._stage or done < self._reached:
            self._stage, self._since = stage, None
        self._reached = done
        if self._since is None:
            self._since = (done, now) if done else None
            return self._rates.get(stage)
        known, since = self._since
        if done > known and now > since:
            self._rates[stage] = (done - known) / (now - since)
        return self._rates.get(stage)

    def share(self, seconds_left: float | None) -> float:
        """Return how much of the run's time is behind it, in [0, 1]; it never falls."""
        if seconds_left is not None:
            passed = self.now() - self._began
            self._share = max(self._share, passed / max(passed + seconds_left, 1e-9))
        return self._share

    def expect(self, expected: Left | None) -> None:
        """Take up other costs from here on: the settings are others."""
        self.expected, self._seen, self._passed, self._behind = expected, None, 0.0, 0.0

    def seconds_left(self, stage: Stage, done: int) -> float | None:
        """Return the seconds left of the whole run, ``done`` pictures into ``stage``; None if unknown."""
        return self._by_costs(self.expected, stage, done) if self.expected else self._by_pace(stage, done)

    def _by_costs(self, expected: Left, stage: Stage, done: int) -> float:
        """Return what measured costs tell, times how much slower than they tell it has gone so far.

        What a stage begins with was known already, or done before a pause: only what follows is timed.
        """
        now, left, seen = self.now(), expected(stage, done), self._seen
        self._seen = _Seen(stage=stage, done=done, moment=now, left=left)
        if seen is not None and seen.stage == stage and 0 < seen.done <= done and left < seen.left:
            self._passed += now - seen.moment
            self._behind += seen.left - left
        if self._behind < max(LEAST_SECONDS, LEAST_SHARE * (self._behind + left)):
            return left
        return left * min(MOST_SLOWER, max(1 / MOST_SLOWER, self._passed / self._behind))

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
