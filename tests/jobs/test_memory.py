"""Memory goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import pytest

from core.jobs import memory


def resident() -> int:
    """Return the bytes of anonymous memory that this process holds."""
    lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks for it the way Linux tells it")
def test_what_was_freed_goes_back():
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("this C library has nothing to be asked")
    size = 64 * 1024  # below what the allocator would map, and so give back, by itself
    held = [bytearray(size) for _ in range(1_000)]
    full = resident()
    keep = held[::100]  # so that the heap cannot simply shrink from its end
    held.clear()
    memory.give_back()
    assert resident() < full - 40_000_000
    assert len(keep) == 10


def test_systems_that_cannot_be_asked_are_no_trouble(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "_trim", lambda: None)
    assert memory.give_back() is None
