"""Whether half precision passes a frozen network faster here: not every processor that has it gains by it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import torch

from core.models.engine import Engine, Precision
from core.models.openvino import versions
from core.models.torch_engine import computes_bf16
from core.training.features import FROZEN_BATCH
from core.training.remembered import remembered, worth_half

PASSES: Final = 3  # timed ones in each precision, after one that is not
SECONDS: Final = 3.0  # after which no further pass begins


def faster_pass(
    compiled: Callable[[Precision], Engine],
    *,
    network: str,
    image_size: int,
    cache: Path,
    device: torch.device,
) -> Precision:
    """Return the precision in which a frozen network passes pictures faster; remembered in ``cache``.

    ``compiled`` prepares the network, which ``network`` names, for pictures of ``image_size``. Where the
    device has no half precision, nothing is prepared or tried.
    """
    if not computes_bf16(device):
        return "fp32"
    work = f"{network} frozen, {image_size} px, {versions()[1]}"
    return remembered(work, lambda: _tried(compiled, image_size), cache=cache, device=device)


def _tried(compiled: Callable[[Precision], Engine], image_size: int) -> Precision:
    """Return the faster precision by the least disturbed pass in each; passes are taken in turn."""
    shape = (FROZEN_BATCH, image_size, image_size, 3)
    pictures = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    precisions: tuple[Precision, ...] = ("fp32", "bf16")
    engines = {precision: compiled(precision) for precision in precisions}
    taken: dict[Precision, list[float]] = {precision: [] for precision in precisions}
    deadline = time.perf_counter() + SECONDS
    for _ in range(PASSES + 1):
        for precision, engine in engines.items():
            began = time.perf_counter()
            engine(pictures)
            taken[precision].append(time.perf_counter() - began)
        if time.perf_counter() > deadline:
            break
    # the first pass makes ready what later ones find, and counts only where there is no other
    return worth_half({precision: min(seconds[1:] or seconds) for precision, seconds in taken.items()})
