"""How graphics processors compute: the same way twice, and with all digits of a float."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import torch

_SWITCHED: Final = {"cuda"}  # kinds of devices that would rather be quick: those with cuDNN


class _Switches:
    """cuDNN's switches, which all threads share: the first who needs them sets, the last puts them back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before = (False, True)

    def set(self) -> None:
        cudnn = torch.backends.cudnn
        with self._lock:
            if not self._users:
                self._before = cudnn.deterministic, cudnn.allow_tf32
                cudnn.deterministic, cudnn.allow_tf32 = True, False
            self._users += 1

    def put_back(self) -> None:
        cudnn = torch.backends.cudnn
        with self._lock:
            self._users -= 1
            if not self._users:
                cudnn.deterministic, cudnn.allow_tf32 = self._before


_SWITCHES: Final = _Switches()


@contextmanager
def repeatable(device: torch.device) -> Iterator[None]:
    """Let convolutions on ``device`` repeat themselves bit for bit, in 32 bits where they are told to.

    NVIDIA's cards otherwise take whichever way is quickest, and leave out 13 of 23 binary digits (TF32): then
    features are not those that a processor keeps under the same name. A few operations have no way that
    repeats itself there, as the way back through some poolings.
    """
    if device.type not in _SWITCHED:
        yield
        return
    _SWITCHES.set()
    try:
        yield
    finally:
        _SWITCHES.put_back()
