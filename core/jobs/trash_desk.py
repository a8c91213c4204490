"""What can be asked about what was deleted, and about the room that things take on the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.domain.deleted import Deleted, DeletedKind, Share, TakenRoom
from core.domain.errors import StoreError
from core.domain.run import JobKind
from core.jobs.caches import cached_bytes, keep_within
from core.jobs.desk import Desk
from core.jobs.removing import remove_project, remove_run
from core.store.workspace import Workspace

_OF_A_RUN: Final = (JobKind.TEST, JobKind.MAP, JobKind.LABELS, JobKind.ANSWER, JobKind.PACK)


class TrashDesk(Desk):
    """The part of the studio that brings back what was deleted, or removes it for good."""

    def deleted(self) -> tuple[Deleted, ...]:
        """Return the deleted projects, newest first, and the deleted runs of the others, newest first."""
        return self._workspace.trash.all()

    def remove_for_good(self, kind: DeletedKind, deleted_id: str) -> None:
        """Remove a deleted project or run with everything that nothing else needs. It cannot be undone.

        Raises:
            StoreError: it is not among what was deleted, or a job of its project is under way.
            RunError: the same of a run.
        """
        found = next((one for one in self.deleted() if (one.kind, one.id) == (kind, deleted_id)), None)
        if found is not None:
            self._refuse_while_used(found)
        (remove_project if kind is DeletedKind.PROJECT else remove_run)(self._workspace, deleted_id)

    def taken_room(self) -> TakenRoom:
        """Return how much room removing things would make. It looks at many files: not for every drawing."""
        deleted = self.deleted()
        of = {one.id: self._its(one) for one in deleted}  # all that names pictures in it: projects, and runs
        named = {**self._workspace.further_tests.by_run(), **self._workspace.trash.named_by_projects()}
        kept = self._workspace.datasets.earlier_pictures()
        alone = {key: _only_in(owners, named) - kept for key, owners in of.items()}
        together = _only_in({owner for owners in of.values() for owner in owners}, named) - kept
        files = {key: sum(_run_bytes(self._workspace, run) for run in owners) for key, owners in of.items()}
        return TakenRoom(
            shares=tuple(
                Share(
                    id=one.id,
                    pictures=len(alone[one.id]),
                    size=files[one.id] + _picture_bytes(self._workspace, alone[one.id]),
                )
                for one in deleted
            ),
            deleted=sum(files.values()) + _picture_bytes(self._workspace, together),
            temporary=cached_bytes(self._workspace),
        )

    def clear_temporary(self) -> int:
        """Remove what can be computed again and is not in use; return how many bytes that were.

        Raises:
            StoreError: a job is under way, which needs it.
        """
        going = next((job for job in self._runner.snapshots() if job.status.active), None)
        if going is not None:
            raise StoreError(
                f"Temporary files are in use: “{going.title}” is under way.",
                hint="Wait for its end, or stop it, and clear them then.",
            )
        self._workspace.sweep_activations()
        return keep_within(self._workspace, replace(self.settings, cache_bytes=0))

    def _its(self, one: Deleted) -> frozenset[str]:
        """Return the ids of the project and its runs, or of the run."""
        if one.kind is DeletedKind.RUN:
            return frozenset((one.id,))
        return frozenset((one.id, *self._workspace.trash.runs_of(one.id)))

    def _refuse_while_used(self, one: Deleted) -> None:
        for job in self._runner.snapshots():
            of_it = one.kind is DeletedKind.PROJECT or job.kind in _OF_A_RUN
            if job.status.active and job.project_id == one.project_id and of_it:
                raise StoreError(
                    f"“{one.name}” cannot be removed while “{job.title}” is under way.",
                    hint="Wait for its end, or stop it first.",
                )


def _only_in(owners: Iterable[str], named: Mapping[str, Iterable[str]]) -> set[str]:
    """Return what these owners name and nobody else does."""
    everywhere = Counter(one for hashes in named.values() for one in hashes)
    ours = Counter(one for owner in owners for one in named.get(owner, ()))
    return {one for one, times in ours.items() if times == everywhere[one]}


def _run_bytes(workspace: Workspace, run_id: str) -> int:
    return _folder_bytes(workspace.paths.run(run_id)) + _folder_bytes(workspace.paths.checkpoints(run_id))


def _folder_bytes(folder: Path) -> int:
    return sum(_size(path) for path in folder.rglob("*")) if folder.is_dir() else 0


def _picture_bytes(workspace: Workspace, hashes: Iterable[str]) -> int:
    return sum(_size(workspace.paths.picture(sha256)) for sha256 in hashes)


def _size(path: Path) -> int:
    with suppress(OSError):  # gone since it was named
        return path.stat().st_size if path.is_file() else 0
    return 0
