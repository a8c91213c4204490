"""What screens can ask when a model is tried on new pictures, and what a click there does."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.data.archive import FoundFile
from core.domain.errors import AppError
from core.domain.package import KeptPackage
from core.domain.run import JobKind, JobSnapshot, Run
from core.domain.trying import Source, Tried, TriedBatch
from core.evaluation import decision_words
from ui import spool, state
from ui.services import open_studio
from ui.upload_tickets import Uploaded

AT_ONCE = 24  # pictures that a visitor waits for; more are answered in the background


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model that is tried. ``place`` is where its last folder lies: the id of its project or package."""

    source: Source
    name: str
    place: str
    rule: str  # by which it answers, in a sentence

    @property
    def project_id(self) -> str | None:
        """The project that its pictures belong to; None for a model from elsewhere."""
        return None if self.source.packaged else self.place


def of_run(run: Run) -> Model:
    """Return a run as a model to try."""
    return Model(
        source=Source(id=run.id),
        name=run.name,
        place=run.project_id,
        rule=decision_words.summary(open_studio().decision(run.id)),
    )


def of_package(package: KeptPackage) -> Model:
    """Return a model that was brought in, to try it."""
    return Model(
        source=Source(id=package.id, packaged=True),
        name=package.info.name,
        place=package.id,
        rule=decision_words.summary(package.info.decision),
    )


def begin(model: Model, uploads: Sequence[UploadedFile]) -> None:
    """Take the uploads in: a few are answered when they are drawn, many, or a zip, in the background."""
    forget()
    files, folder = spool.many(uploads)
    zipped = len(files) == 1 and files[0].name.casefold().endswith(".zip")
    if zipped:  # it lies in the folder: both go together
        open_studio().try_batch(model.source, files[0].location, name=files[0].name)
    elif len(files) <= AT_ONCE:
        state.begin_trial(open_studio().try_files(files, staging=folder))
    else:
        name = _folder_of(files) or f"{len(files):,} pictures"
        open_studio().try_batch(model.source, files=files, name=name, staging=folder)


def begin_zip(model: Model, arrived: Uploaded) -> None:
    """Start answering a zip that has arrived, in the background."""
    open_studio().try_batch(model.source, arrived.path, name=arrived.name)
    state.uploads_taken()


def begin_folder(model: Model, folder: Path) -> None:
    """Start answering a folder on this computer, in the background."""
    open_studio().try_batch(model.source, folder, name=folder.name or str(folder))


def tried(model: Model) -> tuple[Tried, ...]:
    """Return the visitor's pictures with what the model says to them; none where there are none."""
    trial = state.trial()
    found = open_studio().tried(trial, model.source) if trial else None
    if trial and found is None:
        state.end_trial()
    return found or ()


def forget() -> None:
    """Remove the visitor's pictures."""
    if trial := state.trial():
        open_studio().forget_trial(trial)
    state.end_trial()


def job(place: str) -> JobSnapshot | None:
    """Return the newest folder or zip there, under way or ended since the server started, or None."""
    return next((job for job in open_studio().jobs(place) if job.kind == JobKind.ANSWER), None)


def batch(place: str) -> TriedBatch | None:
    """Return the last folder or zip there with its answers, or None."""
    return open_studio().tried_batch(place)


def forget_batch(place: str) -> None:
    """Remove the last folder or zip there."""
    open_studio().forget_batch(place)


def right_classes(model: Model) -> tuple[str, ...]:
    """Return what a picture may really be, as the project calls it by now; none without a project."""
    return () if model.source.packaged else open_studio().right_classes(model.place, model.source.id)


def send(model: Model, one: Tried, label: str) -> None:
    """Add a picture to the project under its right class; what cannot be done is told at the next drawing."""
    try:
        open_studio().add_tried(model.place, model.source.id, one, label, author=state.author())
    except AppError as problem:
        state.warn(str(problem))
    else:
        state.remember_sent(one.sha256, label)


def small(one: Tried) -> str:
    """Return the picture's thumbnail as a data address; empty where there is none."""
    if one.thumbnail is None or not one.thumbnail.is_file():
        return ""
    return "data:image/jpeg;base64," + base64.b64encode(one.thumbnail.read_bytes()).decode()


def _folder_of(files: Sequence[FoundFile]) -> str:
    """Return the folder that all files came in; empty for loose files."""
    first = {PurePosixPath(file.name).parts[0] for file in files if "/" in file.name}
    return first.pop() if len(first) == 1 else ""
