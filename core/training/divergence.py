"""Notices when learning destroys instead of improves: a loss that explodes, or is no number any more."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.domain.errors import RunError

MEMORY = 0.9  # share of the smoothed loss that the next batch keeps
SETTLED = 5  # batches after which the start is known
EXPLODED = 4.0  # times the loss at the start: worse than guessing, whatever the classes


class DivergedError(RunError):
    """The loss exploded or is no number: the learning rate is too high."""

    def __init__(self, message: str, *, rate: float) -> None:
        super().__init__(message, hint="Start again with a tenth of that learning rate.")
        self.rate = rate


@dataclass(slots=True)
class Watch:
    """Follows the loss from batch to batch: that of pictures as they are, each counting once.

    Where rare classes have more weight, a single picture of theirs can make a batch look like an explosion.
    """

    batches: int = 0
    start: float = 0.0  # mean loss of the first batches
    smooth: float = 0.0

    def look(self, loss: float, *, epoch: int, rate: float) -> None:
        """Take in the loss of one batch; raise DivergedError where it explodes."""
        if not math.isfinite(loss):
            raise DivergedError(
                f"The loss stopped being a number in epoch {epoch}, at a learning rate of {rate:.1e}.",
                rate=rate,
            )
        self.batches += 1
        if self.batches <= SETTLED:
            self.start += (loss - self.start) / self.batches
            self.smooth = self.start
            return
        self.smooth = MEMORY * self.smooth + (1 - MEMORY) * loss
        if self.smooth > EXPLODED * max(self.start, 1.0):
            raise DivergedError(
                f"The loss exploded in epoch {epoch}, from {self.start:.2g} to {self.smooth:.2g}, at a "
                f"learning rate of {rate:.1e}.",
                rate=rate,
            )
