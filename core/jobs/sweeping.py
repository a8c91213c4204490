"""Sweeping away pictures that no data set names: what an import has kept before its process was ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.jobs.thumbnails import drop_thumbnails
from core.store.files import told
from core.store.owner import Owner, is_alive, this_process
from core.store.pictures import kept_pictures
from core.store.workspace import Workspace

_MARK: Final = "to-be-swept"  # beside the pictures, until they have been swept


def sweep_pictures(workspace: Workspace, alive: Callable[[Owner], bool] = is_alive) -> int:
    """Remove the picture files that no data set names, if there can be any; return how many were removed.

    To be called before ``Workspace.sweep_staging``: what ended processes left there tells that an import of
    theirs was cut short; a usual start finds nothing and costs nothing. While an import may be under way, in
    this process or another, nothing is removed, because its pictures have no name yet either; a mark makes
    a later start do it. Raises StoreError.
    """
    living, ended = _processes(workspace.paths.staging, alive)
    if ended:
        have_swept(workspace)
    if living or not due(workspace):
        return 0
    dropped = workspace.datasets.drop_pictures(kept_pictures(workspace.paths))
    drop_thumbnails(workspace, dropped)
    swept(workspace)
    return len(dropped)


def drop_pictures(
    workspace: Workspace, hashes: Iterable[str], alive: Callable[[Owner], bool] = is_alive
) -> bool:
    """Remove those of these pictures that nothing names and no import holds, with their small copies.

    While another process may import, which could hold any of them, a mark leaves it to a later start, and
    False is returned. Raises StoreError.
    """
    living, _ended = _processes(workspace.paths.staging, alive)
    if living - {this_process().key}:
        have_swept(workspace)
        return False
    drop_thumbnails(workspace, workspace.datasets.drop_pictures(hashes))
    return True


def due(workspace: Workspace) -> bool:
    """Whether the next start will sweep the pictures."""
    return (workspace.paths.pictures / _MARK).exists()


def have_swept(workspace: Workspace) -> None:
    """Have a later start sweep the pictures, where there are any."""
    if workspace.paths.pictures.is_dir():
        mark = workspace.paths.pictures / _MARK
        with told(mark):
            mark.touch()


def swept(workspace: Workspace) -> None:
    """Have no later start sweep the pictures any more."""
    mark = workspace.paths.pictures / _MARK
    with told(mark):
        mark.unlink(missing_ok=True)


def _processes(staging: Path, alive: Callable[[Owner], bool]) -> tuple[set[str], set[str]]:
    """Return the keys of living processes that work in staging, and names that ended ones left there."""
    living: set[str] = set()
    ended: set[str] = set()
    for folder in _entries(staging):
        if any(_entries(folder)):
            owner = Owner.from_key(folder.name)
            (living if owner is not None and alive(owner) else ended).add(folder.name)
    return living, ended


def _entries(folder: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        for entry in entries:
            yield Path(entry.path)
