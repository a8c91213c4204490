"""Room is made by removing for good, and by clearing; whatever anything else needs stays."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.deleted import DeletedKind
from core.domain.errors import RunError, StoreError
from core.domain.facts import GALLERY
from core.domain.run import JobKind, JobSnapshot, RunStatus
from core.jobs import removing
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.settings import Settings
from core.store.trash import Trash
from core.store.workspace import Workspace
from tests.store.made import (
    PREDICTIONS,
    PREPROCESSING,
    WEIGHTS,
    add_further_test,
    dataset_of,
    kept,
    report_of,
)
from tests.store.test_facts import FACTS

PATIENCE = 10.0
CONFIG = TrainConfig()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({}, home=tmp_path / "home")


@pytest.fixture
def studio(settings: Settings) -> Iterator[Studio]:
    opened = Studio.open(settings)
    yield opened
    opened.close(PATIENCE)


@pytest.fixture
def workspace(studio: Studio) -> Workspace:
    return studio._workspace


def project_of(studio: Studio, *, pictures: int, name: str = "Bolts") -> Dataset:
    project = studio.create_project(name)
    made = dataset_of(studio._workspace, project, pictures=pictures)
    studio._workspace.datasets.add(made)
    return made


def finished(studio: Studio, dataset: Dataset) -> str:
    runs = studio._workspace.runs
    run = runs.create(dataset.project_id, dataset, config=CONFIG, preset=None, token=dataset.id)
    runs.save_result(
        run.id,
        report=report_of(run.id),
        predictions=PREDICTIONS,
        weights=WEIGHTS,
        preprocessing=PREPROCESSING,
    )
    runs.finish(run.id, RunStatus.DONE)
    return run.id


def pictures(workspace: Workspace) -> set[str]:
    found = workspace.paths.pictures.rglob("*")
    return {path.name for path in found if path.is_file() and len(path.name) == 64}


def remove_project(studio: Studio, dataset: Dataset) -> None:
    studio.delete_project(dataset.project_id)
    studio.remove_for_good(DeletedKind.PROJECT, dataset.project_id)


def test_pictures_that_another_project_has_stay_and_all_others_go(studio: Studio, workspace: Workspace):
    large = project_of(studio, pictures=6)
    small = project_of(studio, pictures=4, name="Nuts")
    studio.delete_project(small.project_id)  # deleted ones count too
    alone = {sample.sha256 for sample in large.samples} - {sample.sha256 for sample in small.samples}
    for sample in large.samples:
        copy = workspace.paths.thumbnail(sample.sha256, GALLERY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(b"jpeg")
        workspace.datasets.keep_facts([replace(FACTS, sha256=sample.sha256)])
    assert len(alone) == 2
    remove_project(studio, large)
    stay = {sample.sha256 for sample in small.samples}
    assert pictures(workspace) == stay
    assert {path.name[:64] for path in workspace.paths.cache("thumbnails").iterdir()} == stay
    assert workspace.datasets.facts([sample.sha256 for sample in large.samples]).keys() == stay
    studio.restore_project(small.project_id)
    assert studio.dataset(small.project_id) == small


def test_removing_a_run_takes_its_files_and_the_pictures_of_its_further_tests(
    studio: Studio, workspace: Workspace
):
    dataset = project_of(studio, pictures=4)
    run = finished(studio, dataset)
    extra = add_further_test(workspace, run, b"only in the test")
    checked = workspace.paths.cache("labels") / f"{run}-look.json"
    checked.parent.mkdir(parents=True)
    checked.write_text("{}")
    studio.delete_run(run)
    assert extra in pictures(workspace)
    studio.remove_for_good(DeletedKind.RUN, run)
    assert pictures(workspace) == {sample.sha256 for sample in dataset.samples}
    assert not workspace.paths.run(run).exists()
    assert not checked.exists()
    with pytest.raises(RunError, match="does not exist any more"):
        studio.restore_run(run)


def test_a_removal_that_is_cut_short_is_finished_by_the_next_start(
    studio: Studio, workspace: Workspace, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    kept_project = project_of(studio, pictures=2, name="Nuts")
    dataset = project_of(studio, pictures=6)
    run = finished(studio, dataset)
    with monkeypatch.context() as patch:

        def killed(_trash: Trash) -> None:
            raise KeyboardInterrupt

        patch.setattr(Trash, "sweep", killed)
        with pytest.raises(KeyboardInterrupt):
            remove_project(studio, dataset)
    assert studio.deleted() == ()
    assert workspace.paths.run(run).exists()
    assert len(pictures(workspace)) == 6
    again = Studio.open(settings)
    again.close(PATIENCE)
    assert not workspace.paths.run(run).exists()
    assert pictures(workspace) == {sample.sha256 for sample in kept_project.samples}
    kept(workspace, b"of an import that goes on elsewhere")
    Studio.open(settings).close(PATIENCE)  # a usual start again, which does not look
    assert len(pictures(workspace)) == 3


def test_what_cannot_be_removed_leaves_everything_as_it_was(
    studio: Studio, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    dataset = project_of(studio, pictures=4)
    with pytest.raises(StoreError, match="not among the deleted ones"):
        studio.remove_for_good(DeletedKind.PROJECT, dataset.project_id)
    assert not removing.due(workspace)
    assert len(pictures(workspace)) == 4


def working(studio: Studio, project_id: str, kind: JobKind) -> threading.Event:
    """Have a job of that project under way until the event is set."""
    end = threading.Event()

    def work(_context: JobContext) -> None:
        assert end.wait(PATIENCE)

    studio._runner.submit(JobSnapshot(id=kind, kind=kind, project_id=project_id, title="photos.zip"), work)
    return end


def test_nothing_is_removed_or_cleared_while_a_job_uses_it(studio: Studio, workspace: Workspace):
    dataset = project_of(studio, pictures=4)
    run = finished(studio, dataset)
    studio.delete_run(run)
    studio.delete_project(dataset.project_id)
    importing = working(studio, dataset.project_id, JobKind.IMPORT)
    with pytest.raises(StoreError, match="“Bolts” cannot be removed while “photos"):
        studio.remove_for_good(DeletedKind.PROJECT, dataset.project_id)
    with pytest.raises(StoreError, match="Temporary files are in use: “photos"):
        studio.clear_temporary()
    studio.restore_project(dataset.project_id)
    testing = working(studio, dataset.project_id, JobKind.TEST)
    with pytest.raises(StoreError, match="“Run 1” cannot be removed while"):
        studio.remove_for_good(DeletedKind.RUN, run)
    testing.set()
    for thread in list(studio._runner._threads):
        thread.join(0.1 if thread.name.startswith("import") else PATIENCE)
    studio.remove_for_good(DeletedKind.RUN, run)  # an import does not use it
    importing.set()


def test_room_is_told_for_each_and_for_all_together(studio: Studio, workspace: Workspace):
    """Two deleted projects share pictures: these go with neither of them, but with both."""
    large, small = project_of(studio, pictures=6), project_of(studio, pictures=4, name="Nuts")
    run = finished(studio, small)
    cached = workspace.paths.cache("maps") / "map.json"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(bytes(123))
    assert studio.taken_room().deleted == 0
    for dataset in (large, small):
        studio.delete_project(dataset.project_id)
    room = studio.taken_room()
    of_run = sum(path.stat().st_size for path in workspace.paths.run(run).iterdir())
    each = len(b"picture 0")
    told = {share.id: (share.pictures, share.size) for share in room.shares}
    assert told == {large.project_id: (2, 2 * each), small.project_id: (0, of_run)}
    assert (room.deleted, room.temporary) == (6 * each + of_run, 123)


def test_clearing_takes_everything_that_can_be_computed_again(studio: Studio, workspace: Workspace):
    dataset = project_of(studio, pictures=2)
    for kind in ("maps", "engines", "trials"):
        path = workspace.paths.cache(kind) / "file"  # type: ignore[arg-type]
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes(100))
        os.utime(path, (1, 1))
    assert studio.clear_temporary() == 200
    assert (workspace.paths.cache("trials") / "file").exists()  # a run that goes on needs the same precision
    assert studio.dataset(dataset.project_id) == dataset
    assert len(pictures(workspace)) == 2
