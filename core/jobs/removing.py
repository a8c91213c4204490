"""Removing what was deleted for good: rows first, then files, then the pictures that nothing else needs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from core.jobs.sweeping import drop_pictures, due, have_swept, swept
from core.store.trash import Removed
from core.store.workspace import Workspace


def remove_project(workspace: Workspace, project_id: str) -> None:
    """Remove a deleted project for good, with its versions and runs. Raises StoreError."""
    _remove(workspace, lambda: workspace.trash.remove_project(project_id))


def remove_run(workspace: Workspace, run_id: str) -> None:
    """Remove a deleted run for good; the pictures of its project stay. Raises RunError or StoreError."""
    _remove(workspace, lambda: workspace.trash.remove_run(run_id))


def _remove(workspace: Workspace, remove: Callable[[], Removed]) -> None:
    """Remove rows and everything behind them; where that is cut short, the next start does the rest."""
    already = due(workspace)
    have_swept(workspace)
    try:
        gone = remove()
    except BaseException:
        if not already:
            swept(workspace)
        raise
    workspace.trash.sweep()  # before the pictures: further tests name some as long as their folders are there
    if drop_pictures(workspace, gone.pictures) and not already:
        swept(workspace)
    _forget_findings(workspace, gone)


def _forget_findings(workspace: Workspace, gone: Removed) -> None:
    """Remove what caches keep of these runs and versions by their ids: names of files stand in it."""
    cache = workspace.paths.cache
    for folder, ids in ((cache("labels"), gone.runs), (cache("maps"), gone.datasets)):
        for found in folder.glob("*.json"):
            if found.name.startswith(ids):
                with suppress(OSError):
                    found.unlink()
