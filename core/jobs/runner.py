"""Worker threads that belong to the process, never to a browser session.

Trainings wait in one queue and run one at a time; everything else starts at once, in a thread of its own.
A page sees a job through its snapshot, which the worker replaces as a whole.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from core.domain.errors import AppError, Cancelled
from core.domain.run import JobKind, JobSnapshot, JobStatus, Progress

log = logging.getLogger(__name__)

Work = Callable[["JobContext"], None]


class JobContext:
    """What a job's work may do: publish progress, and ask whether it should end."""

    def __init__(self, snapshot: JobSnapshot) -> None:
        self._snapshot = snapshot
        self._stop = threading.Event()
        self._abandon = threading.Event()

    @property
    def snapshot(self) -> JobSnapshot:
        """Return the job as it stands."""
        return self._snapshot

    def publish(self, progress: Progress) -> None:
        """Replace the progress that pages see."""
        self._snapshot = replace(self._snapshot, progress=progress)

    def stopped(self) -> bool:
        """Whether the work should end now: the user asked for it, or the app is closing."""
        return self._stop.is_set() or self._abandon.is_set()

    def abandoned(self) -> bool:
        """Whether the app is closing: end at once, keep nothing half-made, do not start long work."""
        return self._abandon.is_set()

    def stop(self) -> None:
        """Ask the work to end, keeping what it has."""
        self._stop.set()

    def abandon(self) -> None:
        """Ask the work to end at once, because the app is closing."""
        self._abandon.set()

    def enter(self, status: JobStatus, *, error: str = "", hint: str = "") -> None:
        """Move the job to another status; called by the runner alone."""
        self._snapshot = replace(self._snapshot, status=status, error=error, hint=hint)


class Runner:
    """Runs jobs in background threads and answers for their state."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, JobContext] = {}
        self._threads: list[threading.Thread] = []
        self._queue: queue.SimpleQueue[tuple[JobContext, Work]] = queue.SimpleQueue()
        self._trainer: threading.Thread | None = None

    def submit(self, snapshot: JobSnapshot, work: Work) -> JobSnapshot:
        """Start the job, or queue it behind the training under way. The same id twice is one job."""
        with self._lock:
            if snapshot.id in self._jobs:
                return self._jobs[snapshot.id].snapshot
            context = self._jobs[snapshot.id] = JobContext(snapshot)
            if snapshot.kind == JobKind.TRAIN:
                self._queue.put((context, work))
                self._wake_trainer()
            else:
                self._start(lambda: _run(context, work), name=f"{snapshot.kind}-{snapshot.id}")
        return context.snapshot

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
        """Ask one job to end; an unknown or finished job is left alone."""
        with self._lock:
            context = self._jobs.get(job_id)
        if context:
            context.stop()

    def close(self, timeout: float) -> None:
        """Ask every job to end at once and wait up to ``timeout`` seconds for all of them together."""
        with self._lock:
            for context in self._jobs.values():
                context.abandon()
            threads = list(self._threads)
        deadline = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _wake_trainer(self) -> None:
        if self._trainer is None:
            self._trainer = self._start(self._train_in_turn, name="trainer")

    def _start(self, target: Callable[[], None], *, name: str) -> threading.Thread:
        # daemon: a job that does not listen must not keep the process from ending
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()
        return thread

    def _train_in_turn(self) -> None:
        while True:
            with self._lock:
                # looked at under the lock, so that a job queued now is seen here or wakes a new trainer
                if self._queue.empty():
                    self._trainer = None
                    return
                context, work = self._queue.get()
            _run(context, work)


def _run(context: JobContext, work: Work) -> None:
    """Do the work and end in exactly one final status, whatever happens.

    A job that was stopped while it waited is worked on as well: what it wrote down must be closed by it.
    """
    context.enter(JobStatus.RUNNING)
    try:
        work(context)
    except Cancelled:
        context.enter(JobStatus.STOPPED)
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
