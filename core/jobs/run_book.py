"""What a training run writes down while it goes on: progress, epochs, notes, its journal, checkpoints."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from core.domain.dataset import Dataset, Split
from core.domain.decision import MOST_REMEMBERED
from core.domain.run import EpochRow, Progress, Run, Stage, StageSeconds
from core.jobs.runner import JobContext
from core.jobs.train_inputs import Told
from core.store.workspace import Workspace
from core.training.clock import Clock, Left
from core.training.snapshot import Snapshot

CHECKPOINT_SECONDS = 60.0  # no more than this is lost when the computer dies


@dataclass(slots=True)
class RunBook:
    """The records of one run; what was written before an interruption is continued."""

    workspace: Workspace
    run: Run
    context: JobContext
    clock: Clock
    notes: list[str] = field(default_factory=list)
    epochs: int = 0  # gone through so far, over all stages
    stopped: bool = False  # the user took what there was
    promising: bool = False  # a stop leads to a result from here on, if after a moment
    best_epoch: int | None = None
    kept: dict[str, Any] = field(default_factory=dict)  # by the stage that is gone on with
    _snapshot: Snapshot | None = None
    _spent: dict[Stage, float] = field(default_factory=dict)  # seconds in stages that ended, in all attempts
    _open: list[tuple[Stage, float]] = field(default_factory=list)  # stages going on, and since when
    _kept_at: float = field(default_factory=time.monotonic)

    @classmethod
    def opened(
        cls,
        workspace: Workspace,
        run: Run,
        context: JobContext,
        dataset: Dataset,
        *,
        expected: Left | None = None,
    ) -> RunBook:
        """Return the book of a run that begins or goes on; ``expected`` tells the time by measured costs."""
        train = len(dataset.used(Split.TRAIN))
        clock = Clock(
            pictures=len(dataset.used()),
            train_pictures=train,
            judged_pictures=len(dataset.used()) - train + min(train, MOST_REMEMBERED),
            fine_tune_epochs=run.config.fine_tune_epochs,
            expected=expected,
        )
        return cls(workspace=workspace, run=run, context=context, clock=clock)

    @property
    def took(self) -> tuple[StageSeconds, ...]:
        """Seconds per stage so far, over all attempts; one that is going on counts up to now."""
        spent, now = dict(self._spent), time.monotonic()
        for stage, since in self._open:
            spent[stage] = spent.get(stage, 0.0) + now - since
        return tuple(StageSeconds(stage=stage, seconds=seconds) for stage, seconds in spent.items())

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[Told]:
        """Time a stage and hand out how to tell its progress; what was begun counts, however it ends."""
        self._open.append((stage, time.monotonic()))

        def told(done: int, total: int) -> None:
            self.publish(Progress(stage=stage, done=done, total=total))

        try:
            told(0, 0)
            yield told
        finally:
            stage, since = self._open.pop()
            self._spent[stage] = self._spent.get(stage, 0.0) + time.monotonic() - since

    def publish(self, progress: Progress) -> None:
        """Show how far the stage is, with the pace and the time left."""
        rate = self.clock.rate(progress.stage, progress.done)
        left = self.clock.seconds_left(progress.stage, progress.done)
        searching = progress.stage == Stage.SEARCH  # counted in seconds, and the training comes behind it
        if searching:
            left = progress.total - progress.done + (left or 0.0)
        self.context.publish(
            replace(
                progress,
                images_per_second=None if searching or progress.stage == Stage.WEIGHTS else rate,
                seconds_left=left,
                share=self.clock.share(left),
            )
        )

    def halted(self) -> bool:
        """Whether to leave off at once; not for a stop that can still lead to a result."""
        return self.context.stopped() and not (self.promising and self.context.stopping())

    def add(self, row: EpochRow) -> None:
        """Write down what an epoch achieved."""
        self.workspace.runs.add_epoch(self.run.id, row)
        self.epochs = row.epoch

    def note(self, text: str) -> None:
        """Write down what the user should read afterwards."""
        self.notes.append(text)
        self.log(text)

    def log(self, text: str) -> None:
        """Write a line into the run's journal."""
        self.workspace.runs.log(self.run.id, text)

    @property
    def checkpoint_due(self) -> bool:
        """Whether more would be lost by now than may be."""
        return time.monotonic() - self._kept_at >= CHECKPOINT_SECONDS

    def keep(self, snapshot: Snapshot, **more: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Keep where the run is, with ``more`` that its stage needs. Raises DiskFullError."""
        tensors, state = snapshot.packed(
            epochs=self.epochs,
            notes=self.notes,
            took=[(one.stage.value, one.seconds) for one in self.took],
            **more,
        )
        self.workspace.runs.keep_checkpoint(self.run.id, tensors=tensors, state=state)
        self._kept_at = time.monotonic()

    def take_up(self) -> None:
        """Find where the run was left, and go on with what was written down by then."""
        self._spent = {one.stage: one.seconds for one in self.run.stage_seconds}
        found = self.workspace.runs.checkpoint(self.run.id)
        if found is None:
            if self.run.history:  # of an attempt whose checkpoints are damaged: it begins anew
                self.workspace.runs.forget_epochs(self.run.id, after=0)
            return
        self._snapshot, self.kept = Snapshot.unpacked(found.tensors, found.state)
        self.epochs, self.notes = self.kept.pop("epochs"), list(self.kept.pop("notes"))
        self.promising = self.epochs > 0  # the best of them is in the checkpoint
        spent = {Stage(stage): seconds for stage, seconds in self.kept.pop("took")}
        # a run that was paused had told more than its last checkpoint, one that was killed after that less
        self._spent = max(self._spent, spent, key=lambda seconds: sum(seconds.values()))
        self.workspace.runs.forget_epochs(self.run.id, after=self.epochs)
        if found.older:
            self.note("The last checkpoint was damaged; the one before was taken up.")
        self.log(f"Taken up again in epoch {self._snapshot.state['place']['epoch']}.")

    def left_in(self, stage: Stage) -> tuple[Snapshot | None, dict[str, Any]]:
        """Return where the stage was left, and what it had kept; None where it begins. It is told once."""
        if self.kept.get("stage") != stage:
            return None, {}
        snapshot, kept = self._snapshot, self.kept
        self._snapshot, self.kept = None, {}
        return snapshot, kept
