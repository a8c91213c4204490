"""Keeping the caches within the space they may take."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.data.folder_lock import LOCK
from core.data.segments import INDEX, ROWS, evict
from core.settings import Settings
from core.store.files import free_bytes
from core.store.workspace import Workspace

log = logging.getLogger(__name__)

FLOOR_BYTES: Final = 2 * 1024**3  # caches leave this much of the disk free: jobs and other programs go on


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Something in a cache that is kept or removed as a whole."""

    path: Path
    size: int  # bytes
    last_used: float  # seconds since 1970


def keep_within(workspace: Workspace, settings: Settings, *, needed: int = 0) -> int:
    """Remove what was not used for longest until caches take no more than they may; return the bytes removed.

    They may take ``settings.cache_bytes`` all together, and have to leave ``needed`` bytes and a floor of the
    disk free. Nothing here is ever lost: what was removed is computed again. Rows that this process reads or
    writes stay, and so do activations, which belong to jobs, and what the system does not let go of. What was
    tried on this machine stays as well: it takes a few kilobytes, and a run that goes on has to go on in the
    same precision.
    """
    kept = sorted(_all_kept(workspace), key=lambda one: one.last_used)
    size, removed = sum(one.size for one in kept), 0
    room = size + free_bytes(workspace.paths.home) - FLOOR_BYTES - needed
    for one in kept:
        if size <= min(settings.cache_bytes, room):
            break
        if one.path.is_relative_to(workspace.paths.cache("activations")):
            continue
        if _remove(one.path):
            size, removed = size - one.size, removed + one.size
    if removed:
        log.info("removed %.2f GB of caches, %.2f GB are left", removed / 1024**3, size / 1024**3)
    return removed


def cached_bytes(workspace: Workspace) -> int:
    """Return how much can be computed again lies in the caches, what is in use there included."""
    return sum(one.size for one in _all_kept(workspace))


def _all_kept(workspace: Workspace) -> Iterator[_Kept]:
    """Yield every file that may go; the index of a segment counts as part of its rows."""
    trials = workspace.paths.cache("trials")
    for path in trials.parent.rglob("*"):  # every kind lies beside it
        if path.suffix == INDEX or path.name == LOCK or path.parent == trials:
            continue
        with suppress(OSError):  # gone since it was listed
            if not path.is_file():
                continue
            state = path.stat()
            size = state.st_size
            last_used = state.st_mtime
            if path.suffix == ROWS:  # noted as used by its time of change
                with suppress(FileNotFoundError):
                    size += path.with_suffix(INDEX).stat().st_size
            else:
                last_used = max(state.st_atime, last_used)
            yield _Kept(path=path, size=size, last_used=last_used)


def _remove(path: Path) -> bool:
    if path.suffix == ROWS:
        return evict(path)
    try:
        path.unlink()
    except OSError:
        return False
    return True
