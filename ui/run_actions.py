"""What clicks do to training runs; a click that comes too late is told in words, at the next drawing."""

from __future__ import annotations

from collections.abc import Callable

from core.domain.deleted import DeletedKind
from core.domain.errors import AppError
from core.domain.run import Move
from ui import services, state
from ui.bringing_back import bring_back


def pause(run_id: str) -> None:
    """Let a run leave off, or take a waiting one out of the queue."""
    _told(lambda: services.open_studio().pause(run_id))


def resume(run_id: str) -> None:
    """Go on with a run."""
    _told(lambda: services.open_studio().resume(run_id))


def discard(run_id: str) -> None:
    """End a run and keep nothing of it."""
    _told(lambda: services.open_studio().discard(run_id))


def move(run_id: str, direction: Move) -> None:
    """Change a waiting run's place."""
    _told(lambda: services.open_studio().move(run_id, direction))


def delete(run_id: str, name: str) -> None:
    """Take a run out of sight; the page offers it back."""
    if _told(lambda: services.open_studio().delete_run(run_id)):
        state.remember_deleted_run(run_id, name)


def restore(run_id: str, name: str) -> None:
    """Bring the deleted run back."""
    if bring_back(DeletedKind.RUN, run_id, name):
        state.forget_deleted_run()


def _told(act: Callable[[], object]) -> bool:
    """Do it and return whether it could be done; where not, the page says why."""
    try:
        act()
    except AppError as problem:
        state.warn(str(problem))
        return False
    return True
