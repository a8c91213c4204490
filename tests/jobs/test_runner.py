"""Jobs end in exactly one final status, trainings take turns, and snapshots tell the truth."""

import threading

import pytest

from core.domain.errors import Cancelled, DatasetError
from core.domain.run import JobKind, JobSnapshot, JobStatus, Progress, Stage
from core.jobs.runner import JobContext, Runner, Work

PATIENCE = 10.0  # seconds after which a test gives up waiting


@pytest.fixture
def runner():
    made = Runner()
    yield made
    made.close(PATIENCE)


def job(name: str, kind: JobKind = JobKind.TRAIN) -> JobSnapshot:
    return JobSnapshot(id=name, kind=kind, project_id="p", title=name)


def run_to_end(runner: Runner, work: Work, kind: JobKind = JobKind.IMPORT) -> JobSnapshot:
    runner.submit(job("one", kind), work)
    for thread in list(runner._threads):
        thread.join(PATIENCE)
    ended = runner.snapshot("one")
    assert ended is not None
    return ended


@pytest.mark.parametrize("kind", list(JobKind))
def test_work_that_ends_is_done(runner: Runner, kind: JobKind):
    assert run_to_end(runner, lambda context: None, kind).status == JobStatus.DONE


def test_a_known_problem_is_told_with_its_hint(runner: Runner):
    def work(context: JobContext) -> None:
        raise DatasetError("Class 'owl' has 3 pictures.", hint="Add 7.")

    ended = run_to_end(runner, work)
    assert (ended.status, ended.error, ended.hint) == (
        JobStatus.FAILED,
        "Class 'owl' has 3 pictures.",
        "Add 7.",
    )


def test_an_unforeseen_problem_fails_the_job_and_nothing_else(runner: Runner):
    def work(context: JobContext) -> None:
        raise ZeroDivisionError("x")

    assert "ZeroDivisionError" in run_to_end(runner, work).error


def test_cancelled_work_is_stopped_not_failed(runner: Runner):
    def work(context: JobContext) -> None:
        raise Cancelled

    assert run_to_end(runner, work).status == JobStatus.STOPPED


def test_progress_is_seen_while_the_work_goes_on(runner: Runner):
    told, go_on = threading.Event(), threading.Event()

    def work(context: JobContext) -> None:
        context.publish(Progress(stage=Stage.IMPORT, done=3, total=12))
        told.set()
        assert go_on.wait(PATIENCE)

    runner.submit(job("one", JobKind.IMPORT), work)
    assert told.wait(PATIENCE)
    seen = runner.snapshot("one")
    go_on.set()
    assert seen is not None
    assert seen.status == JobStatus.RUNNING
    assert seen.progress is not None
    assert seen.progress.fraction == 0.25


def test_trainings_take_turns(runner: Runner):
    started, go_on, order = threading.Event(), threading.Event(), []

    def first(context: JobContext) -> None:
        started.set()
        assert go_on.wait(PATIENCE)
        order.append("first")

    runner.submit(job("first"), first)
    runner.submit(job("second"), lambda context: order.append("second"))
    assert started.wait(PATIENCE)
    waiting = runner.snapshot("second")
    go_on.set()
    for thread in list(runner._threads):
        thread.join(PATIENCE)
    assert waiting is not None
    assert waiting.status == JobStatus.WAITING
    assert order == ["first", "second"]


def test_the_same_job_from_fifty_threads_runs_once(runner: Runner):
    count, lock = [], threading.Lock()

    def work(context: JobContext) -> None:
        with lock:
            count.append(1)

    threads = [threading.Thread(target=runner.submit, args=(job("one"), work)) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in (*threads, *runner._threads):
        thread.join(PATIENCE)
    assert len(count) == 1


def test_stop_reaches_the_work_and_close_abandons_it(runner: Runner):
    started, seen = threading.Event(), []

    def work(context: JobContext) -> None:
        started.set()
        assert context._abandon.wait(PATIENCE)
        seen.append((context.stopped(), context.abandoned()))
        raise Cancelled

    runner.submit(job("one", JobKind.IMPORT), work)
    assert started.wait(PATIENCE)
    runner.close(PATIENCE)
    assert seen == [(True, True)]


def test_a_job_stopped_while_waiting_is_still_worked_on_so_that_it_can_be_closed(runner: Runner):
    """A queued run that never began would otherwise stay 'queued' in the database for ever."""
    started, go_on, seen = threading.Event(), threading.Event(), []

    def first(context: JobContext) -> None:
        started.set()
        assert go_on.wait(PATIENCE)

    runner.submit(job("first"), first)
    runner.submit(job("second"), lambda context: seen.append(context.stopped()))
    assert started.wait(PATIENCE)
    runner.stop("second")
    go_on.set()
    for thread in list(runner._threads):
        thread.join(PATIENCE)
    assert seen == [True]
    ended = runner.snapshot("second")
    assert ended is not None
    assert ended.status == JobStatus.STOPPED
