"""Torch's own random generators, which all threads of a process share, for one thread at a time.

Dropout, and the first weights of a network, can be drawn from no others. Whoever draws does it under
``seeded`` or ``own_turn``: so it depends on its own seed, and never on what other threads do meanwhile.
Networks in evaluation mode, and such as are built to be given their weights, draw nothing and need neither.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_TURN = threading.RLock()
_CPU = torch.device("cpu")


@contextmanager
def own_turn(device: torch.device = _CPU) -> Iterator[None]:
    """Keep other threads from the generators, and put back those of the processor and of ``device``.

    Others that draw wait until it ends: it should take no more than a step.
    """
    with _TURN, torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        yield


@contextmanager
def seeded(seed: int, device: torch.device = _CPU) -> Iterator[None]:
    """Let what is drawn on ``device`` meanwhile, and on the processor, follow from ``seed`` alone."""
    with own_turn(device):
        if device.type == "cpu":
            torch.default_generator.manual_seed(seed)
        else:
            torch.manual_seed(seed)
        yield
