"""What screens can ask for: thin calls to the one studio of this server process."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar, cast

import streamlit as st

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.edit import Edit, VersionLine
from core.domain.facts import PictureFacts
from core.domain.model import ModelSpec, Readiness
from core.domain.project import Project, ProjectSummary, SampleSet
from core.domain.run import JobKind, JobSnapshot, LogLine, Run
from core.models.zoo import SPECS

if TYPE_CHECKING:
    from core.data.archive import FoundFile
    from core.jobs.studio import Studio

T = TypeVar("T")

_OF_PICTURES = (JobKind.IMPORT, JobKind.CHECK, JobKind.EDIT)  # that change what the Pictures page shows

# A module that no reload replaces: editing a file while the server runs must not lose a training run.
_HOLDER = sys.modules.setdefault("_sightsmith_runtime", ModuleType("_sightsmith_runtime"))
_OPENING: threading.Lock = _HOLDER.__dict__.setdefault("opening", threading.Lock())


def open_studio() -> Studio:
    """Return the studio of this process, opened on the first call."""
    with _OPENING:
        if "studio" not in _HOLDER.__dict__:
            from core.jobs.studio import Studio
            from core.settings import Settings

            _HOLDER.__dict__["studio"] = Studio.open(Settings.from_environment(os.environ), take_over=True)
    return cast("Studio", _HOLDER.__dict__["studio"])


def close_studio(timeout: float = 10.0) -> None:
    """Stop the workers; what was under way is told as interrupted at the next start."""
    with _OPENING:
        studio = _HOLDER.__dict__.pop("studio", None)
    if studio is not None:
        studio.close(timeout)


def kept(name: str, default: T) -> T:
    """Return what this process keeps under a name, ``default`` from the first call on."""
    return cast("T", _HOLDER.__dict__.setdefault(name, default))


def use(studio: Studio) -> None:
    """Take this studio from now on, and forget what was read from another."""
    _HOLDER.__dict__["studio"] = studio
    _HOLDER.__dict__.pop("drawn", None)
    st.cache_resource.clear()


def summaries() -> tuple[ProjectSummary, ...]:
    """Return all projects as their cards show them."""
    return open_studio().summaries()


def project(project_id: str) -> Project | None:
    """Return a project, or None."""
    return open_studio().project(project_id)


def project_names() -> dict[str, str]:
    """Return the names of all projects, by id."""
    return {summary.project.id: summary.project.name for summary in summaries()}


def create_project(name: str) -> Project:
    """Create an empty project."""
    return open_studio().create_project(name)


def rename_project(project_id: str, name: str) -> None:
    """Give a project another name."""
    open_studio().rename_project(project_id, name)


def duplicate_project(project_id: str, *, author: str) -> Project:
    """Return a new project with the same pictures."""
    return open_studio().duplicate_project(project_id, author=author)


def delete_project(project_id: str) -> None:
    """Take a project out of sight."""
    open_studio().delete_project(project_id)


def sample_sets() -> tuple[SampleSet, ...]:
    """Return the built-in collections of pictures."""
    return open_studio().sample_sets()


def import_sample(key: str, *, author: str) -> JobSnapshot:
    """Create a project from a built-in collection; the import goes on in the background."""
    return open_studio().import_sample(key, author=author)


def import_archive(
    project_id: str, archive: Path, *, name: str, author: str, labels: Path | None = None
) -> JobSnapshot:
    """Import a zip in the background; ``labels`` is a CSV that says which file shows what."""
    return open_studio().import_archive(project_id, archive, name=name, labels=labels, author=author)


def import_folder(project_id: str, folder: Path, *, author: str, labels: Path | None = None) -> JobSnapshot:
    """Import a folder on the server's computer in the background; it is only read."""
    return open_studio().import_folder(project_id, folder, labels=labels, author=author)


def import_files(
    project_id: str,
    files: Sequence[FoundFile],
    *,
    label: str | None,
    staging: Path,
    author: str,
    group: str | None = None,
) -> JobSnapshot:
    """Import a folder's files, or loose files of one class, in the background; removes ``staging``.

    Files of one ``group`` are never divided between learning and judging.
    """
    return open_studio().import_files(
        project_id, files, label=label, staging=staging, group=group, author=author
    )


def staging() -> Path:
    """Return a fresh folder for an upload."""
    return open_studio().staging()


def staged(name: str) -> Path | None:
    """Return the folder of this name that ``staging`` gave, or None where it is gone."""
    return open_studio().staged(name)


def job(job_id: str) -> JobSnapshot | None:
    """Return how a piece of background work stands."""
    return open_studio().job(job_id)


def active_job(project_id: str | None = None) -> JobSnapshot | None:
    """Return the work under way, of one project or of any."""
    return open_studio().active_job(project_id)


