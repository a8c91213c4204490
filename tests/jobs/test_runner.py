"""Jobs end in exactly one final status, trainings take turns, and snapshots tell the truth."""

import threading

import pytest

from core.domain.errors import Cancelled, DatasetError, Paused, StoreError
from core.domain.run import Ask, JobKind, JobSnapshot, JobStatus, Progress, Stage
from core.jobs.runner import JobContext, Runner, Take, Work

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


def test_room_is_made_before_a_job_in_its_own_thread():
    done: list[str] = []
    made = Runner(before=lambda: done.append(threading.current_thread().name))
    run_to_end(made, lambda context: done.append("work"))
    assert done == ["import-one", "work"]
    made.train(queue_of(done))
    for thread in list(made._threads):
        thread.join(PATIENCE)
    assert done[2:] == ["trainer", "trained"]


def queue_of(done: list[str]) -> Take:
    """Hand out one training."""
    left = [(job("two"), lambda context: done.append("trained"))]
    return lambda: left.pop() if left else None


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


class Line:
    """Trainings that wait, as the queue of a workspace hands them out."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._left: list[tuple[JobSnapshot, Work]] = []

    def add(self, name: str, work: Work) -> None:
        self._left.append((job(name), work))
        self._runner.wait(job(name))
        self._runner.train(self.take)

    def take(self) -> tuple[JobSnapshot, Work] | None:
        return self._left.pop(0) if self._left else None


@pytest.fixture
def line(runner: Runner) -> Line:
    return Line(runner)


def join(runner: Runner) -> None:
    for thread in list(runner._threads):
        thread.join(PATIENCE)


def status_of(runner: Runner, name: str) -> JobStatus | None:
    snapshot = runner.snapshot(name)
    return snapshot.status if snapshot else None


class Held:
    """Work that goes on until it is let go."""

    def __init__(self) -> None:
        self.started, self.go_on = threading.Event(), threading.Event()

    def __call__(self, context: JobContext) -> None:
        self.started.set()
        assert self.go_on.wait(PATIENCE)
        if context.paused():
            raise Paused


def test_trainings_take_turns(runner: Runner, line: Line):
    first, order = Held(), []
    line.add("first", first)
    line.add("second", lambda context: order.append("second"))
    assert first.started.wait(PATIENCE)
    assert status_of(runner, "second") == JobStatus.WAITING
    assert order == []
    first.go_on.set()
    join(runner)
    assert order == ["second"]
    assert status_of(runner, "second") == JobStatus.DONE


def test_a_training_queued_after_the_last_has_ended_begins(runner: Runner, line: Line):
    order: list[str] = []
    for name in ("first", "second"):
        line.add(name, lambda context, name=name: order.append(name))
        join(runner)
    assert order == ["first", "second"]


def test_many_threads_that_queue_at_once_forget_none(runner: Runner, line: Line):
    order, lock = [], threading.Lock()

    def work(context: JobContext) -> None:
        with lock:
            order.append(context.snapshot.id)

    threads = [threading.Thread(target=line.add, args=(str(n), work)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    join(runner)
    assert sorted(order, key=int) == [str(n) for n in range(50)]


def test_a_paused_training_makes_room_for_the_next(runner: Runner, line: Line):
    first, order = Held(), []
    line.add("first", first)
    line.add("second", lambda context: order.append("second"))
    assert first.started.wait(PATIENCE)
    runner.pause("first")
    first.go_on.set()
    join(runner)
    assert status_of(runner, "first") == JobStatus.PAUSED
    assert order == ["second"]


def test_a_training_that_the_disk_pauses_holds_the_others_back_until_one_is_queued(
    runner: Runner, line: Line
):
    """With a full disk each waiting run would begin, pause and be told of, one after the other."""
    order: list[str] = []

    def full(context: JobContext) -> None:
        raise Paused("The disk is full.", hint="Free some space.")

    held = Held()
    line.add("held", held)
    line.add("first", full)
    line.add("second", lambda context: order.append("second"))
    held.go_on.set()
    join(runner)
    paused = runner.snapshot("first")
    assert paused is not None
    assert (paused.status, paused.error, paused.hint) == (
        JobStatus.PAUSED,
        "The disk is full.",
        "Free some space.",
    )
    assert order == []
    line.add("third", lambda context: order.append("third"))
    join(runner)
    assert order == ["second", "third"]


def test_a_training_that_a_stop_has_paused_holds_nothing_back(runner: Runner, line: Line):
    """Stopped before there was anything to keep, it pauses; no disk is full."""
    first, order = Held(), []

    def work(context: JobContext) -> None:
        first(context)
        raise Paused("There was nothing to keep.")

    line.add("first", work)
    line.add("second", lambda context: order.append("second"))
    assert first.started.wait(PATIENCE)
    runner.stop("first")
    first.go_on.set()
    join(runner)
    assert (status_of(runner, "first"), order) == (JobStatus.PAUSED, ["second"])


def test_a_job_that_goes_on_begins_anew_without_what_was_asked_of_it(runner: Runner, line: Line):
    first, seen = Held(), []
    line.add("one", first)
    assert first.started.wait(PATIENCE)
    runner.pause("one")
    first.go_on.set()
    join(runner)
    runner.forget("one")
    line.add("one", lambda context: seen.append(context.stopped()))
    join(runner)
    assert seen == [False]
    assert status_of(runner, "one") == JobStatus.DONE


def test_a_training_put_back_before_it_has_quite_ended_goes_on(runner: Runner, line: Line):
    """It was paused again at once: what was asked of the attempt before was still asked of it."""
    first, seen = Held(), []
    line.add("one", first)
    assert first.started.wait(PATIENCE)
    runner.pause("one")

    def put_back() -> JobSnapshot:
        line._left.append((job("one"), lambda context: seen.append(context.stopped())))
        return job("one")

    runner.wait_again(put_back)
    runner.train(line.take)
    assert status_of(runner, "one") == JobStatus.WAITING
    first.go_on.set()
    join(runner)
    assert seen == [False]
    assert status_of(runner, "one") == JobStatus.DONE


def test_a_training_that_the_disk_paused_and_that_was_put_back_at_once_goes_on(runner: Runner, line: Line):
    seen: list[str] = []

    def full(context: JobContext) -> None:
        runner.wait_again(
            lambda: line._left.append((job("one"), lambda _: seen.append("again"))) or job("one")
        )
        runner.train(line.take)
        raise Paused("The disk is full.")

    line.add("one", full)
    join(runner)
    assert seen == ["again"]


def test_what_is_tidied_up_behind_a_training_keeps_nobody_waiting_for_its_end():
    """A page said that a run is at work while old caches were looked for."""
    seen: list[JobStatus | None] = []

    def tidy_up() -> None:
        seen.append(status_of(runner, f"{len(seen)}"))
        raise OSError("The disk fails.")

    runner = Runner(tidy_up=tidy_up)
    line = Line(runner)
    line.add("0", lambda context: None)
    line.add("1", lambda context: None)
    join(runner)
    runner.close(PATIENCE)
    assert seen == [JobStatus.DONE, JobStatus.DONE]


def test_a_job_at_work_is_not_forgotten(runner: Runner, line: Line):
    first = Held()
    line.add("one", first)
    assert first.started.wait(PATIENCE)
    runner.forget("one")
    runner.drop("one", JobStatus.STOPPED)
    assert status_of(runner, "one") == JobStatus.RUNNING
    first.go_on.set()


def test_closing_leaves_what_waits_in_the_queue(runner: Runner, line: Line):
    first, order = Held(), []
    line.add("first", first)
    line.add("second", lambda context: order.append("second"))
    assert first.started.wait(PATIENCE)
    runner.close(0.0)
    first.go_on.set()
    join(runner)
    assert order == []
    assert line.take() is not None
    runner.train(line.take)
    assert runner._trainer is None


class Breaks(Line):
    """A queue that cannot be asked so many times, as when the database is locked for long."""

    def __init__(self, runner: Runner, times: int) -> None:
        super().__init__(runner)
        self.times = times
        self.refused = threading.Event()

    def take(self) -> tuple[JobSnapshot, Work] | None:
        if self.times:
            self.times -= 1
            self.refused.set()
            raise StoreError("The database is locked.")
        return super().take()


def test_a_queue_that_cannot_be_asked_is_asked_again(runner: Runner):
    """One refusal was taken for an empty queue: what waited stood there as waiting, for ever."""
    runner._retry_seconds = 0.0
    line, order = Breaks(runner, times=3), []
    line.add("one", lambda context: order.append("one"))
    join(runner)
    assert (order, line.times) == (["one"], 0)


def test_a_queue_that_cannot_be_asked_is_asked_at_once_when_something_is_queued(runner: Runner):
    runner._retry_seconds = 10 * PATIENCE
    line, order = Breaks(runner, times=1), []
    line.add("one", lambda context: order.append("one"))
    assert line.refused.wait(PATIENCE)
    line.add("two", lambda context: order.append("two"))
    join(runner)
    assert order == ["one", "two"]


def test_closing_does_not_wait_for_a_queue_that_cannot_be_asked(runner: Runner):
    runner._retry_seconds = 10 * PATIENCE
    line = Breaks(runner, times=1)
    line.add("one", lambda context: None)
    assert line.refused.wait(PATIENCE)
    runner.close(PATIENCE)
    assert not any(thread.is_alive() for thread in runner._threads)


@pytest.mark.parametrize(
    ("ask", "stopped", "paused", "discarded", "abandoned"),
    [
        (JobContext.stop, True, False, False, False),
        (JobContext.pause, True, True, False, False),
        (JobContext.discard, True, False, True, False),
        (JobContext.abandon, True, False, False, True),
    ],
)
def test_work_hears_what_was_asked_of_it(ask, stopped, paused, discarded, abandoned):
    context = JobContext(job("one"))
    assert not context.stopped()
    ask(context)
    assert (context.stopped(), context.paused(), context.discarded(), context.abandoned()) == (
        stopped,
        paused,
        discarded,
        abandoned,
    )


def test_a_page_sees_what_was_asked_until_it_is_done(runner: Runner, line: Line):
    first = Held()
    line.add("one", first)
    assert first.started.wait(PATIENCE)
    runner.pause("one")
    seen = runner.snapshot("one")
    first.go_on.set()
    join(runner)
    ended = runner.snapshot("one")
    assert seen is not None
    assert ended is not None
    assert (seen.status, seen.asked) == (JobStatus.RUNNING, Ask.PAUSE)
    assert (ended.status, ended.asked) == (JobStatus.PAUSED, None)


def test_discarding_outweighs_pausing():
    context = JobContext(job("one"))
    context.pause()
    context.discard()
    assert (context.paused(), context.discarded()) == (False, True)


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
