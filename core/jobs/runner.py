"""Worker threads that belong to the process, never to a browser session.

Trainings run one at a time: their thread takes the next one from where they wait, until nothing waits.
Everything else starts at once, in a thread of its own. A page sees a job through its snapshot, which the
worker replaces as a whole.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from core.domain.errors import AppError, Cancelled, Paused
from core.domain.report import Answer
from core.domain.run import Ask, JobSnapshot, JobStatus, Progress

log = logging.getLogger(__name__)

RETRY_SECONDS = 15.0  # until a workspace that could not be asked for the next training is asked again

Work = Callable[["JobContext"], None]
Take = Callable[[], "tuple[JobSnapshot, Work] | None"]


class JobContext:
    """What a job's work may do: publish progress, and ask whether and how it should end."""

    def __init__(self, snapshot: JobSnapshot) -> None:
        self._snapshot = snapshot
        self._lock = threading.Lock()
        self._asked: set[Ask] = set()
        self._abandon = threading.Event()

    @property
    def snapshot(self) -> JobSnapshot:
        """Return the job as it stands."""
        return self._snapshot

    def publish(self, progress: Progress) -> None:
        """Replace the progress that pages see."""
        with self._lock:
            self._snapshot = replace(self._snapshot, progress=progress)

    def show(self, examples: tuple[Answer, ...]) -> None:
        """Replace the answers to some pictures that pages see."""
        with self._lock:
            self._snapshot = replace(self._snapshot, examples=examples)

    def stopped(self) -> bool:
        """Whether the work should leave off now: to stop, pause or discard, or because the app is closing."""
        return bool(self._asked) or self._abandon.is_set()

    def stopping(self) -> bool:
        """Whether the work should end with what it has: nothing that outweighs this was asked."""
        return self._asked == {Ask.STOP} and not self._abandon.is_set()

    def paused(self) -> bool:
        """Whether the work should write down how far it is and raise Paused, to go on later."""
        return Ask.PAUSE in self._asked and Ask.DISCARD not in self._asked

    def discarded(self) -> bool:
        """Whether the work should end and keep nothing."""
        return Ask.DISCARD in self._asked

    def abandoned(self) -> bool:
        """Whether the app is closing: end at once, keep nothing half-made, do not start long work."""
        return self._abandon.is_set()

    def stop(self) -> None:
        """Ask the work to end, keeping what it has."""
        self._ask(Ask.STOP)

    def pause(self) -> None:
        """Ask the work to leave off, to go on later."""
        self._ask(Ask.PAUSE)

    def discard(self) -> None:
        """Ask the work to end, keeping nothing."""
        self._ask(Ask.DISCARD)

    def abandon(self) -> None:
        """Ask the work to end at once, because the app is closing."""
        self._abandon.set()

    def enter(self, status: JobStatus, *, error: str = "", hint: str = "") -> None:
        """Move the job to another status; called by the runner alone."""
        with self._lock:
            asked = self._snapshot.asked if status.active else None
            self._snapshot = replace(self._snapshot, status=status, error=error, hint=hint, asked=asked)

    def _ask(self, what: Ask) -> None:
        with self._lock:
            self._asked.add(what)
            if self._snapshot.status.active:
                self._snapshot = replace(self._snapshot, asked=what)


def _nothing() -> None:
    pass


