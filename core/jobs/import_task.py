"""The import: from files as they were uploaded to a new version of a project's pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.data.archive import FoundFile, unpack
from core.data.collect import Collected, Picture, examine, without_repeats
from core.data.samples import write_sample_set
from core.data.scan import Scan, scan, survey
from core.data.split import build_dataset
from core.domain.dataset import Dataset
from core.domain.errors import Cancelled
from core.domain.run import Progress, Stage
from core.jobs.runner import JobContext
from core.settings import Limits
from core.store.files import remove_tree
from core.store.workspace import Workspace

SPLIT_SEED = 0

Reader = Callable[[Path, Callable[[int, int], None]], Scan]  # (folder to unpack into, progress) -> files


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """What to import, where to, and under which identity."""

    project_id: str
    dataset_id: str
    created_at: datetime
    staging: Path  # removed when the import has ended, however it ended
    read: Reader


def from_archive(archive: Path, limits: Limits) -> Reader:
    """Return a reader of a zip of class folders."""

    def read(into: Path, progress: Callable[[int, int], None]) -> Scan:
        unpacked = unpack(archive, into, limits=limits, progress=progress)
        found = scan(unpacked.files)
        return replace(found, issues=(*unpacked.issues, *found.issues))

    return read


def from_folder(folder: Path) -> Reader:
    """Return a reader of a folder of class folders on this computer, which is only read."""

    def read(_into: Path, _progress: Callable[[int, int], None]) -> Scan:
        surveyed = survey(folder)
        found = scan(surveyed.files)
        return replace(found, issues=(*surveyed.issues, *found.issues))

    return read


def from_files(files: Sequence[FoundFile], label: str | None) -> Reader:
    """Return a reader of files that lie on disk already: a folder's, or loose ones of one class."""
    return lambda _into, _progress: scan(files, label=label)


def from_sample_set(key: str) -> Reader:
    """Return a reader of a built-in set of pictures."""
    return lambda into, _progress: scan(write_sample_set(key, into))


def import_pictures(workspace: Workspace, order: ImportOrder, context: JobContext, limits: Limits) -> Dataset:
    """Add the pictures as the project's next version. Until the last line, nothing of it can be seen."""
    kept: list[str] = []

    def keep(data: bytes, sha256: str) -> None:
        workspace.datasets.keep_picture(data, sha256)
        kept.append(sha256)

    try:
        return _import(workspace, order, context, limits, keep)
    except BaseException:
        workspace.datasets.drop_pictures(kept)
        raise
    finally:
        remove_tree(order.staging)


def _import(
    workspace: Workspace,
    order: ImportOrder,
    context: JobContext,
    limits: Limits,
    keep: Callable[[bytes, str], None],
) -> Dataset:
    def told(stage: Stage) -> Callable[[int, int], None]:
        def publish(done: int, total: int) -> None:
            if context.stopped():
                raise Cancelled
            context.publish(Progress(stage=stage, done=done, total=total))

        return publish

    unpacking = told(Stage.UNPACK)
    unpacking(0, 0)
    found = order.read(order.staging / "unpacked", unpacking)
    collected = examine(
        found.candidates,
        keep=keep,
        limits=limits,
        progress=told(Stage.IMPORT),
        stopped=context.stopped,
    )
    before = workspace.datasets.latest(order.project_id)
    merged = _merge(before, replace(collected, issues=(*found.issues, *collected.issues)))
    dataset = build_dataset(
        merged,
        id=order.dataset_id,
        project_id=order.project_id,
        version=workspace.datasets.next_version(order.project_id),
        seed=SPLIT_SEED,
        created_at=order.created_at,
    )
    if context.stopped():
        raise Cancelled
    workspace.datasets.add(dataset)
    return dataset


def _merge(before: Dataset | None, new: Collected) -> Collected:
    """Return the new pictures behind those the project has, in the splits they have; each content once."""
    if before is None:
        return new
    known = tuple(
        Picture(path=s.path, sha256=s.sha256, width=s.width, height=s.height, label=s.label, split=s.split)
        for s in before.samples
    )
    pictures, repeated = without_repeats((*known, *new.pictures))
    return Collected(pictures=pictures, issues=(*new.issues, *repeated))
