"""Notes of jobs under way, so that a later process can tell which ones were cut short with this one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from core.domain.errors import StoreError
from core.domain.run import JobSnapshot
from core.store.files import hash_of, make_folder, read_whole, remove_tree, told, write_whole
from core.store.owner import Owner, is_alive


class JobNotes:
    """One small file per job, in a folder per process; who ends a job removes its note."""

    def __init__(self, folder: Path, owner: Owner) -> None:
        self._folder, self._own = folder, folder / owner.key

    def keep(self, job: JobSnapshot) -> None:
        """Keep a note of a job that begins. Raises StoreError."""
        make_folder(self._own)
        write_whole(self._place(job.id), msgspec.json.encode(job))

    def drop(self, job_id: str) -> None:
        """Remove the note of a job that has ended, if there is one. Raises StoreError."""
        with told(self._own):
            self._place(job_id).unlink(missing_ok=True)

    def take_left(self, alive: Callable[[Owner], bool] = is_alive) -> tuple[JobSnapshot, ...]:
        """Return the jobs that were under way in processes that have ended, and remove their notes.

        What cannot be read is left out.
        """
        found: list[JobSnapshot] = []
        if not self._folder.is_dir():
            return ()
        with told(self._folder):
            folders = sorted(self._folder.iterdir())
        for folder in folders:
            owner = Owner.from_key(folder.name)
            if owner is None or not alive(owner):
                found += (job for note in sorted(folder.glob("*.json")) if (job := _read(note)))
                remove_tree(folder)
        return tuple(found)

    def _place(self, job_id: str) -> Path:
        return self._own / f"{hash_of(job_id.encode())}.json"


def _read(note: Path) -> JobSnapshot | None:
    try:
        return msgspec.json.decode(read_whole(note), type=JobSnapshot)
    except (StoreError, msgspec.MsgspecError):
        return None
