"""How quickly a piece of work goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """Pictures per second since the work was first seen to move; what was known by then took no time."""

    now: Callable[[], float] = time.monotonic  # seconds
    _since: tuple[int, float] | None = field(default=None, init=False)  # done, and when
    _reached: int = field(default=0, init=False)

    def rate(self, done: int) -> float | None:
        """Return how many are done per second; None before anything can be told."""
        moment = self.now()
        fell, self._reached = done < self._reached, done
        if self._since is None or fell:
            self._since = (done, moment) if done else None
            return None
        known, since = self._since
        return (done - known) / (moment - since) if done > known and moment > since else None

    def seconds_left(self, done: int, total: int) -> float | None:
        """Return the seconds to the end at this pace; None before anything can be told."""
        rate = self.rate(done)
        return (total - done) / rate if rate else None