def work_before_a_run() -> JobSnapshot | None:
    """Return a training that a new run would wait for, or else work that it would share the computer with.

    None where there is neither; what makes way for a training does not count.
    """
    going = [job for job in open_studio().jobs() if job.status.active and not job.kind.makes_way]
    trainings = [job for job in going if job.kind is JobKind.TRAIN]
    return next(iter(trainings or going), None)


def last_picture_job(project_id: str) -> JobSnapshot | None:
    """Return a project's newest import or check since the server started, or None."""
    return next((job for job in open_studio().jobs(project_id) if job.kind in _OF_PICTURES), None)


def active_picture_job(project_id: str) -> JobSnapshot | None:
    """Return a project's newest import or check that is waiting or under way, or None.

    A training of the project may be under way at the same time; it leaves the pictures as they are.
    """
    jobs = open_studio().jobs(project_id)
    return next((job for job in jobs if job.kind in _OF_PICTURES and job.status.active), None)


def stop(job_id: str) -> None:
    """Ask a piece of work to stop: training keeps its best, an import leaves nothing."""
    open_studio().stop(job_id)


def dataset(project_id: str) -> Dataset | None:
    """Return the version of a project's pictures that is in use, or None."""
    return open_studio().dataset(project_id)


def dataset_of_run(run: Run) -> Dataset | None:
    """Return the version of the pictures that a run learnt from, or None when it is gone."""
    return open_studio().dataset_of_run(run)


def change(project_id: str, edit: Edit, *, title: str, author: str) -> JobSnapshot | None:
    """Change a project's pictures, very many of them as a job under that title; ``undo`` takes it back."""
    return open_studio().change(project_id, edit, title=title, author=author)


def undo(project_id: str, *, expected: str) -> None:
    """Go back to the pictures before the last change; StoreError unless version ``expected`` is in use."""
    open_studio().undo(project_id, expected=expected)


def redo(project_id: str, *, expected: str) -> None:
    """Make the change taken back last again; StoreError unless version ``expected`` is in use."""
    open_studio().redo(project_id, expected=expected)


def history(project_id: str) -> tuple[VersionLine, ...]:
    """Return all versions of a project's pictures, newest first."""
    return open_studio().history(project_id)


def recheck(project_id: str) -> JobSnapshot:
    """Look for problems again, in the background."""
    return open_studio().recheck(project_id)


def facts_of(sha256: str) -> PictureFacts | None:
    """Return what was measured of one of a project's pictures, or None."""
    return open_studio().facts_of(sha256)


def dataset_bytes(project_id: str) -> int:
    """Return how large a project's pictures are together."""
    return open_studio().dataset_bytes(project_id)


def export_dataset(project_id: str, target: Path, *, camera_data: bool, stopped: Callable[[], bool]) -> None:
    """Write a project's pictures as a zip; Cancelled, and no file, once it is stopped."""
    open_studio().export_dataset(project_id, target, camera_data=camera_data, stopped=stopped)


def plan(preset: Preset, project_id: str, *, backbone: str) -> TrainConfig:
    """Return what a preset means for these pictures on this machine."""
    return open_studio().plan(preset, project_id, backbone=backbone)


def plan_in_words(config: TrainConfig) -> str:
    """Return what will happen, in a few sentences."""
    return open_studio().plan_in_words(config)


def backbones() -> tuple[tuple[ModelSpec, Readiness], ...]:
    """Return the pretrained networks on offer, and whether each is ready."""
    return open_studio().backbones()


def why_not_trainable(project_id: str) -> str | None:
    """Return in words why a project's pictures cannot be trained on; None when they can."""
    return open_studio().why_not_trainable(project_id)


def backbone_title(key: str) -> str:
    """Return a pretrained network's name as people know it."""
    return next((spec.title for spec in SPECS if spec.key == key), key)


def backbone_titles() -> dict[str, str]:
    """Return the names of all pretrained networks, by key."""
    return {spec.key: spec.title for spec in SPECS}


def start_run(project_id: str, config: TrainConfig, *, preset: Preset | None, token: str) -> Run:
    """Start a training run; the same token again returns the same run."""
    return open_studio().start_run(project_id, config, preset=preset, token=token)


def waiting() -> tuple[Run, ...]:
    """Return the runs that wait, of all projects, the next one first."""
    return open_studio().waiting()


def log_of(run_id: str) -> tuple[LogLine, ...]:
    """Return what happened in a run, line by line."""
    return open_studio().log_of(run_id)


def run(run_id: str) -> Run | None:
    """Return a run with its history, or None."""
    return open_studio().run(run_id)


def runs(project_id: str) -> tuple[Run, ...]:
    """Return a project's runs, newest first, without their histories."""
    return open_studio().runs(project_id)


def results(project_id: str) -> tuple[Run, ...]:
    """Return a project's runs that have a result, newest first."""
    return tuple(run for run in runs(project_id) if run.status.has_result)


def device() -> str:
    """Return what the networks are computed on."""
    return open_studio().device()
