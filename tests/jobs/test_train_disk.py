"""A disk that takes nothing more pauses a run, wherever it was writing; it goes on when there is room."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch

from core.data import segments
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.errors import Paused, PictureError
from core.domain.run import JobKind, JobSnapshot, Run, RunStatus
from core.jobs import caches
from core.jobs.caches import FLOOR_BYTES
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.jobs.train_task import train_run
from tests.jobs.slim import KEY

pytestmark = pytest.mark.usefixtures("slim")

HEAD = TrainConfig(backbone=KEY, augmentation=Augmentation.NONE)
REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM)


@pytest.fixture
def new_run(studio: Studio, dataset: Dataset) -> Callable[[TrainConfig], Run]:
    def make(config: TrainConfig) -> Run:
        number = len(studio._workspace.runs.of_project(dataset.project_id))
        return studio._workspace.runs.create(
            dataset.project_id, dataset, config=config, preset=None, token=f"d{number}"
        )

    return make


def train(studio: Studio, run: Run) -> None:
    job = JobSnapshot(id=run.id, kind=JobKind.TRAIN, project_id=run.project_id, title=run.name)
    train_run(studio._workspace, studio.settings, run, JobContext(job))


def go_on(studio: Studio, run: Run) -> None:
    studio._workspace.queue.put_back(run.id)
    train(studio, studio.run(run.id))


def refuse_rows(monkeypatch: pytest.MonkeyPatch, folder: Path, code: int, *, after: int = 0) -> None:
    """Let the disk take so many more writes below ``folder``, and then none."""
    write, left = segments._write, [after]

    def refused(path: Path, offset: int, content: bytes) -> None:
        if path.is_relative_to(folder):
            left[0] -= 1
            if left[0] < 0:
                raise OSError(code, os.strerror(code))
        write(path, offset, content)

    monkeypatch.setattr(segments, "_write", refused)


@pytest.mark.parametrize("code", REFUSALS)
@pytest.mark.parametrize(("kind", "size"), [("pixels", 65), ("features", 66)])
def test_a_cache_that_takes_nothing_more_pauses_the_run(studio, new_run, monkeypatch, kind, size, code):
    """It had failed, as "not foreseen"; and pixels are what is written most of."""
    run, folder = new_run(replace(HEAD, image_size=size)), studio._workspace.paths.cache(kind)
    refuse_rows(monkeypatch, folder, code)
    with pytest.raises(Paused, match=str(folder.parent)):
        train(studio, run)
    paused = studio.run(run.id)
    assert (paused.status, paused.resumable) == (RunStatus.PAUSED, True)
    assert str(folder.parent) in paused.error
    assert paused.hint


@pytest.mark.parametrize(("kind", "size"), [("pixels", 67), ("features", 68)])
def test_a_run_that_had_no_checkpoint_yet_begins_anew_and_loses_nothing(
    studio, new_run, monkeypatch, kind, size
):
    paused, unbroken = (new_run(replace(HEAD, image_size=size)) for _ in range(2))
    with monkeypatch.context() as patch:
        refuse_rows(
            patch, studio._workspace.paths.cache(kind), errno.ENOSPC, after=1
        )  # rows without an index
        with pytest.raises(Paused, match="disk is full"):
            train(studio, paused)
    go_on(studio, paused)
    train(studio, unbroken)
    ours, theirs = (safetensors.torch.load(studio._workspace.runs.weights(r.id)) for r in (paused, unbroken))
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)
    assert studio.run(paused.id).status == RunStatus.DONE


def test_a_run_goes_on_by_itself_where_caches_can_make_way(studio, new_run, monkeypatch):
    """It paused with "Free some space" while gigabytes of them lay on the disk."""
    run, old = new_run(replace(HEAD, image_size=70)), studio._workspace.paths.cache("maps") / "old"
    old.parent.mkdir(parents=True, exist_ok=True)
    old.write_bytes(bytes(1_000))
    os.utime(old, (1, 1))
    write = segments._write

    def refused(path: Path, offset: int, content: bytes) -> None:
        if old.exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, offset, content)

    monkeypatch.setattr(segments, "_write", refused)
    monkeypatch.setattr(caches, "free_bytes", lambda _path: FLOOR_BYTES - (1 if old.exists() else 0))
    train(studio, run)
    assert studio.run(run.id).status == RunStatus.DONE
    assert any("temporary files were removed" in line.text for line in studio.log_of(run.id))


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="there is no such call here")
def test_no_room_for_activations_pauses_the_run_before_it_writes_there(studio, new_run, monkeypatch):
    run = new_run(
        replace(HEAD, image_size=64, fine_tune_blocks=1, fine_tune_epochs=1, batch_size=8, boundary_views=1)
    )
    folder = studio._workspace.paths.cache("activations")
    with monkeypatch.context() as patch:

        def full(*_arguments: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(os, "posix_fallocate", full)
        with pytest.raises(Paused, match=f"disk is full: .* free in {folder.parent}"):
            train(studio, run)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    go_on(studio, run)
    assert studio.run(run.id).status == RunStatus.DONE


def test_a_picture_that_cannot_be_opened_fails_the_run_with_its_reason(studio, dataset, new_run, monkeypatch):
    lost = studio._workspace.paths.picture(dataset.used()[3].sha256)
    opened = Path.open

    def forbidden(path: Path, *arguments: object, **how: object) -> object:
        if path == lost:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *arguments, **how)

    monkeypatch.setattr(Path, "open", forbidden)
    run = new_run(replace(HEAD, image_size=69))
    with pytest.raises(PictureError, match="cannot be opened: Permission denied"):
        train(studio, run)
    assert studio.run(run.id).status == RunStatus.FAILED
