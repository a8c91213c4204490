"""The import: from files as they were uploaded to a new version of a project's pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from core.data.archive import FoundFile, unpack
from core.data.collect import Collected, Picture, examine, without_repeats
from core.data.doctor import diagnose, explained
from core.data.labels_csv import read_labels
from core.data.samples import write_sample_set
from core.data.scan import Scan, scan, survey
from core.data.split import build_dataset, fingerprint_of, ordered
from core.domain.dataset import Dataset, Issue, Sample
from core.domain.edit import Edit, EditKind, SplitSettings
from core.domain.errors import Cancelled
from core.domain.run import Progress, Stage
from core.jobs.looking import look
from core.jobs.pace import Pace
from core.jobs.runner import JobContext
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


def from_archive(archive: Path, limits: Limits, labels: Path | None = None) -> Reader:
    """Return a reader of a zip of class folders, or with ``labels`` of a zip and the CSV beside it."""

    def read(into: Path, progress: Callable[[int, int], None]) -> Scan:
        unpacked = unpack(archive, into, limits=limits, progress=progress)
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


def from_files(files: Sequence[FoundFile], *, label: str | None, group: str | None = None) -> Reader:
    """Return a reader of files that lie on disk already: a folder's, or loose ones of one class."""
    return lambda _into, _progress: scan(files, label=label, group=group)


def from_sample_set(key: str) -> Reader:
    """Return a reader of a built-in set of pictures."""
    return lambda into, _progress: scan(write_sample_set(key, into))


def import_pictures(
    workspace: Workspace, settings: Settings, order: ImportOrder, context: JobContext
) -> Dataset:
    """Add the pictures as the project's next version. Until the last line, nothing of it can be seen."""
    task = _Import(workspace, settings, order, context)
    try:
        return task.work()
    except BaseException:
        workspace.datasets.drop_pictures(task.kept)
        raise
    finally:
        remove_tree(order.staging)


@dataclass(slots=True)
class _Import:
    """The state of one import while it is worked on."""

    workspace: Workspace
    settings: Settings
    order: ImportOrder
    context: JobContext
    kept: list[str] = field(default_factory=list)

    def work(self) -> Dataset:
        found = self.order.read(self.order.staging / "unpacked", self._told(Stage.UNPACK))
        collected = examine(
            found.candidates,
            keep=self._keep,
            limits=self.settings.limits,
            progress=self._told(Stage.IMPORT),
            stopped=self.context.stopped,
        )
        before = self.workspace.datasets.current(self.order.project_id)
        merged = self._with_known(before, collected, found.issues)
        self.workspace.datasets.keep_facts(collected.facts.values())
        dataset = self._dataset(before, merged)
        if self.context.stopped():
            raise Cancelled
        self.workspace.datasets.add(dataset)
        return dataset

    def _with_known(self, before: Dataset | None, new: Collected, noticed: tuple[Issue, ...]) -> Collected:
        """Return the new pictures behind those the project has, in their splits; each content once."""
        if before is None:
            return replace(new, issues=(*noticed, *new.issues))
        known = tuple(_as_picture(sample) for sample in before.samples)
        pictures, repeated = without_repeats((*known, *new.pictures))
        facts = self.workspace.datasets.facts([s.sha256 for s in before.samples])
        return Collected(
            pictures=pictures,
            issues=(*noticed, *new.issues, *repeated),
            facts={**facts, **new.facts},
        )

    def _dataset(self, before: Dataset | None, merged: Collected) -> Dataset:
        # in the order of the samples to come, under which later edits look the features up
        merged = replace(merged, pictures=ordered(merged.pictures))
        features = look(
            self.workspace,
            self.settings,
            [picture.sha256 for picture in merged.pictures],
            progress=self._told(Stage.EXAMINE),
            stopped=self.context.stopped,
        )
        settings = before.split_settings if before else SplitSettings()
        built = build_dataset(
            merged,
            id=self.order.dataset_id,
            project_id=self.order.project_id,
            version=self.workspace.datasets.next_version(self.order.project_id),
            created_at=self.order.created_at,
            settings=settings,
            features=features,
        )
        built = replace(
            built, edit=Edit(kind=EditKind.IMPORT, label=self.order.title), author=self.order.author
        )
        if before is None:
            return built
        known = {s.sha256: s for s in before.samples}
        samples = tuple(_as_before(sample, known.get(sample.sha256)) for sample in built.samples)
        noticed = explained(merged.issues, samples)
        return replace(
            built,
            samples=samples,
            issues=diagnose(
                samples, built.classes, merged.facts, features, settings=settings, noticed=noticed
            ),
            fingerprint=fingerprint_of(built.classes, samples),
            parent_id=before.id,
        )

    def _keep(self, data: bytes, sha256: str) -> None:
        self.workspace.datasets.keep_picture(data, sha256)
        self.kept.append(sha256)

    def _told(self, stage: Stage) -> Callable[[int, int], None]:
        clock = Pace()

        def publish(done: int, total: int) -> None:
            if self.context.stopped():
                raise Cancelled
            self.context.publish(
                Progress(
                    stage=stage,
                    done=done,
                    total=total,
                    images_per_second=clock.rate(done) if stage != Stage.UNPACK else None,
                    seconds_left=clock.seconds_left(done, total),
                )
            )

        publish(0, 0)
        return publish


def _as_picture(sample: Sample) -> Picture:
    """Return a picture the project has, with its split held: adding pictures must not move it."""
    return Picture(
        path=sample.path,
        sha256=sample.sha256,
        width=sample.width,
        height=sample.height,
        label=sample.label,
        split=sample.split,
        group=sample.group,
    )


def _as_before(sample: Sample, known: Sample | None) -> Sample:
    """Return the sample with what the user had decided about it before this import."""
    return sample if known is None else replace(sample, given=known.given, excluded=known.excluded)
