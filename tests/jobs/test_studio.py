"""The studio is put together of desks, which share one name space."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.errors import Cancelled, StoreError
from core.domain.run import JobKind, JobSnapshot, JobStatus
from core.jobs.desk import Desk
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.settings import Settings
from core.store.job_notes import JobNotes
from core.store.owner import Owner
from core.store.workspace import Workspace
from tests.store.made import dataset_of

PATIENCE = 10.0  # seconds after which a test gives up waiting
ENDED = Owner(pid=1, started="1", boot="an earlier one")


def test_no_desk_hides_what_another_one_needs():
    """A private method of a new desk once took the place of another's, and no training could start."""
    desks = [kind for kind in Studio.__mro__ if issubclass(kind, Desk) and kind not in (Studio, Desk)]
    names = Counter(
        name for desk in desks for name in vars(desk) if not (name.startswith("__") and name.endswith("__"))
    )
    assert len(desks) > 5
    assert [name for name, count in names.items() if count > 1] == []


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({}, home=tmp_path / "home")


@pytest.fixture
def studio(settings: Settings) -> Iterator[Studio]:
    opened = Studio.open(settings)
    yield opened
    opened.close(PATIENCE)


def job(name: str, kind: JobKind, project_id: str = "p") -> JobSnapshot:
    return JobSnapshot(id=name, kind=kind, project_id=project_id, title="parts.zip")


def test_work_that_was_cut_short_is_told_after_a_new_start(settings: Settings):
    """An import of an hour was gone, and the page said that the project has no pictures yet."""
    with Workspace.open(settings, owner=ENDED) as before:
        for kind in (JobKind.IMPORT, JobKind.TEST):
            before.job_notes.keep(job(kind, kind))
    Studio.open(settings).close(PATIENCE)  # a command tells nobody, and leaves the word for the app
    again = Studio.open(settings, take_over=True)
    told = {one.kind: one for one in again.jobs("p")}
    again.close(PATIENCE)
    assert {one.status for one in told.values()} == {JobStatus.FAILED}
    assert told[JobKind.IMPORT].error == "Sightsmith was closed before this had ended."
    assert told[JobKind.IMPORT].hint.startswith("Bring the pictures in again")
    assert told[JobKind.TEST].hint == "Start it again."
    assert again.active_job() is None


def test_an_import_whose_pictures_are_there_was_not_cut_short(settings: Settings):
    """It was only tidying up behind itself when the power was cut."""
    with Workspace.open(settings, owner=ENDED) as before:
        dataset = dataset_of(before, before.projects.create("Bolts"))
        before.datasets.add(dataset)
        before.job_notes.keep(job(dataset.id, JobKind.IMPORT, dataset.project_id))
    again = Studio.open(settings, take_over=True)
    told = again.jobs()
    again.close(PATIENCE)
    assert told == ()


class Noted:
    """Work that goes on until it is let go, and tells which notes there are meanwhile."""

    def __init__(self, studio: Studio, fails: BaseException | None = None) -> None:
        self.notes = studio._workspace.paths.jobs
        self.fails, self.seen = fails, 0
        self.started, self.go_on = threading.Event(), threading.Event()

    def left(self) -> int:
        return len(list(self.notes.rglob("*.json")))

    def __call__(self, context: JobContext) -> None:
        self.seen = self.left()
        self.started.set()
        assert self.go_on.wait(PATIENCE)
        if self.fails:
            raise self.fails


def join(studio: Studio) -> None:
    for thread in list(studio._runner._threads):
        thread.join(PATIENCE)


@pytest.mark.parametrize("fails", [None, Cancelled(), StoreError("x"), ZeroDivisionError("x")])
def test_work_that_ends_by_itself_leaves_no_word(studio: Studio, fails: BaseException | None):
    work = Noted(studio, fails)
    work.go_on.set()
    studio._submit(job("one", JobKind.IMPORT), work)
    join(studio)
    assert (work.seen, work.left()) == (1, 0)


@pytest.mark.parametrize(("fails", "left"), [(Cancelled(), 1), (None, 0)])
def test_work_that_closing_ends_leaves_a_word(studio: Studio, fails: BaseException | None, left: int):
    work = Noted(studio, fails)
    studio._submit(job("one", JobKind.IMPORT), work)
    assert work.started.wait(PATIENCE)
    studio._runner.close(0.0)
    work.go_on.set()
    join(studio)
    assert work.left() == left


def test_work_goes_on_where_no_note_can_be_kept(studio: Studio, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(JobNotes, "keep", refuse)
    monkeypatch.setattr(JobNotes, "drop", refuse)
    work = Noted(studio)
    work.go_on.set()
    studio._submit(job("one", JobKind.IMPORT), work)
    join(studio)
    ended = studio.job("one")
    assert ended is not None
    assert ended.status == JobStatus.DONE


def test_an_import_and_a_check_leave_a_word(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    told: list[JobKind] = []
    monkeypatch.setattr(studio, "_submit", lambda job, _work: told.append(job.kind) or job)
    project = studio.create_project("Bolts")
    studio.import_folder(project.id, tmp_path)
    studio.recheck(project.id)
    assert told == [JobKind.IMPORT, JobKind.CHECK]
