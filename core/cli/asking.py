"""What the commands have in common: the studio, the project that is meant, an import, and the printing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.cli.terminal import follow
from core.domain.deleted import DeletedKind
from core.domain.errors import DatasetError, StoreError
from core.domain.project import Project
from core.domain.run import JobSnapshot, JobStatus, Run
from core.files import whole_file
from core.jobs.studio import Studio
from core.settings import Settings

SAMPLE = "sample:"
DONE, FAILED = 0, 1


@contextmanager
def opened_studio(home: Path | None) -> Iterator[Studio]:
    """Give the studio of a workspace, closed when the block ends."""
    studio = Studio.open(Settings.from_environment(os.environ, home=home))
    try:
        yield studio
    finally:
        studio.close()


@contextmanager
def written(file: Path) -> Iterator[BinaryIO]:
    """Give a file to write to, which others may read, and which is there when the block ends well.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        with whole_file(file, for_all=True) as target:
            yield target
    except OSError as error:
        raise StoreError(
            f"{file} cannot be written: {error.strerror or error}.",
            hint="Choose another place, or free some space there.",
        ) from error


def hand_out(file: Path) -> None:
    """Let everybody read the file who may read what other programs make.

    What the workspace keeps is its owner's alone; a file that was asked for by name is made to be passed on.
    """
    forbidden = os.umask(0)  # there is no other way to ask
    os.umask(forbidden)
    file.chmod(0o666 & ~forbidden)


def import_data(
    studio: Studio,
    data: str,
    *,
    name: str | None = None,
    labels: Path | None = None,
    into: Project | None = None,
) -> Project:
    """Return the project with the pictures of DATA, a new one unless ``into`` is given, when they are in.

    Raises:
        DatasetError: there is no such data, or it cannot be imported; then no new project is left behind.
    """
    if data.startswith(SAMPLE):
        started = _start_sample(studio, data.removeprefix(SAMPLE), name=name, labels=labels, into=into)
    else:
        started = _start(studio, data, name=name, labels=labels, into=into)
    ended = follow(studio, started)
    project = studio.project(ended.project_id)
    if ended.status == JobStatus.DONE and project is not None:
        return project
    if into is None:
        studio.delete_project(ended.project_id)
        studio.remove_for_good(DeletedKind.PROJECT, ended.project_id)  # empty: nobody wants it back
    raise DatasetError(ended.error or "The import was stopped.", hint=ended.hint)


def find_project(studio: Studio, wanted: str) -> Project:
    """Return the one project with this name, or with an id that begins so; DatasetError for none or more."""
    found = known_project(studio, wanted)
    if found is not None:
        return found
    known = ", ".join(repr(summary.project.name) for summary in studio.summaries()[:10])
    raise DatasetError(
        f"There is no project {wanted!r}.",
        hint=f"There are: {known}." if known else "Make one with: sightsmith import DATA",
    )


def known_project(studio: Studio, wanted: str) -> Project | None:
    """Return the same, but None where there is none; DatasetError for more than one."""
    projects = [summary.project for summary in studio.summaries()]
    named = [project for project in projects if project.name == wanted]
    found = named or [project for project in projects if wanted and project.id.startswith(wanted)]
    if len(found) > 1:
        ids = ", ".join(project.id[:8] for project in found)
        raise DatasetError(
            f"{len(found)} projects are meant by {wanted!r}.", hint=f"Give an id instead: {ids}."
        )
    return found[0] if found else None


def find_run(studio: Studio, wanted: str) -> Run:
    """Return the one run with this name, or PROJECT / NAME, or with an id that begins so.

    Raises:
        DatasetError: there is none, or more than one.
    """
    projects = {summary.project.id: summary.project.name for summary in studio.summaries()}
    runs = studio.runs()
    named = [run for run in runs if wanted in (run.name, f"{projects.get(run.project_id)} / {run.name}")]
    found = named or [run for run in runs if wanted and run.id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(f"{run.id[:8]} ({projects.get(run.project_id)})" for run in found[:10])
        raise DatasetError(
            f"{len(found)} training runs are meant by {wanted!r}.", hint=f"Give an id instead: {ids}."
        )
    raise DatasetError(
        f"No training run is called {wanted!r}, or has an id that begins so.",
        hint="List them with: sightsmith runs",
    )


def existing(path: str | Path) -> Path:
    """Return the file or folder, absolute; DatasetError when there is none."""
    found = Path(path).expanduser().absolute()
    if not found.exists():
        raise DatasetError(f"There is no file or folder {path}.", hint="Check the path.")
    return found


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")


def say_json(found: dict[str, object]) -> None:
    """Print one JSON object on one line."""
    say(json.dumps(found, ensure_ascii=False))


def _start(
    studio: Studio, data: str, *, name: str | None, labels: Path | None, into: Project | None
) -> JobSnapshot:
    path = Path(data).expanduser().absolute()
    for needed in (path, labels):
        if needed is not None and not needed.exists():
            raise DatasetError(
                f"There is no file or folder {data if needed is path else needed}.", hint="Check the path."
            )
    project = into or studio.create_project(name or path.stem)
    if path.is_dir():
        return studio.import_folder(project.id, path, labels=labels)
    return studio.import_archive(project.id, path, name=path.name, labels=labels)


def _start_sample(
    studio: Studio, key: str, *, name: str | None, labels: Path | None, into: Project | None
) -> JobSnapshot:
    if into is not None or labels is not None:
        raise DatasetError(
            "Built-in pictures make a project of their own and have their labels already.",
            hint="Leave --into and --labels away.",
        )
    return studio.import_sample(key, name=name)
