"""The import: from files as they were uploaded to a new version of a project's pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np

from core.data.archive import FoundFile, unpack
from core.data.collect import Collected, Picture, examine
from core.data.directions import Features, chosen
from core.data.doctor import carried, diagnose, explained, still_missing
from core.data.findings import counted
from core.data.labels_csv import Labels, read_labels
from core.data.parallel import no_room
from core.data.probe import split_check
from core.data.samples import write_sample_set
from core.data.scan import Scan, scan, survey
from core.data.split import build_dataset, draft_dataset, fingerprint_of, ordered
from core.domain.dataset import Columns, Dataset, Issue, IssueKind, Sample, Severity
from core.domain.edit import Edit, EditKind, SplitSettings
from core.domain.errors import Cancelled, StaleError
from core.domain.facts import PictureFacts
from core.domain.run import Stage
from core.jobs.keeping import Keep, keeping
from core.jobs.looking import look
from core.jobs.memory import give_back
from core.jobs.runner import JobContext
from core.jobs.thumbnails import keep_thumbnail
from core.jobs.told import told
from core.settings import Limits, Settings
from core.store.files import remove_tree
from core.store.workspace import Workspace

Reader = Callable[[Path, Callable[[int, int], None]], Scan]  # (folder to unpack into, progress) -> files


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """What to import, where to, and under which identity."""

    project_id: str
    dataset_id: str
    created_at: datetime
    title: str
    author: str = ""
    staging: Path  # removed when the import has ended, however it ended
    read: Reader


def from_archive(
    archive: Path,
    limits: Limits,
    labels: Path | None = None,
    *,
    make_room: Callable[[int], None] = no_room,
) -> Reader:
    """Return a reader of a zip of class folders, or with ``labels`` of a zip and the CSV beside it.

    ``make_room`` is asked for so many bytes where the disk has less free.
    """

    def read(into: Path, progress: Callable[[int, int], None]) -> Scan:
        unpacked = unpack(archive, into, limits=limits, progress=progress, make_room=make_room)
        found = scan(unpacked.files, labels=read_labels(labels) if labels else None)
        return replace(found, issues=(*unpacked.issues, *found.issues))

    return read


def from_folder(folder: Path, labels: Path | None = None) -> Reader:
    """Return a reader of a folder on this computer, which is only read."""

    def read(_into: Path, _progress: Callable[[int, int], None]) -> Scan:
        surveyed = survey(folder)
        found = scan(surveyed.files, labels=read_labels(labels) if labels else None)
        return replace(found, issues=(*surveyed.issues, *found.issues))

    return read


def from_files(
    files: Sequence[FoundFile], *, label: str | None, group: str | None = None, labels: Labels | None = None
) -> Reader:
    """Return a reader of files that lie on disk already: a folder's, one class's, or a table's."""
    return lambda _into, _progress: scan(files, label=label, labels=labels, group=group)


def from_sample_set(key: str) -> Reader:
    """Return a reader of a built-in set of pictures."""
    return lambda into, _progress: scan(write_sample_set(key, into))


def import_pictures(
    workspace: Workspace, settings: Settings, order: ImportOrder, context: JobContext
) -> Dataset:
    """Add the pictures as the project's next version. Until the last line, nothing of it can be seen."""
    try:
        with keeping(workspace) as keep:
            return _Import(workspace, settings, order, context, keep).work()
    finally:
        remove_tree(order.staging)
        give_back()