class Runner:
    """Runs jobs in background threads and answers for their state."""

    def __init__(
        self,
        *,
        before: Callable[[], None] = _nothing,
        tidy_up: Callable[[], None] = _nothing,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        """``before`` is called in each job's thread before its work.

        ``tidy_up`` is done behind each training, once its end is told.
        """
        self._before, self._tidy_up, self._retry_seconds = before, tidy_up, retry_seconds
        self._lock = threading.Lock()
        self._turns = threading.Lock()  # taking a training and putting one back; never asked for under _lock
        self._nudged = threading.Event()  # something was queued, or the app is closing
        self._jobs: dict[str, JobContext] = {}
        self._threads: list[threading.Thread] = []
        self._trainer: threading.Thread | None = None
        self._look_again = False  # a training was queued since the trainer last looked
        self._closing = False

    def submit(self, snapshot: JobSnapshot, work: Work) -> JobSnapshot:
        """Start a job at once. The same id again is the same job."""
        with self._lock:
            if snapshot.id in self._jobs:
                return self._jobs[snapshot.id].snapshot
            context = self._jobs[snapshot.id] = JobContext(snapshot)
            self._start(lambda: self._run(context, work), name=f"{snapshot.kind}-{snapshot.id}")
        return context.snapshot

    def recall(self, snapshot: JobSnapshot) -> None:
        """Show a job that has ended before this process began."""
        with self._lock:
            self._jobs.setdefault(snapshot.id, JobContext(snapshot))

    def wait(self, snapshot: JobSnapshot) -> None:
        """Show a training as waiting, unless it is known already."""
        with self._lock:
            self._jobs.setdefault(snapshot.id, JobContext(snapshot))

    def wait_again(self, put_back: Callable[[], JobSnapshot]) -> None:
        """Show a training that ``put_back`` queues as waiting: nothing that was asked before is asked of it.

        That holds as well where its work has written down that it left off, and has not quite ended yet.
        """
        with self._turns:
            snapshot = put_back()
            with self._lock:
                self._jobs[snapshot.id] = JobContext(snapshot)

    def forget(self, job_id: str) -> None:
        """Know nothing of a job that has ended any more: before it is queued again."""
        with self._lock:
            context = self._jobs.get(job_id)
            if context and not context.snapshot.status.active:
                del self._jobs[job_id]

    def train(self, take: Take) -> None:
        """See to it that what waits is trained: ``take`` hands out the next one, None when none waits."""
        with self._lock:
            if self._trainer is None and not self._closing:
                self._trainer = self._start(lambda: self._train_in_turn(take), name="trainer")
            self._look_again = True
        self._nudged.set()

    def drop(self, job_id: str, status: JobStatus) -> None:
        """End a training that waits; one that has begun is left alone."""
        with self._lock:
            context = self._jobs.get(job_id)
            if context and context.snapshot.status == JobStatus.WAITING:
                context.enter(status)

    def snapshot(self, job_id: str) -> JobSnapshot | None:
        """Return the job's state, or None when this process never had it."""
        with self._lock:
            context = self._jobs.get(job_id)
        return context.snapshot if context else None

    def snapshots(self) -> tuple[JobSnapshot, ...]:
        """Return the state of every job of this process, oldest first."""
        with self._lock:
            return tuple(context.snapshot for context in self._jobs.values())

    def stop(self, job_id: str) -> None:
        """Ask one job to end, keeping what it has; an unknown or finished job is left alone."""
        self._ask(job_id, JobContext.stop)

    def pause(self, job_id: str) -> None:
        """Ask one job to leave off, to go on later."""
        self._ask(job_id, JobContext.pause)

    def discard(self, job_id: str) -> None:
        """Ask one job to end, keeping nothing."""
        self._ask(job_id, JobContext.discard)

    def close(self, timeout: float) -> None:
        """Ask every job to end at once and wait up to ``timeout`` seconds for all of them together."""
        with self._lock:
            self._closing = True
            for context in self._jobs.values():
                context.abandon()
            threads = list(self._threads)
        self._nudged.set()
        deadline = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _ask(self, job_id: str, what: Callable[[JobContext], None]) -> None:
        with self._lock:
            context = self._jobs.get(job_id)
        if context:
            what(context)

    def _start(self, target: Callable[[], None], *, name: str) -> threading.Thread:
        # daemon: a job that does not listen must not keep the process from ending
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()
        return thread

    def _train_in_turn(self, take: Take) -> None:
        while (training := self._next(take)) is not None:
            context, work = training
            self._run(context, work)
            rests = self._rests(context)
            try:
                self._tidy_up()
            except Exception:
                log.exception("what a training has left cannot be tidied up")
            if rests:
                return

    def _next(self, take: Take) -> tuple[JobContext, Work] | None:
        """Return the next training; without one, this thread is the trainer no more."""
        while True:
            with self._lock:
                self._look_again = False
            taken = self._taken(take)
            if taken is not None:
                return taken
            with self._lock:
                # asked for under the lock: what was queued since we looked is seen, or wakes a new trainer
                if self._closing or not self._look_again:
                    self._trainer = None
                    return None

    def _taken(self, take: Take) -> tuple[JobContext, Work] | None:
        """Return what is handed out, asked for until the workspace answers; None when the app is closing."""
        while not self._closing:
            self._nudged.clear()
            try:
                with self._turns:
                    taken = take()
                    return (self._context_of(taken[0]), taken[1]) if taken else None
            except Exception:  # the disk is full, the database is locked: what waits must not wait for ever
                log.exception("no training can be taken from the queue; it is asked again")
            self._nudged.wait(self._retry_seconds)
        return None

    def _run(self, context: JobContext, work: Work) -> None:
        def prepared(context: JobContext) -> None:
            self._before()
            work(context)

        _run(context, prepared)

    def _context_of(self, snapshot: JobSnapshot) -> JobContext:
        """Return the context in which the training was shown as waiting, or a new one."""
        with self._lock:
            known = self._jobs.get(snapshot.id)
            if known is not None and known.snapshot.status is JobStatus.WAITING:
                return known
            context = self._jobs[snapshot.id] = JobContext(snapshot)
            if self._closing:
                context.abandon()
            return context

    def _rests(self, context: JobContext) -> bool:
        """Whether this thread is the trainer no more, since the next training would fare no better.

        So where a training has paused by itself, because the disk takes nothing more, and nobody has put it
        back meanwhile.
        """
        with self._lock:
            rests = (
                context.snapshot.status is JobStatus.PAUSED
                and not context.stopped()
                and self._jobs.get(context.snapshot.id) is context
            )
            if rests:
                self._trainer = None
            return rests


def _run(context: JobContext, work: Work) -> None:
    """Do the work and end in exactly one status, whatever happens."""
    context.enter(JobStatus.RUNNING)
    try:
        work(context)
    except Cancelled:
        context.enter(JobStatus.STOPPED)
    except Paused as pause:
        context.enter(JobStatus.PAUSED, error=pause.reason, hint=pause.hint)
    except AppError as error:
        log.warning("job %s failed: %s", context.snapshot.id, error)
        context.enter(JobStatus.FAILED, error=error.message, hint=error.hint)
    except Exception as error:
        log.exception("job %s failed unexpectedly", context.snapshot.id)
        context.enter(JobStatus.FAILED, error=unexpected(error), hint="The log has the details.")
    else:
        context.enter(JobStatus.STOPPED if context.stopped() else JobStatus.DONE)


def unexpected(error: BaseException) -> str:
    """Return a sentence for an error nobody foresaw."""
    if isinstance(error, MemoryError):
        return "The computer ran out of memory."
    return f"Something went wrong that Sightsmith did not foresee ({type(error).__name__}: {error})."
