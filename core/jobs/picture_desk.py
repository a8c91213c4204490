"""What can be asked about pictures: imports, versions, edits, thumbnails, export."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from core.data.archive import FoundFile
from core.data.decode import thumbnail as draw_thumbnail
from core.data.parallel import never
from core.data.samples import sample_sets
from core.domain.dataset import Dataset
from core.domain.edit import Edit, EditKind, VersionLine
from core.domain.errors import DatasetError, StoreError
from core.domain.facts import PictureFacts
from core.domain.project import Project, ProjectSummary, SampleSet
from core.domain.run import JobKind, JobSnapshot
from core.jobs.desk import Desk
from core.jobs.editing import apply_edit, recheck
from core.jobs.import_task import (
    ImportOrder,
    Reader,
    from_archive,
    from_files,
    from_folder,
    from_sample_set,
    import_pictures,
)
from core.jobs.runner import JobContext
from core.jobs.thumbnails import keep_thumbnail
from core.sharing.dataset_zip import write_dataset_zip
from core.store.files import remove_tree
from core.store.projects import free_name
from core.store.workspace import utc_now

MANY = 5_000  # a change to more pictures than these takes longer than a page may keep its visitor waiting

_LOST = {  # with the project, if it were deleted meanwhile
    JobKind.IMPORT: "pictures are being brought in",
    JobKind.EDIT: "its pictures are being changed",
}


class PictureDesk(Desk):
    """The part of the studio that keeps projects and their pictures."""

    def summaries(self) -> tuple[ProjectSummary, ...]:
        """Return what the cards of all projects show, newest first."""
        return self._workspace.projects.summaries()

    def project(self, project_id: str) -> Project | None:
        """Return the project, or None when there is none or it was deleted."""
        return self._workspace.projects.get(project_id)

    def create_project(self, name: str, *, credit: str = "") -> Project:
        """Return a new, empty project."""
        return self._workspace.projects.create(name.strip() or "My pictures", credit=credit)

    def rename_project(self, project_id: str, name: str) -> None:
        """Give the project another name."""
        self._workspace.projects.rename(project_id, name)

    def describe_project(
        self, project_id: str, *, purpose: str | None = None, responsible: str | None = None
    ) -> None:
        """Say what the project's models are for, or who answers for them; what is None stays.

        Raises StoreError: there is no such project, or one of them is too long.
        """
        self._workspace.projects.describe(project_id, purpose=purpose, responsible=responsible)

    def delete_project(self, project_id: str) -> None:
        """Take the project out of sight, and stop what works on it; ``restore_project`` brings it back.

        Raises:
            StoreError: there is no such project, or a training of it is not finished, or pictures of it are
                being brought in or changed, which would be lost.
        """
        project = self._known(project_id)
        for job in self._going(project_id):
            if job.kind in _LOST:
                raise StoreError(
                    f"'{project.name}' cannot be deleted while {_LOST[job.kind]}.",
                    hint="Stop that first, or wait for its end.",
                )
        self._workspace.projects.delete(project_id)
        for job in self._going(project_id):
            self._runner.stop(job.id)

    def _going(self, project_id: str) -> tuple[JobSnapshot, ...]:
        """Return the project's jobs that are under way."""
        jobs = self._runner.snapshots()
        return tuple(job for job in jobs if job.project_id == project_id and job.status.active)

    def restore_project(self, project_id: str) -> str:
        """Bring a deleted project back, and return its name: another one where that is taken by now."""
        return self._workspace.projects.restore(project_id)

    def duplicate_project(self, project_id: str, *, author: str = "") -> Project:
        """Return a new project with the pictures of this one as they are now, without its runs.

        Pictures are kept once for both; changes to one of them leave the other alone.

        Raises StoreError: there is no such project.
        """
        original = self._known(project_id)
        name = free_name(original.name, {one.name for one in self._workspace.projects.all()})
        made = self._workspace.projects.create(
            name,
            credit=original.credit,
            purpose=original.purpose,
            responsible=original.responsible,
        )
        pictures = self._workspace.datasets.current(project_id)
        if pictures is not None:
            copied = replace(
                pictures,
                id=uuid.uuid4().hex,
                project_id=made.id,
                version=1,
                created_at=utc_now(),
                parent_id=None,
                edit=Edit(kind=EditKind.IMPORT, label=original.name),
                author=author,
            )
            self._workspace.datasets.add(copied)
        return made

    def sample_sets(self) -> tuple[SampleSet, ...]:
        """Return the built-in sets of pictures."""
        return sample_sets()

    def staging(self) -> Path:
        """Return a fresh folder for an upload; an import started with it removes it in the end."""
        return self._workspace.staging()

    def staged(self, name: str) -> Path | None:
        """Return the folder of this name that ``staging`` gave, or None where it is gone."""
        return self._workspace.staged(name)

    def import_sample(self, key: str, *, name: str | None = None, author: str = "") -> JobSnapshot:
        """Create a project with a built-in set of pictures, imported in the background."""
        chosen = next((s for s in self.sample_sets() if s.key == key), None)
        if chosen is None or not chosen.available:
            raise StoreError(
                f"The sample pictures {key!r} are not on this computer.",
                hint=chosen.missing if chosen else "Choose another set.",
            )
        project = self.create_project(name or chosen.title, credit=chosen.credit)
        return self._import(
            project.id, from_sample_set(key), staging=self.staging(), title=chosen.title, author=author
        )

    def import_archive(
        self, project_id: str, archive: Path, *, name: str, labels: Path | None = None, author: str = ""
    ) -> JobSnapshot:
        """Import a zip in the background. One in a ``staging`` folder is removed with it, any other stays.

        ``labels`` is a CSV that says which file shows what; without it, folders are the classes.
        """
        read = from_archive(archive, self.settings.limits, labels, make_room=self.make_room)
        ours = archive.is_relative_to(self._workspace.paths.staging)
        staging = archive.parent if ours else self.staging()
        return self._import(project_id, read, staging=staging, title=name, author=author)

    def import_folder(
        self, project_id: str, folder: Path, *, labels: Path | None = None, author: str = ""
    ) -> JobSnapshot:
        """Import a folder of class folders on this computer, in the background; it is only read."""
        return self._import(
            project_id,
            from_folder(folder, labels),
            staging=self.staging(),
            title=folder.name or str(folder),
            author=author,
        )

    def import_files(
        self,
        project_id: str,
        files: Sequence[FoundFile],
        *,
        label: str | None = None,
        staging: Path | None = None,
        group: str | None = None,
        author: str = "",
    ) -> JobSnapshot:
        """Import files in the background: class folders, or with ``label`` all into one class.

        ``staging`` is the folder they lie in, if it should be removed afterwards. Files of one ``group``, as
        the shots of one sitting, are never divided between learning and judging.
        """
        title = f"Pictures of {label}" if label else "A folder of pictures"
        read = from_files(files, label=label, group=group)
        return self._import(project_id, read, staging=staging or self.staging(), title=title, author=author)

    def recheck(self, project_id: str) -> JobSnapshot:
        """Look for problems again, in the background; the version stays, its findings are made anew."""
        project = self._known(project_id)

        def work(context: JobContext) -> None:
            recheck(self._workspace, self.settings, project_id, context)

        return self._submit(
            JobSnapshot(id=uuid.uuid4().hex, kind=JobKind.CHECK, project_id=project_id, title=project.name),
            work,
        )

    def _import(
        self, project_id: str, read: Reader, *, staging: Path, title: str, author: str
    ) -> JobSnapshot:
        try:
            self._known(project_id)
        except StoreError:
            remove_tree(staging)  # no job will ever own this upload
            raise
        order = ImportOrder(
            project_id=project_id,
            dataset_id=uuid.uuid4().hex,
            created_at=utc_now(),
            title=title,
            author=author,
            staging=staging,
            read=read,
        )

        def work(context: JobContext) -> None:
            import_pictures(self._workspace, self.settings, order, context)

        return self._submit(
            JobSnapshot(id=order.dataset_id, kind=JobKind.IMPORT, project_id=project_id, title=title), work
        )

    def _known(self, project_id: str) -> Project:
        project = self._workspace.projects.get(project_id)
        if project is None:
            raise StoreError("This project does not exist any more.", hint="Choose or create another one.")
        return project

    def apply_edit(self, project_id: str, edit: Edit, *, author: str = "") -> Dataset:
        """Change the pictures: make a new version, which ``undo`` takes back. Raises DatasetError."""
        return apply_edit(self._workspace, self.settings, project_id, edit, author=author)

    def change(self, project_id: str, edit: Edit, *, title: str = "", author: str = "") -> JobSnapshot | None:
        """Change the pictures like ``apply_edit``; very many in the background, as the returned job."""
        dataset = self.dataset(project_id)
        if dataset is None or len(dataset.samples) <= MANY:
            self.apply_edit(project_id, edit, author=author)
            return None

        def work(context: JobContext) -> None:
            apply_edit(self._workspace, self.settings, project_id, edit, author=author, context=context)

        return self._submit(
            JobSnapshot(id=uuid.uuid4().hex, kind=JobKind.EDIT, project_id=project_id, title=title), work
        )

    def undo(self, project_id: str, *, expected: str | None = None) -> Dataset | None:
        """Go back to the version before the last change; None when there is none.

        ``expected`` is the version that the user saw in use: StaleError when another one is by now.
        """
        return self._workspace.datasets.undo(project_id, expected=expected)

    def redo(self, project_id: str, *, expected: str | None = None) -> Dataset | None:
        """Go forward again to the change that was taken back last; like ``undo``."""
        return self._workspace.datasets.redo(project_id, expected=expected)

    def history(self, project_id: str) -> tuple[VersionLine, ...]:
        """Return all versions of the project's pictures, newest first, and which one is in use."""
        return self._workspace.datasets.history(project_id)

    def dataset(self, project_id: str) -> Dataset | None:
        """Return the version of the project's pictures that is in use, or None before the first import."""
        return self._workspace.datasets.current(project_id)

    def facts(self, project_id: str) -> Mapping[str, PictureFacts]:
        """Return what was measured of the project's pictures, by content hash."""
        dataset = self.dataset(project_id)
        return self._workspace.datasets.facts([s.sha256 for s in dataset.samples]) if dataset else {}

    def facts_of(self, sha256: str) -> PictureFacts | None:
        """Return what was measured of one picture."""
        return self._workspace.datasets.facts_of(sha256)

    def dataset_bytes(self, project_id: str) -> int:
        """Return how large the project's pictures are together, left out ones too."""
        return sum(facts.file_bytes for facts in self.facts(project_id).values())

    def export_dataset(
        self,
        project_id: str,
        target: Path,
        *,
        camera_data: bool = True,
        stopped: Callable[[], bool] = never,
    ) -> None:
        """Write the project's pictures as a zip of class folders with a table of labels.

        Without ``camera_data``, what cameras and programs wrote into the files is left out.
        Raises Cancelled, leaving no file, once it is stopped.
        """
        dataset = self.dataset(project_id)
        if dataset is None:
            raise DatasetError("There are no pictures yet.", hint="Add some first.")
        write_dataset_zip(dataset, self.picture, target, camera_data=camera_data, stopped=stopped)

    def picture(self, sha256: str) -> bytes:
        """Return a picture's bytes as they were uploaded."""
        return self._workspace.datasets.picture(sha256)

    def thumbnail(self, sha256: str, size: int = 256) -> bytes:
        """Return a small JPEG of the picture, its longer side at most ``size`` pixels."""
        with suppress(OSError):
            if kept := self._workspace.paths.thumbnail(sha256, size).read_bytes():  # empty after a power cut
                return kept
        drawn = draw_thumbnail(self._workspace.paths.picture(sha256), size=size)
        keep_thumbnail(self._workspace, drawn, sha256, size)
        return drawn
