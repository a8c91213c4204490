"""What can be asked about labels that a model suggests for pictures that it was tried on."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from core.data.archive import FoundFile
from core.data.findings import counted
from core.data.lineage import STANDING, Way
from core.data.names import class_name
from core.domain.dataset import Dataset
from core.domain.errors import StaleError, StoreError
from core.domain.run import JobSnapshot
from core.domain.suggestions import Confirmed, Suggestions, suggestions
from core.domain.trying import Tried
from core.jobs.import_task import from_files
from core.jobs.picture_desk import PictureDesk
from core.jobs.suggested_import import Confirmation, by_content, copied, label_table
from core.jobs.try_desk import TryDesk
from core.settings import Settings
from core.store.files import remove_tree
from core.store.workspace import Workspace

_GONE: Final = "a training run that is gone"


class SuggestDesk(PictureDesk, TryDesk):
    """The part of the studio that makes labelled pictures of tried ones, once a person has confirmed them."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        super().__init__(settings, workspace)
        self._adding = threading.Lock()  # two tabs may confirm the same pictures
        self._added: dict[str, Mapping[str, tuple[str, ...]]] = {}  # job to content hashes to their classes

    def suggestions(self, project_id: str) -> Suggestions | None:
        """Return what the answers to the last folder or zip of a project suggest; None where there is none.

        What is being added counts as being there, and comes back where its import fails or is undone.
        """
        batch, dataset = self.tried_batch(project_id), self.dataset(project_id)
        if batch is None:
            return None
        way = self._way_since(batch.source.id, dataset)
        return suggestions(
            batch,
            names=way.labels,
            filed=self._filed(dataset),
            classes=dataset.classes if dataset else (),
        )

    def add_suggested(
        self, project_id: str, batch_id: str, confirmed: Sequence[Confirmed], *, author: str = ""
    ) -> JobSnapshot:
        """Import these pictures of the last folder or zip under their classes, in the background.

        Raises StaleError where all are in the project by now, PictureError where a file is gone, StoreError
        where the whole folder or zip is, or the project, or the disk is full; nothing is added then.
        """
        batch = self.tried_batch(project_id)
        if batch is None or batch.id != batch_id:
            raise StoreError(
                "These pictures are not there any more: they were put away, or others came in their place.",
                hint="Have them answered once more.",
            )
        with self._adding:
            filed, known = self._filed(self.dataset(project_id)), by_content(batch.tried)
            wanted = [one for one in confirmed if one.sha256 in known and one.sha256 not in filed]
            if not wanted:
                raise StaleError("All of these pictures were added already, maybe in another tab.")
            confirmation = Confirmation(
                title=f"{counted(len(wanted), 'picture')} of {batch.name}",
                pictures=[known[one.sha256] for one in wanted],
                confirmed=wanted,
                helped_by=self._name_of(batch.source.id),
            )
            return self._add(project_id, confirmation, author)

    def right_classes(self, project_id: str, run_id: str) -> tuple[str, ...]:
        """Return what a picture that was tried on a run may really be, as its project calls it by now.

        The classes that the run has learnt come first; of a run that is gone there are none.
        """
        run, dataset = self._workspace.runs.get(run_id), self.dataset(project_id)
        known = self._workspace.runs.report(run_id).classes if run else ()
        learnt = self._way_since(run_id, dataset).labels(known)
        return tuple(dict.fromkeys((*learnt, *(dataset.classes if dataset else ()))))

    def add_tried(
        self, project_id: str, run_id: str, picture: Tried, label: str, *, author: str = ""
    ) -> JobSnapshot:
        """Import one picture that was tried on a run under its right class, in the background.

        Raises StaleError where it is in the project by now, and otherwise what ``add_suggested`` raises.
        """
        with self._adding:
            if filed := self._filed(self.dataset(project_id)).get(picture.sha256):
                raise StaleError(
                    f"This picture is in the project already, as “{', '.join(filed)}”.",
                    hint="What it shows can be changed on Pictures.",
                )
            confirmation = Confirmation(
                title=f"A picture of {class_name(label)}",
                pictures=[picture],
                confirmed=[Confirmed(sha256=picture.sha256, labels=(label,))],
                helped_by=self._name_of(run_id),
            )
            return self._add(project_id, confirmation, author)

    def adds_suggested(self, job_id: str) -> bool:
        """Whether an import is one of suggestions that were confirmed since this process began."""
        return job_id in self._added

    def _add(self, project_id: str, what: Confirmation, author: str) -> JobSnapshot:
        dataset = self.dataset(project_id)
        names = {sample.path for sample in dataset.samples} if dataset else set()
        files, staging = self._copied(what.pictures, names)
        table = label_table(files, what.confirmed, helped_by=what.helped_by)
        read = from_files(files, label=None, labels=table)
        job = self._import(project_id, read, staging=staging, title=what.title, author=author)
        self._added = {**self._added, job.id: {one.sha256: one.labels for one in what.confirmed}}
        return job

    def _name_of(self, run_id: str) -> str:
        run = self._workspace.runs.get(run_id)
        return run.name if run else _GONE

    def _copied(
        self, pictures: Sequence[Tried], taken: Collection[str]
    ) -> tuple[tuple[FoundFile, ...], Path]:
        """Return copies of the pictures and the folder they lie in, which is removed where that fails."""
        staging = self.staging()
        try:
            return copied(pictures, staging, taken=taken), staging
        except BaseException:
            remove_tree(staging)
            raise

    def _filed(self, dataset: Dataset | None) -> Mapping[str, tuple[str, ...]]:
        """Return the classes of all pictures that a project has, or is getting from here, by content hash."""
        filed = {sample.sha256: sample.labels for sample in dataset.samples} if dataset else {}
        for job_id, labels in self._added.items():
            if self._goes_on(job_id):
                filed = {**labels, **filed}
        return filed

    def _goes_on(self, job_id: str) -> bool:
        job = self._runner.snapshot(job_id)
        return job is not None and job.status.active

    def _way_since(self, run_id: str, dataset: Dataset | None) -> Way:
        """Return what became of the names of classes since the model learnt them."""
        run = self._workspace.runs.get(run_id)
        if run is None or dataset is None:
            return STANDING
        return self._way(dataset.project_id, then=run.dataset_id, now=dataset.id)
