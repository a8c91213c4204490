"""Memory in long work: kept between its steps, and given back behind it."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

# parameters of glibc's mallopt, and as much as its numbers hold: see core.launch.ALLOCATOR
_MOST: Final = 2**31 - 1
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8
_KEEPING: Final = ((_MMAP_THRESHOLD, _MOST), (_TRIM_THRESHOLD, _MOST), (_TOP_PAD, 2**28), (_ARENA_MAX, 1))


def keep_large_blocks() -> None:
    """Let the allocator keep blocks that were freed, as the launcher does for the app's server.

    For a process that has one thread so far. Only glibc can be asked for it.
    """
    mallopt = _of_libc("mallopt")
    if mallopt is not None:
        for parameter, value in _KEEPING:
            mallopt(parameter, value)


def give_back() -> None:
    """Collect what only rings of references keep, and hand free memory back to the system.

    An allocator that keeps what was freed is quick within a stage and wasteful behind it.
    Only glibc can be asked for it; elsewhere the system sees to it itself.
    """
    gc.collect()
    trim = _of_libc("malloc_trim")
    if trim is not None:
        trim(0)


def pass_over_what_stays() -> None:
    """Keep what is there by now out of every later collection, for good: modules, and what they made.

    To be called once, when most of a program is loaded. A full collection stops every thread, for a third of
    a second with the objects of the app that has just started; only what comes later is looked through then.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def given_back() -> Iterator[None]:
    """Give back, at the end of what is done under it, what that no longer uses."""
    try:
        yield
    finally:
        give_back()


@cache
def _of_libc(name: str) -> Any:  # noqa: ANN401 - a function of the C library
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), name, None)  # musl has neither
