"""The way back for what was deleted, from wherever it is offered."""

from __future__ import annotations

from core.domain.deleted import DeletedKind
from core.domain.errors import AppError
from ui import state
from ui.services import open_studio


def bring_back(kind: DeletedKind, deleted_id: str, name: str) -> bool:
    """Bring a deleted project or run back and return whether it could be; the next drawing tells of it."""
    studio = open_studio()
    restore = studio.restore_project if kind is DeletedKind.PROJECT else studio.restore_run
    try:
        now = restore(deleted_id)
    except AppError as problem:
        state.warn(f"{problem.message} {problem.hint}".strip())
        return False
    other = "project" if kind is DeletedKind.PROJECT else "training run"
    renamed = f" as “{now}”: another {other} has its name by now" if now != name else ""
    state.tell(f"“{name}” is back{renamed}.")
    return True
