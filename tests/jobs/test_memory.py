"""Memory goes back to the system."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from core.jobs import memory
from tests.test_launch import MEASURES


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


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked for it")
def test_a_process_on_its_own_can_let_its_threads_keep_large_blocks():
    """As the command line does, which no launcher has started."""
    begin = "from core.jobs.memory import keep_large_blocks\nkeep_large_blocks()\n"
    found = subprocess.run(
        [sys.executable, "-c", begin + MEASURES], capture_output=True, text=True, check=True
    )
    assert int(found.stdout) < 1_000


def test_a_collection_passes_over_what_was_there_before():
    """As the server does once it is up: a full collection stops every thread for as long as it takes."""
    begin = "import gc, core.jobs.memory as memory\nmemory.pass_over_what_stays()\n"
    found = subprocess.run(
        [sys.executable, "-c", f"{begin}print(gc.get_freeze_count(), len(gc.get_objects()))"],
        capture_output=True,
        text=True,
        check=True,
    )
    passed_over, looked_through = (int(number) for number in found.stdout.split())
    assert passed_over > 1_000
    assert looked_through < passed_over / 10


def test_it_goes_back_however_the_work_ends(monkeypatch: pytest.MonkeyPatch):
    given: list[None] = []
    monkeypatch.setattr(memory, "give_back", lambda: given.append(None))
    with memory.given_back():
        assert given == []
    with pytest.raises(ValueError, match="broken"), memory.given_back():
        raise ValueError("broken")
    assert given == [None, None]


def test_systems_that_cannot_be_asked_are_no_trouble(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "_of_libc", lambda _name: None)
    assert memory.give_back() is None
    assert memory.keep_large_blocks() is None
