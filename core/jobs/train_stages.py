"""The stages of a training run, from the last checkpoint where there is one: the head, then the blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from core.domain.choices import HeadSolver
from core.domain.errors import Cancelled
from core.domain.run import EpochRow, Progress, Stage
from core.jobs.examples import examples
from core.jobs.fine_tuning import Decided, FineTuning
from core.jobs.run_book import RunBook
from core.jobs.train_inputs import Inputs
from core.training.best import Best
from core.training.divergence import DivergedError
from core.training.loop import Fit, Note
from core.training.material import Material
from core.training.snapshot import Snapshot
from core.training.sources import BatchSource
from core.training.stages import head_fit, judge_head, solve_head
from core.training.tally import Judged

SLOWER = 0.1  # of the learning rate, after it has destroyed what was learnt

Kept = dict[str, Any]  # beside the snapshot of a stage, as JSON holds it
# (share of the rate, first epoch) -> a stage, its batches, and what was decided about it for good
Begin = Callable[[float, int], tuple[Fit, BatchSource, Kept]]


@dataclass(slots=True)
class Stages:
    """Brings a run's model through its stages."""

    inputs: Inputs
    book: RunBook

    def learn(self) -> Best:
        """Return the best weights once the stages are through, or the user has stopped them.

        Raises Cancelled when the run is to be left, with a checkpoint where there is something to go on
        from; RunError when it cannot go on; DiskFullError.
        """
        config = self.inputs.config
        best = Best(self.inputs.model)
        material = Material(
            model=self.inputs.model,
            config=config,
            outputs=self.inputs.outputs,
            divided=self.inputs.divided,
        )
        snapshot, kept = self.book.left_in(Stage.FINE_TUNE)
        if config.pretrained and snapshot is None:
            self._head(material, best)
            best.restore()
        if config.fine_tune_blocks and not self._is_enough(best):
            self._fine_tune_unless_stopped(material, best, snapshot, kept)
        return best

    def _is_enough(self, best: Best) -> bool:
        """Whether the user has stopped the run, and there is something to keep."""
        book = self.book
        book.stopped = book.stopped or (book.context.stopping() and best.epoch is not None)
        return book.stopped

    def _head(self, material: Material, best: Best) -> None:
        config, book, views = self.inputs.config, self.book, self.inputs.views
        with book.stage(Stage.HEAD):
            if config.head_solver is HeadSolver.ADAMW:
                snapshot, kept = book.left_in(Stage.HEAD)
                going = {
                    "stage": Stage.HEAD,
                    "epochs_planned": config.head_epochs,
                    "first_epoch": 1,
                    "views_precision": self.inputs.precision_of_views,
                }

                def begin(rate: float, first: int) -> tuple[Fit, BatchSource, Kept]:
                    return *head_fit(material, views, best=best, first_epoch=first, rate=rate), {}

                self._follow(begin, best, snapshot, going | kept)
                return
            row, penalty = solve_head(
                material, views, best=best, groups=self.inputs.groups, stopped=book.halted
            )
            book.add(row)
            self._show(judge_head(material, views[0], material.divided.validation))
            book.log(f"The head was fitted exactly, with a penalty of {penalty:.3g}.")

    def _fine_tune_unless_stopped(
        self, material: Material, best: Best, snapshot: Snapshot | None, kept: Kept
    ) -> None:
        """Fine-tune; a stop before the first batch of it keeps the head."""
        try:
            self._fine_tune(material, best, snapshot, kept)
        except Cancelled:
            if not self._is_enough(best):
                raise

    def _fine_tune(self, material: Material, best: Best, snapshot: Snapshot | None, kept: Kept) -> None:
        tuning = FineTuning(
            inputs=self.inputs,
            book=self.book,
            material=material,
            pixels=self.inputs.pixels,
            best=best,
            decided=msgspec.convert(kept.get("decided"), Decided | None),
        )
        going = {
            "stage": Stage.FINE_TUNE,
            "epochs_planned": self.inputs.config.fine_tune_epochs,
            "first_epoch": self.book.epochs + 1,
        }

        def begin(rate: float, first: int) -> tuple[Fit, BatchSource, Kept]:
            return *tuning.begin(rate, first), {"decided": msgspec.to_builtins(tuning.decided)}

        with self.book.stage(Stage.FINE_TUNE):
            self._follow(begin, best, snapshot, going | kept)

    def _follow(self, begin: Begin, best: Best, snapshot: Snapshot | None, kept: Kept) -> None:
        """Go through a stage; when its rate destroys what was learnt, once more at a tenth of it."""
        rate = float(kept.get("rate", 1.0))
        while True:
            fit, source, decided = begin(rate, int(kept["first_epoch"]))
            try:
                if snapshot is not None:
                    fit.resume(snapshot)
                self._go_through(fit, kept | decided | {"rate": rate})
            except DivergedError as problem:
                if rate < 1.0:
                    raise
                self.book.note(
                    f"{problem.message} It was started again from the best so far, at a tenth of that rate."
                )
                best.put(best.kept)
                rate, snapshot = rate * SLOWER, None
                kept = kept | {"first_epoch": self.book.epochs + 1}
            else:
                return
            finally:
                source.close()

    def _go_through(self, fit: Fit, kept: Kept) -> None:
        """Write down what happens in a stage, keep checkpoints, and leave it when asked to."""
        book, context = self.book, self.book.context
        first = int(kept["first_epoch"])
        epochs = first - 1 + int(kept["epochs_planned"])
        for event in fit.events():
            if isinstance(event, EpochRow):
                book.add(event)
                self._show(fit.judged)
                book.keep(fit.snapshot(), **kept)
            elif isinstance(event, Note):
                book.note(event.text)
            else:
                done = (event.epoch - first) * event.total + event.done
                book.publish(
                    Progress(
                        stage=kept["stage"],
                        done=done,
                        total=int(kept["epochs_planned"]) * event.total,
                        epoch=event.epoch,
                        epochs=epochs,
                    )
                )
                if book.checkpoint_due:
                    book.keep(fit.snapshot(), **kept)
            if context.stopped() and self._leaves(fit, kept):
                return

    def _show(self, judged: Judged | None) -> None:
        """Show what the network says of some validation pictures by now."""
        if judged is not None:
            self.book.context.show(examples(self.inputs, judged.probabilities.numpy()))

    def _leaves(self, fit: Fit, kept: Kept) -> bool:
        """Whether to leave a stage because somebody asked for it; raise Cancelled where nothing follows.

        A stop waits until the first epoch is complete, where it is promised a result.
        """
        if self._is_enough(fit.best):
            return True
        if not self.book.halted():
            return False
        if not self.book.context.discarded():
            self.book.keep(fit.snapshot(), **kept)
        raise Cancelled
