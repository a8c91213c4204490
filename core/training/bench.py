"""What is tried before a run to tell its costs, and the frozen networks in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.data.parallel import check, never
from core.domain.config import TrainConfig
from core.models.engine import Precision
from core.models.surgery import Classifier
from core.training.features import FROZEN_BATCH, Frozen

Pixels = npt.NDArray[np.uint8]  # (N, H, W, 3)
Compile = Callable[[nn.Module, Precision], Frozen]

PASSES: Final = 4  # timed ones of a frozen network, after one that is not
QUARTER: Final = 0.25
SHARE: Final = 0.1  # of the time of a trial, that they may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """How the run will compute, and where it may be tried.

    ``compile`` prepares a frozen network as the run will: what it keeps, the run finds. ``anew`` does so as
    if nothing had been kept; it is asked only where ``compile`` had everything.
    """

    compile: Compile
    anew: Compile
    folder: Path  # holds a file for a moment, on the disk where checkpoints will lie
    half: bool = False  # whether the learning part is computed in bfloat16
    stopped: Callable[[], bool] = never


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried: a copy of the model, and how."""

    model: Classifier
    config: TrainConfig
    pictures: Pixels
    bench: Bench
    seconds: float

    @property
    def pixels(self) -> Tensor:
        """A batch of pictures as the network takes them, (B, 3, H, W) bytes, channels last."""
        device = next(self.model.parameters()).device
        return torch.from_numpy(batch_of(self.pictures)).to(device).permute(0, 3, 1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readied:
    """Seconds until a frozen network was ready, and then for each picture."""

    seconds: float
    per_picture: float


def undisturbed(seconds: Sequence[float]) -> float:
    """Return what a piece of work takes while nothing else holds it up, from a few times of it.

    The time that a quarter stays below: one disturbance can make a step ten times as long, and never shorter.
    """
    return float(np.quantile(seconds, QUARTER))


def readied(trial: Trial, module: nn.Module, precision: Precision) -> Readied:
    """Return how long it takes to prepare a network that does not learn, and to run it. Raises Cancelled."""
    check(trial.bench.stopped)
    began = time.perf_counter()
    frozen = trial.bench.compile(module, precision)
    ready = time.perf_counter() - began
    return Readied(seconds=ready, per_picture=_per_picture(trial, frozen))


def _per_picture(trial: Trial, frozen: Frozen) -> float:
    """Return the seconds per picture of a frozen network, in batches as the frozen pass makes them."""
    batch = batch_of(trial.pictures)
    frozen(batch)  # makes ready what later ones find
    taken: list[float] = []
    while len(taken) < PASSES and sum(taken) < SHARE * trial.seconds:
        check(trial.bench.stopped)
        began = time.perf_counter()
        frozen(batch)
        taken.append(time.perf_counter() - began)
    return undisturbed(taken) / len(batch)


def batch_of(pictures: Pixels) -> Pixels:
    """Return as many pictures as a frozen pass takes at once."""
    return pictures[np.arange(FROZEN_BATCH) % len(pictures)]
