"""How quickly a piece of work goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """Pictures per second since the work was first seen to move."""

    now: Callable[[], float] = time.monotonic  # seconds
    _started: float | None = field(default=None, init=False)

    def rate(self, done: int) -> float | None:
        """Return how many are done per second; None before anything can be told."""
        moment = self.now()
        if self._started is None:
            self._started = moment
        passed = moment - self._started
        return done / passed if passed > 0 and done else None

    def seconds_left(self, done: int, total: int) -> float | None:
        """Return the seconds to the end at this pace; None before anything can be told."""
        rate = self.rate(done)
        return (total - done) / rate if rate else None
