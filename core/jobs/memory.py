"""Memory between the stages of long work: what nothing uses any more goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys
from functools import cache
from typing import Any


def give_back() -> None:
    """Collect what only rings of references keep, and hand free memory back to the system.

    The app lets its allocator keep what was freed, which is quick within a stage and wasteful behind it.
    Only glibc can be asked for it; elsewhere the system sees to it itself.
    """
    gc.collect()
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Any:  # noqa: ANN401 - a function of the C library
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
