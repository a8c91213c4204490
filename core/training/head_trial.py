"""What a step of the exact fit of a head costs here, for any number of rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import numpy as np
import torch
from torch.nn import functional

from core.domain.errors import Cancelled
from core.training.bench import undisturbed
from core.training.lbfgs import Fits, minimise
from core.training.turns import TURNS

ROWS: Final = (128, 1024)  # between them and beyond, a step takes as long as a straight line says
STEPS: Final = 8  # timed ones, after one that is not
_PENALTY: Final = 1.0
_SEED: Final = 0


def exact_seconds(features: int, outputs: int, *, softmax: bool) -> tuple[float, float]:
    """Return the seconds of a step of five fits side by side: of any such step, and of each row in it.

    Rows have ``features`` numbers and are drawn at random, with a generator of their own: what a step costs
    does not depend on what they say.
    """
    few, many = (_step(rows, features, outputs, softmax=softmax) for rows in ROWS)
    per_row = max(0.0, (many - few) / (ROWS[1] - ROWS[0]))
    return max(0.0, few - ROWS[0] * per_row), per_row


def _step(rows: int, features: int, outputs: int, *, softmax: bool) -> float:
    generator = torch.Generator().manual_seed(_SEED)
    turn = torch.arange(rows) % TURNS
    looks = torch.randn(rows, features + 1, generator=generator)
    shown = torch.randint(max(2, outputs), (rows,), generator=generator)
    fits = Fits(
        rows=looks,
        targets=functional.one_hot(shown, max(2, outputs)).float()[:, -outputs:],
        counts=(turn[:, None] != torch.arange(TURNS)).float(),
        softmax=softmax,
    )
    began, stopped = _counting()
    with suppress(Cancelled):
        minimise(fits, fits.zeros(), penalty=_PENALTY, tolerance=0.0, stopped=stopped)
    return undisturbed(np.diff(began[1:]).tolist())


def _counting() -> tuple[list[float], Callable[[], bool]]:
    """Return when steps began, a list that grows, and what to ask before each: it says when it is enough."""
    began: list[float] = []

    def stopped() -> bool:
        began.append(time.perf_counter())
        return len(began) > STEPS + 1

    return began, stopped
