"""The life of a training run: from queued to exactly one end."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import version

from core.data.parallel import check
from core.domain.errors import AppError, Cancelled, DiskFullError, Paused, RunError
from core.domain.run import Run, RunStatus, Stage, StageSeconds
from core.jobs.costing import time_left
from core.jobs.judging import judged
from core.jobs.outlook_here import outlook_here
from core.jobs.room import with_room
from core.jobs.run_book import RunBook
from core.jobs.runner import JobContext, unexpected
from core.jobs.search_stage import Search
from core.jobs.train_inputs import Inputs
from core.jobs.train_stages import Stages
from core.models.surgery import export_weights
from core.settings import Settings
from core.store.workspace import Workspace
from core.training.device import choose_device, describe_device

PACKAGES = ("torch", "torchvision", "timm", "openvino", "scikit-learn", "pillow")


def train_run(workspace: Workspace, settings: Settings, run: Run, context: JobContext) -> None:
    """Train and evaluate the run; it ends in exactly one status, also when this raises.

    A run that is stopped keeps and evaluates its best epoch. Raises Paused when it can go on later: the
    user asked for it, or the disk takes nothing more; Cancelled when there was nothing to keep, or the app is
    closing; AppError for what the user can do something about.
    """
    trainer = _Trainer(workspace, settings, run, context)
    try:
        with_room(workspace, settings, trainer.work, again=trainer.go_on)
    except Cancelled:
        trainer.leave()
        raise
    except DiskFullError as error:
        trainer.pause(error.message, error.hint)
    except AppError as error:
        trainer.end(RunStatus.FAILED, error=error.message, hint=error.hint)
        raise
    except Exception as error:
        trainer.end(RunStatus.FAILED, error=unexpected(error), hint="The log has the details.")
        raise


@dataclass(slots=True)
class _Trainer:
    """One run while it is worked on."""

    workspace: Workspace
    settings: Settings
    run: Run
    context: JobContext
    book: RunBook | None = None  # from when the pictures are known

    def work(self) -> None:
        if self.context.stopped():
            raise Cancelled
        config = self.run.config
        device = choose_device(config.device)
        self.workspace.runs.start(
            self.run.id,
            device=describe_device(device),
            versions=tuple((name, version(name)) for name in PACKAGES),
        )
        dataset = self.workspace.datasets.get(self.run.dataset_id)
        if dataset is None:
            raise RunError("The pictures of this run are gone.", hint="Import them again.")
        outlook = outlook_here(self.workspace, dataset.id)
        self.book = book = RunBook.opened(
            self.workspace,
            self.run,
            self.context,
            dataset,
            expected=time_left(self.settings, outlook, dataset, config),
        )
        book.take_up()
        inputs = Inputs(
            workspace=self.workspace,
            settings=self.settings,
            config=config,
            dataset=dataset,
            device=device,
            timed=book.stage,
            stopped=book.halted,
            views_precision=book.kept.get("views_precision"),
        )
        if config.search_minutes:
            inputs = replace(inputs, config=Search(inputs, book).chosen())
            book.clock.expect(time_left(self.settings, outlook, dataset, inputs.config))
        best = Stages(inputs, book).learn()
        best.restore()
        book.best_epoch = best.epoch
        self._evaluate(inputs, book)

    def go_on(self) -> None:
        """Prepare to work once more, from the last checkpoint, now that there is room on the disk."""
        self.run = replace(self.run, stage_seconds=self._took)
        self.workspace.runs.log(
            self.run.id, "The disk was full: temporary files were removed, and the run goes on."
        )

    def leave(self) -> None:
        """Record why the work was left before there was a result; raise Paused where it goes on later."""
        if self.context.discarded():
            self.end(RunStatus.DISCARDED, error="Discarded: nothing of it was kept.")
            self.workspace.runs.drop_checkpoints(self.run.id)
        elif self.context.paused():
            self.pause()
        elif self.context.abandoned():
            self.end(
                RunStatus.INTERRUPTED,
                error="Sightsmith was closed while this run was going.",
                hint="Resume it: it goes on from where it was.",
            )
        elif self._has_begun:
            self.pause(
                "It was stopped before there was a result to keep.",
                "Resume it: it goes on from where it was. Or discard it.",
            )
        else:
            self.end(
                RunStatus.DISCARDED,
                error="Stopped before the first epoch was complete, so there was nothing to keep.",
            )
            self.workspace.runs.drop_checkpoints(self.run.id)

    def pause(self, reason: str = "", hint: str = "") -> None:
        """Record that the run waits to be resumed; raise Paused, or Cancelled if it was discarded by now."""
        with suppress(DiskFullError):  # who hears of Paused writes it down as soon as the disk allows
            self.workspace.runs.pause(
                self.run.id, notes=self._notes, stage_seconds=self._took, reason=reason, hint=hint
            )
        if self.context.discarded():  # asked for between the two: who asked saw it at work
            with suppress(RunError):
                self.workspace.runs.discard(self.run.id)
            raise Cancelled
        raise Paused(reason, hint=hint)

    def end(self, status: RunStatus, *, error: str, hint: str = "") -> None:
        """Record an end without a result."""
        self.workspace.runs.end_without_result(
            self.run.id, status, error=error, hint=hint, stage_seconds=self._took, notes=self._notes
        )

    def _stops_judging(self) -> bool:
        """Whether to leave the final test: not for a stop, which wants its result."""
        return self.context.stopped() and not self.context.stopping()

    @property
    def _has_begun(self) -> bool:
        """Whether work would be lost with the run: a checkpoint, or ways that were tried."""
        now = self.workspace.runs.get(self.run.id)
        return now is not None and (now.saved_at is not None or bool(now.trials))

    @property
    def _notes(self) -> tuple[str, ...]:
        return tuple(self.book.notes) if self.book else ()

    @property
    def _took(self) -> tuple[StageSeconds, ...]:
        return self.book.took if self.book else ()

    def _evaluate(self, inputs: Inputs, book: RunBook) -> None:
        """Answer every validation and test picture with the final model; keep everything."""
        with book.stage(Stage.EVALUATE):
            judgement = judged(self.run.id, inputs, publish=book.publish, stopped=self._stops_judging)
            check(self.context.discarded)
            self.workspace.runs.save_result(
                self.run.id,
                report=judgement.report,
                predictions=judgement.predictions,
                weights={name: t.numpy() for name, t in export_weights(inputs.model).items()},
                preprocessing=inputs.preprocessing,
                memory=judgement.memory,
                decision=judgement.decision,
            )
        self.workspace.runs.finish(
            self.run.id,
            RunStatus.STOPPED if book.stopped else RunStatus.DONE,
            best_epoch=book.best_epoch,
            stage_seconds=book.took,
            notes=tuple(book.notes),
        )
        self.workspace.runs.drop_checkpoints(self.run.id)
