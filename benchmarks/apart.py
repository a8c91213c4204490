"""Every way that is compared runs in a process of its own, started as its users start it.

Sightsmith's launcher sets the allocator up before the server starts (``core.launch.ALLOCATOR``), which is one
of the means of its speed; a script that follows a tutorial is started plainly. With ``--alike``, a benchmark
gives these settings to all, so that what else there is can be told from them.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from core.launch import ALLOCATOR
from core.models.openvino import import_openvino

P = ParamSpec("P")
T = TypeVar("T")
Measured = tuple[float, float]  # seconds, accuracy
PLAIN: Mapping[str, str] = {}


def apart(settings: Mapping[str, str], work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what ``work`` returns in a fresh process with these settings of the allocator, and no others."""
    with _environment(settings):
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as process:
            return process.submit(work, *args, **kwargs).result()


def clocked(needs: Sequence[str], train: Callable[P, float], *args: P.args, **kwargs: P.kwargs) -> Measured:
    """Return the seconds that a training takes, and its accuracy; what it ``needs`` is imported before."""
    for name in needs:
        # imported by others than us, OpenVINO begins processes that report what it converts
        import_openvino() if name == "openvino" else importlib.import_module(name)
    started = time.perf_counter()
    accuracy = train(*args, **kwargs)
    return time.perf_counter() - started, accuracy


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Set the variables that a process reads as it begins, for as long as one is begun."""
    before = {name: os.environ.pop(name, None) for name in ALLOCATOR}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
