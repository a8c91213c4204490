"""Changes to very many pictures are jobs; small copies are drawn once; what is exported can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.domain.deleted import DeletedKind
from core.domain.edit import Edit, EditKind
from core.domain.errors import Cancelled, DatasetError, StoreError
from core.domain.run import JobKind, JobSnapshot, JobStatus, Progress, Stage
from core.jobs import picture_desk
from core.jobs.editing import apply_edit
from core.jobs.runner import JobContext
from core.jobs.studio import Studio

Finish = Callable[[JobSnapshot], JobSnapshot]


@pytest.fixture
def project_id(studio: Studio, finish: Finish, stripes: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    # without the doctor's network, which these tests do not need
    monkeypatch.setattr("core.jobs.import_task.look", lambda *args, **kwargs: None)
    monkeypatch.setattr("core.jobs.editing.look", lambda *args, **kwargs: None)
    project = studio.create_project("Stripes")
    assert finish(studio.import_folder(project.id, stripes)).status == JobStatus.DONE
    return project.id


RENAME = Edit(kind=EditKind.RENAME, classes=("flat",), label="level")


@pytest.fixture
def held(studio: Studio, project_id: str) -> Iterator[Callable[[JobKind], JobSnapshot]]:
    """Begin a job that goes on until it is stopped, or the test has ended."""
    ended = threading.Event()

    def begin(kind: JobKind, project: str = project_id) -> JobSnapshot:
        def work(context: JobContext) -> None:
            while not context.stopped() and not ended.wait(0.01):
                pass
            if context.stopped():
                raise Cancelled

        job = JobSnapshot(id=f"{kind}-{project}", kind=kind, project_id=project, title="")
        return studio._runner.submit(job, work)

    yield begin
    ended.set()


def test_deleting_a_project_stops_what_works_on_it(studio: Studio, project_id: str, held, finish: Finish):
    """A cross-check went on for hours, and no page was left that could stop it."""
    going = [held(kind) for kind in (JobKind.TEST, JobKind.LABELS, JobKind.CHECK, JobKind.LOOK)]
    other = held(JobKind.TEST, studio.create_project("Another").id)
    studio.delete_project(project_id)
    for job in going:
        thread = next(t for t in studio._runner._threads if t.name == f"{job.kind}-{job.id}")
        thread.join(10)
    assert {studio.job(job.id).status for job in going} == {JobStatus.STOPPED}
    assert studio.job(other.id).status.active
    assert studio.project(project_id) is None


@pytest.mark.parametrize(
    ("kind", "words"),
    [(JobKind.IMPORT, "pictures are being brought in"), (JobKind.EDIT, "its pictures are being changed")],
)
def test_a_project_whose_pictures_are_coming_in_is_not_deleted(
    studio: Studio, project_id: str, held, kind: JobKind, words: str
):
    """After "Undo" it was there again, but empty, and the upload was gone."""
    job = held(kind)
    with pytest.raises(StoreError, match=f"'Stripes' cannot be deleted while {words}"):
        studio.delete_project(project_id)
    assert studio.job(job.id).status.active
    assert studio.project(project_id) is not None


def test_a_change_to_few_pictures_is_made_at_once(studio: Studio, project_id: str):
    assert studio.change(project_id, RENAME) is None
    assert studio.dataset(project_id).classes == ("level", "steep")


def test_a_change_to_very_many_pictures_is_a_job(
    studio: Studio, project_id: str, finish: Finish, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(picture_desk, "MANY", 23)
    job = studio.change(project_id, RENAME, title="Renamed “flat”", author="Ada")
    assert job is not None
    assert (job.kind, job.title, job.project_id) == (JobKind.EDIT, "Renamed “flat”", project_id)
    assert finish(job).status == JobStatus.DONE
    after = studio.dataset(project_id)
    assert (after.classes, after.author, after.version) == (("level", "steep"), "Ada", 2)
    studio.undo(project_id, expected=after.id)
    assert studio.dataset(project_id).classes == ("flat", "steep")


def test_a_change_that_makes_no_sense_is_told_by_its_job(
    studio: Studio, project_id: str, finish: Finish, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(picture_desk, "MANY", 0)
    job = finish(studio.change(project_id, Edit(kind=EditKind.EXCLUDE, pictures=("0" * 64,))))
    assert job.status == JobStatus.FAILED
    assert job.error


def test_nothing_can_be_changed_where_there_are_no_pictures(studio: Studio):
    with pytest.raises(DatasetError, match="no pictures"):
        studio.change(studio.create_project("Empty").id, RENAME)


def test_a_stopped_change_leaves_everything_as_it_was(studio: Studio, project_id: str):
    before = studio.dataset(project_id)
    context = JobContext(JobSnapshot(id="1", kind=JobKind.EDIT, project_id=project_id, title=""))
    context.stop()
    with pytest.raises(Cancelled):
        apply_edit(studio._workspace, studio.settings, project_id, RENAME, author="", context=context)
    assert studio.dataset(project_id) == before


def test_a_change_tells_how_far_the_looking_is(
    studio: Studio, project_id: str, monkeypatch: pytest.MonkeyPatch
):
    def look(*args, progress, stopped):
        progress(7, 24)

    monkeypatch.setattr("core.jobs.editing.look", look)
    context = JobContext(JobSnapshot(id="1", kind=JobKind.EDIT, project_id=project_id, title=""))
    apply_edit(studio._workspace, studio.settings, project_id, RENAME, author="", context=context)
    assert context.snapshot.progress == Progress(stage=Stage.EXAMINE, done=7, total=24)


def test_a_small_copy_is_drawn_once_and_anew_where_a_power_cut_emptied_it(
    studio: Studio, project_id: str, monkeypatch: pytest.MonkeyPatch
):
    sha256 = studio.dataset(project_id).samples[0].sha256
    drawn = studio.thumbnail(sha256, 16)
    place = studio._workspace.paths.thumbnail(sha256, 16)
    assert place.read_bytes() == drawn
    place.write_bytes(b"")
    assert studio.thumbnail(sha256, 16) == drawn
    place.write_bytes(b"kept")
    assert studio.thumbnail(sha256, 16) == b"kept"


def test_an_export_that_is_stopped_leaves_no_file(studio: Studio, project_id: str, tmp_path: Path):
    with pytest.raises(Cancelled):
        studio.export_dataset(project_id, tmp_path / "out" / "a.zip", stopped=lambda: True)
    assert list((tmp_path / "out").iterdir()) == []


def test_the_size_of_a_data_set_is_that_of_its_files(studio: Studio, project_id: str, stripes: Path):
    files = sum(file.stat().st_size for file in stripes.rglob("*.png"))
    assert studio.dataset_bytes(project_id) == files


def test_a_duplicate_has_the_pictures_as_they_are_now_and_a_life_of_its_own(studio: Studio, project_id: str):
    before = studio.dataset(project_id)
    assert before is not None
    left_out = before.samples[0].sha256
    studio.apply_edit(project_id, Edit(kind=EditKind.EXCLUDE, pictures=(left_out,)))
    now = studio.dataset(project_id)
    made, again = studio.duplicate_project(project_id, author="Ada"), studio.duplicate_project(project_id)
    assert (made.name, again.name) == ("Stripes (2)", "Stripes (3)")
    copied = studio.dataset(made.id)
    assert now is not None
    assert copied is not None
    assert (copied.samples, copied.classes, copied.fingerprint) == (now.samples, now.classes, now.fingerprint)
    (line,) = studio.history(made.id)
    assert (line.version, line.author) == (1, "Ada")

    studio.apply_edit(made.id, RENAME)
    assert studio.dataset(project_id) == now
    studio.delete_project(project_id)
    studio.remove_for_good(DeletedKind.PROJECT, project_id)
    assert all(studio.thumbnail(one.sha256, 32) for one in copied.samples)
    with pytest.raises(StoreError, match="does not exist"):
        studio.duplicate_project(project_id)


def test_an_empty_project_can_be_duplicated(studio: Studio):
    made = studio.duplicate_project(studio.create_project("Owls").id)
    assert (made.name, studio.dataset(made.id)) == ("Owls (2)", None)
