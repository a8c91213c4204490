"""Room on the disk: what can be computed again makes way before anything is refused or left off."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from core.domain.errors import DiskFullError, StoreError
from core.jobs.caches import FLOOR_BYTES, keep_within
from core.settings import Settings
from core.store.files import free_bytes, refusal_told
from core.store.workspace import Workspace

log = logging.getLogger(__name__)


def make_room(workspace: Workspace, settings: Settings, needed: int = 0) -> None:
    """Let caches make way where the disk has less free than ``needed`` bytes and some to go on with.

    It never fails: where no room can be made, who needs it says so.
    """
    try:
        if free_bytes(workspace.paths.home) < needed + FLOOR_BYTES:
            keep_within(workspace, settings, needed=needed)
    except (OSError, StoreError) as problem:
        log.warning("no room could be made: %s", problem)


def with_room(
    workspace: Workspace, settings: Settings, work: Callable[[], None], *, again: Callable[[], None]
) -> None:
    """Do the work, and once more where the disk was full and caches could make way.

    ``again`` is called before the second time, where there is one. Raises DiskFullError where the disk takes
    nothing more, whatever the reason, besides what ``work`` raises.
    """
    try:
        with refusal_told(workspace.paths.home):
            work()
    except DiskFullError:
        removed = 0
        with suppress(OSError):
            removed = keep_within(workspace, settings)
        if not removed:
            raise
    else:
        return
    again()  # not while the error is there: it holds on to everything that the first time had open
    with refusal_told(workspace.paths.home):
        work()