@dataclass(slots=True)
class _Import:
    """The state of one import while it is worked on."""

    workspace: Workspace
    settings: Settings
    order: ImportOrder
    context: JobContext
    keep: Keep

    def work(self) -> Dataset:
        collected = self._collected()
        give_back()
        for last_try in (False, False, True):
            dataset = self._dataset(self.workspace.datasets.current(self.order.project_id), collected)
            if self.context.stopped():
                raise Cancelled
            try:
                self.workspace.datasets.add(dataset)
            except StaleError:  # another change came first: bring these pictures to what it left
                if last_try:
                    raise
            else:
                return dataset
        raise AssertionError("the last try returns or raises")

    def _collected(self) -> Collected:
        """Return the pictures that can be used, kept by then; what was only read for them is let go."""
        found = self.order.read(self.order.staging / "unpacked", self._told(Stage.UNPACK))
        collected = examine(
            found.candidates,
            keep=self.keep,
            limits=self.settings.limits,
            progress=self._told(Stage.IMPORT),
            stopped=self.context.stopped,
            drawn=partial(keep_thumbnail, self.workspace),
        )
        self.workspace.datasets.keep_facts(collected.facts.values())
        return replace(collected, issues=(*found.issues, *collected.issues))

    def _dataset(self, before: Dataset | None, new: Collected) -> Dataset:
        """Return the version that follows ``before``, with the new pictures added to what it has."""
        merged = _merged(before, new, self._facts(before))
        excluded = {s.sha256: s for s in before.samples if s.excluded} if before else {}
        features = look(
            self.workspace,
            self.settings,
            [picture.sha256 for picture in merged.pictures],
            progress=self._told(Stage.EXAMINE),
            stopped=self.context.stopped,
        )
        give_back()  # the network's memory, before the doctor needs some
        # what the user left out takes no part in classes, shares and scores
        rows = [row for row, p in enumerate(merged.pictures) if p.sha256 not in excluded]
        settings = before.split_settings if before else SplitSettings()
        make = build_dataset if before is None else draft_dataset
        made = make(
            replace(merged, pictures=tuple(merged.pictures[row] for row in rows)),
            id=self.order.dataset_id,
            project_id=self.order.project_id,
            version=self.workspace.datasets.next_version(self.order.project_id),
            created_at=self.order.created_at,
            settings=settings,
            features=features if features is None else chosen(features, np.array(rows, dtype=np.int64)),
        )
        made = replace(
            made, edit=Edit(kind=EditKind.IMPORT, label=self.order.title), author=self.order.author
        )
        return made if before is None else _following(before, made, merged, features)

    def _facts(self, before: Dataset | None) -> Mapping[str, PictureFacts]:
        return self.workspace.datasets.facts([s.sha256 for s in before.samples]) if before else {}

    def _told(self, stage: Stage) -> Callable[[int, int], None]:
        return told(self.context, stage)


def _merged(before: Dataset | None, new: Collected, facts: Mapping[str, PictureFacts]) -> Collected:
    """Return the project's pictures and the new ones, in the order of the samples to come.

    A picture that the project has stays as the user has made it, whatever the upload says of it; only further
    columns of a table are taken where it had none. The order is the one under which later edits look the
    features up.
    """
    if before is None:
        return replace(new, pictures=ordered(new.pictures))
    known = {sample.sha256: sample for sample in before.samples}
    told = {picture.sha256: picture.columns for picture in new.pictures}
    added = tuple(picture for picture in new.pictures if picture.sha256 not in known)
    again = [picture for picture in new.pictures if picture.sha256 in known]
    return Collected(
        pictures=ordered(
            (*(_as_picture(sample, told.get(sample.sha256, ())) for sample in before.samples), *added)
        ),
        issues=(*carried(before.issues, before.samples), *new.issues, *_told_again(again, known)),
        facts={**facts, **new.facts},
    )


def _following(before: Dataset, draft: Dataset, merged: Collected, features: Features | None) -> Dataset:
    """Return ``draft`` with everything that the user had decided, examined as it then is."""
    known = {sample.sha256: sample for sample in before.samples}
    made = {sample.sha256: sample for sample in draft.samples}
    samples = tuple(
        replace(_as_before(made.get(picture.sha256), known.get(picture.sha256)), columns=picture.columns)
        for picture in merged.pictures
    )
    by = draft.split_settings
    noticed = explained(still_missing(merged.issues, draft.classes))
    return replace(
        draft,
        samples=samples,
        issues=diagnose(samples, draft.classes, merged.facts, features, settings=by, noticed=noticed),
        fingerprint=fingerprint_of(draft.classes, samples),
        split_check=split_check(samples, features, by),
        parent_id=before.id,
    )


def _told_again(again: Sequence[Picture], known: Mapping[str, Sample]) -> tuple[Issue, ...]:
    """Return a finding about pictures that came a second time; none where there are none."""
    if not again:
        return ()
    moved = sum(set(picture.labels) != set(known[picture.sha256].labels) for picture in again)
    other = f" {counted(moved, 'picture')} came in another class this time." if moved else ""
    one = len(again) == 1
    stays = "It stays as it is here, once" if one else "They stay as they are here, once each"
    return (
        Issue(
            kind=IssueKind.DUPLICATE,
            severity=Severity.WARNS if moved else Severity.INFORMS,
            message=f"{counted(len(again), 'new picture')} {'was' if one else 'were'} in this project "
            f"already.{other}",
            consequence=f"{stays}; your own changes are kept.",
            paths=tuple(picture.path for picture in again),
            pictures=tuple(picture.sha256 for picture in again),
        ),
    )


def _as_picture(sample: Sample, told: Columns) -> Picture:
    """Return a picture the project has, with its split held: adding pictures must not move it."""
    return Picture(
        path=sample.path,
        sha256=sample.sha256,
        width=sample.width,
        height=sample.height,
        label=sample.label,
        split=sample.split,
        group=sample.group,
        also=sample.also,
        columns=sample.columns or told,
    )


def _as_before(made: Sample | None, known: Sample | None) -> Sample:
    """Return a picture as this import makes it, but with what the user had decided about it before."""
    if made is None or known is None:
        return made or cast("Sample", known)
    return replace(made, given=known.given, excluded=known.excluded)
