"""Keeping the caches within the space they may take."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.data.folder_lock import LOCK
from core.data.segments import INDEX, ROWS, evict
from core.settings import Settings
from core.store.workspace import Workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Something in a cache that is kept or removed as a whole."""

    path: Path
    size: int  # bytes
    last_used: float  # seconds since 1970


def keep_within(workspace: Workspace, settings: Settings) -> None:
    """Remove what was not used for longest until all caches together take ``settings.cache_bytes`` at most.

    Nothing here is ever lost: what was removed is computed again. Rows that this process has open stay, and
    so does what the system does not let go of. What was tried on this machine stays as well: it takes a few
    kilobytes, and a run that goes on has to go on in the same precision. Meant for the end of a job.
    """
    kept = sorted(_all_kept(workspace), key=lambda one: one.last_used)
    size, removed = sum(one.size for one in kept), 0
    for one in kept:
        if size <= settings.cache_bytes:
            break
        if _remove(one.path):
            size, removed = size - one.size, removed + one.size
    if removed:
        log.info("removed %.2f GB of caches, %.2f GB are left", removed / 1024**3, size / 1024**3)


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
