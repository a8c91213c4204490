"""Runs wait, begin, pause, go on and are discarded, told as the database and the jobs know them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.config import TrainConfig
from core.domain.dataset import Issue, IssueKind, Severity
from core.domain.errors import Cancelled, DatasetError, DiskFullError, Paused, RunError
from core.domain.run import JobKind, JobStatus, Move, Run, RunStatus
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.settings import Settings
from core.store.owner import Owner
from core.store.workspace import Workspace
from tests.store.made import PREDICTIONS, PREPROCESSING, WEIGHTS, dataset_of, report_of

PATIENCE = 10.0  # seconds after which a test gives up waiting
ENDED = Owner(pid=1, started="1", boot="an earlier one")


class Training:
    """Stands in for ``train_run``: goes on until it is let go, or leaves off as it is told."""

    def __init__(self) -> None:
        self.trained: list[str] = []
        self.started = threading.Event()
        self.go_on = threading.Event()
        self.fails: Exception | None = None
        self.left, self.may_end = threading.Event(), threading.Event()  # between a pause and the job's end
        self.may_end.set()

    def __call__(self, workspace: Workspace, settings: Settings, run: Run, context: JobContext) -> None:
        workspace.runs.start(run.id, device="a test")
        self.trained.append(run.name)
        self.started.set()
        assert self.go_on.wait(PATIENCE)
        if self.fails is not None:
            raise self.fails
        if context.discarded():
            workspace.runs.end_without_result(run.id, RunStatus.DISCARDED, error="")
            raise Cancelled
        if context.paused():
            workspace.runs.keep_checkpoint(run.id, tensors=b"t", state=b"{}")
            workspace.runs.pause(run.id)
            self.left.set()
            assert self.may_end.wait(PATIENCE)
            raise Paused
        workspace.runs.save_result(
            run.id,
            report=report_of(run.id),
            predictions=PREDICTIONS,
            weights=WEIGHTS,
            preprocessing=PREPROCESSING,
        )
        workspace.runs.finish(run.id, RunStatus.STOPPED if context.stopped() else RunStatus.DONE)


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Training:
    made = Training()
    monkeypatch.setattr("core.jobs.training_desk.train_run", made)
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({}, home=tmp_path / "home")


@pytest.fixture
def studio(settings: Settings, training: Training) -> Iterator[Studio]:
    opened = Studio.open(settings)
    yield opened
    training.go_on.set()
    opened.close(PATIENCE)


@pytest.fixture
def project_id(studio: Studio) -> str:
    project = studio.create_project("Bolts")
    studio._workspace.datasets.add(dataset_of(studio._workspace, project, pictures=60))
    return project.id


@pytest.fixture
def start(studio: Studio, project_id: str) -> Callable[[], Run]:
    numbers = itertools.count()

    def queue() -> Run:
        return studio.start_run(project_id, TrainConfig(), preset=None, token=f"token {next(numbers)}")

    return queue


@pytest.fixture
def end(studio: Studio, training: Training) -> Callable[[], None]:
    """Let what is trained go on to its end, and wait for it."""

    def wait() -> None:
        training.go_on.set()
        for thread in list(studio._runner._threads):
            thread.join(PATIENCE)
        training.go_on.clear()
        training.started.clear()

    return wait


def status(studio: Studio, run: Run) -> RunStatus | None:
    now = studio.run(run.id)
    return now.status if now else None


def test_runs_wait_in_their_order_and_each_is_trained_once(studio: Studio, training: Training, start, end):
    first, second = start(), start()
    assert training.started.wait(PATIENCE)
    assert [run.id for run in studio.waiting()] == [second.id]
    job = studio.job(second.id)
    assert job is not None
    assert (job.kind, job.status) == (JobKind.TRAIN, JobStatus.WAITING)
    end()
    assert training.trained == ["Run 1", "Run 2"]
    assert [status(studio, run) for run in (first, second)] == [RunStatus.DONE, RunStatus.DONE]


def test_a_run_moved_to_the_front_is_the_next(studio: Studio, training: Training, start, end):
    start()
    assert training.started.wait(PATIENCE)
    start()
    last = start()
    studio.move(last.id, Move.FIRST)
    end()
    assert training.trained == ["Run 1", "Run 3", "Run 2"]


def test_a_paused_run_goes_on_where_it_was(studio: Studio, training: Training, start, end):
    run = start()
    assert training.started.wait(PATIENCE)
    studio.pause(run.id)
    end()
    paused = studio.run(run.id)
    assert paused is not None
    assert (paused.status, paused.resumable) == (RunStatus.PAUSED, True)
    job = studio.job(run.id)
    assert job is not None
    assert job.status == JobStatus.PAUSED
    studio.resume(run.id)
    end()
    assert training.trained == ["Run 1", "Run 1"]
    assert status(studio, run) == RunStatus.DONE
    assert [line.text for line in studio.log_of(run.id)] == ["Pause asked for.", "Resumed."]


def test_a_waiting_run_is_taken_out_and_put_back(studio: Studio, training: Training, start, end):
    start()
    assert training.started.wait(PATIENCE)
    waiting = start()
    studio.pause(waiting.id)
    assert status(studio, waiting) == RunStatus.PAUSED
    assert studio.waiting() == ()
    end()
    assert training.trained == ["Run 1"]
    studio.resume(waiting.id)
    end()
    assert training.trained == ["Run 1", "Run 2"]


def test_stopping_keeps_the_best_and_what_waits_is_only_taken_out(
    studio: Studio, training: Training, start, end
):
    going = start()
    assert training.started.wait(PATIENCE)
    waiting = start()
    studio.stop(waiting.id)
    studio.stop(going.id)
    end()
    assert status(studio, going) == RunStatus.STOPPED
    assert status(studio, waiting) == RunStatus.PAUSED


def test_discarding_reaches_a_run_wherever_it_stands(studio: Studio, training: Training, start, end):
    going = start()
    assert training.started.wait(PATIENCE)
    waiting, paused = start(), start()
    studio.pause(paused.id)
    for run in (waiting, paused, going):
        studio.discard(run.id)
    end()
    assert {status(studio, run) for run in (going, waiting, paused)} == {RunStatus.DISCARDED}
    assert training.trained == ["Run 1"]
    with pytest.raises(RunError, match="'Run 1' cannot go on: it is discarded"):
        studio.resume(going.id)


@pytest.fixture
def leaving(studio: Studio, training: Training, start) -> Run:
    """A run that stands as paused, while its job has not quite ended."""
    run = start()
    assert training.started.wait(PATIENCE)
    training.may_end.clear()
    studio.pause(run.id)
    training.go_on.set()
    assert training.left.wait(PATIENCE)
    return run


def test_a_run_resumed_as_soon_as_it_stands_as_paused_goes_on(
    studio: Studio, training: Training, leaving: Run, end
):
    """It paused again at once, and the click seemed to do nothing."""
    assert studio.resume(leaving.id).status is RunStatus.QUEUED
    job = studio.job(leaving.id)
    assert job is not None
    assert (job.status, job.asked) == (JobStatus.WAITING, None)
    training.may_end.set()
    end()
    assert training.trained == ["Run 1", "Run 1"]
    assert status(studio, leaving) == RunStatus.DONE


def test_a_run_discarded_as_soon_as_it_stands_as_paused_is_discarded(
    studio: Studio, training: Training, leaving: Run, end
):
    studio.discard(leaving.id)
    assert status(studio, leaving) == RunStatus.DISCARDED
    training.may_end.set()
    end()
    assert status(studio, leaving) == RunStatus.DISCARDED


def test_caches_are_kept_within_their_space_behind_a_training(
    studio: Studio, start, end, monkeypatch: pytest.MonkeyPatch
):
    kept: list[RunStatus] = []
    monkeypatch.setattr(
        "core.jobs.desk.keep_within", lambda workspace, _: kept.append(workspace.runs.get(run.id).status)
    )
    run = start()
    end()
    assert kept == [RunStatus.DONE]


def test_what_is_not_under_way_cannot_be_paused(studio: Studio, training: Training, start, end):
    run = start()
    end()
    with pytest.raises(RunError, match="'Run 1' is not under way here: it is done"):
        studio.pause(run.id)


def test_a_full_disk_that_takes_not_even_the_pause_is_told_and_written_down_later(
    studio: Studio, training: Training, start, end, monkeypatch: pytest.MonkeyPatch
):
    """The row would say "running" for ever, with nobody at work and no way to go on."""
    run = start()
    assert training.started.wait(PATIENCE)
    training.fails = Paused("The disk is full.", hint="Free some space.")
    end()
    with monkeypatch.context() as full:

        def refuse(*args: object, **kwargs: object) -> None:
            raise DiskFullError("The disk is full.")

        full.setattr(type(studio._workspace.runs), "pause", refuse)
        told = studio.run(run.id)
        assert told is not None
        assert (told.status, told.error, told.hint) == (
            RunStatus.PAUSED,
            "The disk is full.",
            "Free some space.",
        )
    training.fails = None
    studio.resume(run.id)
    end()
    assert status(studio, run) == RunStatus.DONE


@pytest.mark.parametrize(
    "act",
    [
        lambda studio, paused, waiting: studio.discard(paused.id),
        lambda studio, paused, waiting: studio.delete_run(paused.id),
        lambda studio, paused, waiting: studio.move(waiting.id, Move.FIRST),
    ],
    ids=["discard", "delete", "move"],
)
def test_what_a_full_disk_held_back_goes_on_with_whatever_is_done_about_it(
    studio: Studio, training: Training, start, end, act: Callable[[Studio, Run, Run], None]
):
    """Only "Resume" woke the queue: who freed space and discarded the paused run waited for ever."""
    paused = start()
    assert training.started.wait(PATIENCE)
    waiting = start()
    training.fails = Paused("The disk is full.", hint="Free some space.")
    end()
    training.fails = None
    assert (status(studio, paused), status(studio, waiting)) == (RunStatus.PAUSED, RunStatus.QUEUED)
    act(studio, paused, waiting)
    end()
    assert status(studio, waiting) == RunStatus.DONE


def test_work_that_breaks_without_a_word_leaves_a_failed_run(studio: Studio, training: Training, start, end):
    run = start()
    assert training.started.wait(PATIENCE)
    training.fails = ZeroDivisionError("x")
    end()
    failed = studio.run(run.id)
    assert failed is not None
    assert failed.status == RunStatus.FAILED
    assert "ZeroDivisionError" in failed.error


def test_pictures_with_a_finding_that_forbids_training_are_refused(studio: Studio, project_id: str):
    dataset = studio.dataset(project_id)
    assert dataset is not None
    blocks = Issue(
        kind=IssueKind.ONE_CLASS, severity=Severity.BLOCKS, message="One class is empty.", hint="Fill it."
    )
    studio._workspace.datasets.set_issues(dataset.id, (*dataset.issues, blocks))
    with pytest.raises(DatasetError, match="One class is empty") as told:
        studio.start_run(project_id, TrainConfig(), preset=None, token="x")
    assert told.value.hint == "Fill it."
    assert studio.runs(project_id) == ()
    assert studio.why_not_trainable(project_id) == "One class is empty. Fill it."


def test_a_deleted_run_comes_back_and_its_name_is_not_given_again(
    studio: Studio, project_id: str, start, end
):
    first = start()
    end()
    studio.delete_run(first.id)
    assert studio.runs(project_id) == ()
    second = start()
    end()
    studio.restore_run(first.id)
    assert [run.name for run in studio.runs(project_id)] == ["Run 2", "Run 1"]
    assert second.name == "Run 2"


def left_by_another(settings: Settings, project_id: str) -> tuple[Run, Run]:
    """Return a run that an ended process was working on, and one that waited for it."""
    with Workspace.open(settings, owner=ENDED) as before:
        dataset = before.datasets.current(project_id)
        assert dataset is not None
        going, waiting = (
            before.runs.create(project_id, dataset, config=TrainConfig(), preset=None, token=name)
            for name in ("going", "waiting")
        )
        before.queue.take()
    return going, waiting


def test_a_server_that_starts_again_goes_on_with_the_queue_and_offers_to_resume(
    settings: Settings, studio: Studio, project_id: str, training: Training
):
    going, waiting = left_by_another(settings, project_id)
    training.go_on.set()
    again = Studio.open(settings, take_over=True)
    for thread in list(again._runner._threads):
        thread.join(PATIENCE)
    assert training.trained == [waiting.name]
    assert status(again, waiting) == RunStatus.DONE
    interrupted = again.run(going.id)
    assert interrupted is not None
    assert (interrupted.status, interrupted.resumable) == (RunStatus.INTERRUPTED, True)
    assert [line.text for line in again.log_of(going.id)] == [
        "Sightsmith was closed or stopped: interrupted."
    ]
    again.close(PATIENCE)


def test_a_run_of_a_command_that_was_killed_can_be_resumed_in_the_app_that_is_open(
    settings: Settings, studio: Studio, project_id: str, training: Training, end
):
    """It stood there as "training" until the app was started anew."""
    going, _ = left_by_another(settings, project_id)
    assert status(studio, going) == RunStatus.INTERRUPTED
    assert RunStatus.RUNNING not in {run.status for run in studio.runs(project_id)}
    studio.resume(going.id)
    end()
    assert status(studio, going) == RunStatus.DONE


def test_a_command_leaves_the_queue_of_an_ended_server_alone(
    settings: Settings, studio: Studio, project_id: str, training: Training
):
    _, waiting = left_by_another(settings, project_id)
    command = Studio.open(settings)
    assert status(command, waiting) == RunStatus.QUEUED
    assert training.trained == []
    command.close(PATIENCE)


def test_the_same_click_again_gives_the_same_run_whatever_became_of_it(
    studio: Studio, project_id: str, training: Training, start, end
):
    run = start()
    end()
    again = studio.start_run(project_id, replace(run.config, seed=3), preset=None, token="token 0")
    assert (again.id, again.status, again.config.seed) == (run.id, RunStatus.DONE, 0)
    assert training.trained == ["Run 1"]


def left_activations(settings: Settings) -> Path:
    """Return a file that a process has left which was killed while it trained."""
    with Workspace.open(settings, owner=ENDED) as before:
        file = before.activations("a")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"rows")
    return file


def test_what_a_killed_training_kept_goes_with_the_run_or_with_the_next_start(
    settings: Settings, studio: Studio, project_id: str, training: Training, start, end
):
    """It takes up to 8 GB, and a run that goes on makes it anew."""
    going, _ = left_by_another(settings, project_id)
    file = left_activations(settings)
    studio.run(going.id)  # sees that nobody works on it any more
    studio.discard(going.id)
    assert not file.exists()
    run = start()
    end()
    left_activations(settings)
    studio.delete_run(run.id)
    assert not file.exists()
    left_activations(settings)
    Studio.open(settings).close(PATIENCE)
    assert not file.exists()
