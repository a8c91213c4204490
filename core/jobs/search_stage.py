"""Trying several ways on a run's own pictures before it trains: each trial is kept, and never done twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import msgspec
from torch import Tensor

from core.data.parallel import check
from core.domain.config import TrainConfig
from core.domain.errors import Cancelled
from core.domain.run import EpochRow, Progress, Stage, Trial
from core.jobs.fine_tuning import Decided, FineTuning
from core.jobs.head_start import fit_head, material_of
from core.jobs.run_book import RunBook
from core.jobs.train_inputs import Inputs, Told
from core.models.zoo import spec_of
from core.training.best import Best
from core.training.divergence import DivergedError
from core.training.loop import Fit
from core.training.recommend import rivals
from core.training.search import successive_halving, ways_to_try, with_backbone
from core.training.snapshot import Snapshot

_Way = tuple[str, int, float]  # backbone, learning blocks, rate


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """Where every trial of a backbone begins: its model with the head fitted."""

    inputs: Inputs
    weights: dict[str, Tensor]

    def put_back(self) -> None:
        """Undo what a trial has done to the model."""
        self.inputs.model.load_state_dict(self.weights)


@dataclass(slots=True, kw_only=True)
class _UnderWay:
    """A trial that is not through yet; it outlives the app's process in a checkpoint."""

    way: _Way
    epochs: int
    began: float = field(default_factory=time.monotonic)
    rows: list[EpochRow] = field(default_factory=list)  # of the epochs gone through
    decided: Decided | None = None
    snapshot: Snapshot | None = None  # where it goes on; None where it begins

    @classmethod
    def left_in(cls, book: RunBook) -> _UnderWay | None:
        """Return the trial that was going on when the run was left; None where none was."""
        snapshot, kept = book.left_in(Stage.SEARCH)
        if snapshot is None:
            return None
        return cls(
            way=msgspec.convert(kept["way"], _Way),
            epochs=kept["trial_epochs"],
            began=time.monotonic() - kept["seconds"],
            rows=msgspec.convert(kept["rows"], list[EpochRow]),
            decided=msgspec.convert(kept["decided"], Decided | None),
            snapshot=snapshot,
        )

    @property
    def seconds(self) -> float:
        """What it took so far."""
        return time.monotonic() - self.began

    def keep(self, fit: Fit, book: RunBook) -> None:
        """Keep how far it is. Raises DiskFullError."""
        book.keep(
            fit.snapshot(),
            stage=Stage.SEARCH,
            way=self.way,
            trial_epochs=self.epochs,
            seconds=self.seconds,
            rows=msgspec.to_builtins(self.rows),
            decided=msgspec.to_builtins(self.decided),
        )


@dataclass(slots=True)
class Search:
    """Finds the settings with which a run trains, within the minutes that its own settings allow."""

    inputs: Inputs
    book: RunBook
    tried: list[Trial] = field(default_factory=list)
    _left_off: _UnderWay | None = None
    _starts: dict[str, _Start] = field(default_factory=dict)  # by backbone

    def chosen(self) -> TrainConfig:
        """Return the settings that did best, once they and all trials are written down.

        Raises Cancelled when the run is to be left: what was tried is known when it goes on, and the trial
        under way goes on from there.
        """
        config = self.inputs.config
        self._left_off = _UnderWay.left_in(self.book)
        if any(trial.chosen for trial in self.book.run.trials):
            self.book.promising = True
            return config  # by an earlier attempt; the run's settings are those it chose
        self.tried = list(self.book.run.trials)
        views, pixels = self.inputs.views, self.inputs.pixels  # have stages of their own
        del views, pixels
        self.book.promising = True  # the head can be fitted in a moment
        with self.book.stage(Stage.SEARCH):
            ways = ways_to_try(config, spec_of(config.backbone), self._others())
            found = successive_halving(ways, self._attempt, enough=self._enough)
        self._write_down(found)
        return found

    def _enough(self) -> bool:
        """Whether to end the search with what is known: its minutes are over, or the user stops the run."""
        return self._left <= 0 or self.book.context.stopping()

    @property
    def _left(self) -> float:
        """Seconds that may still be spent on trials that are not known yet."""
        return 60.0 * self.inputs.config.search_minutes - sum(trial.seconds for trial in self.tried)

    def _attempt(self, way: TrainConfig, epochs: int) -> Trial | None:
        """Return what a way achieves in so many epochs: from an earlier attempt, or by training.

        None where the user stopped the run meanwhile.
        """
        known = next((trial for trial in self.tried if _is_of(trial, way, epochs)), None)
        if known is not None:
            return known
        trying = self._begun(way, epochs)
        try:
            row = self._trained(replace(way, fine_tune_epochs=epochs, patience=max(1, epochs)), trying)
        except Cancelled:
            if not self.book.context.stopping():
                raise
            return None
        trial = Trial(
            backbone=way.backbone,
            fine_tune_blocks=way.fine_tune_blocks,
            fine_tune_learning_rate=way.fine_tune_learning_rate,
            epochs=epochs,
            val_loss=row.val_loss if row else None,
            val_accuracy=row.val_accuracy if row else None,
            seconds=trying.seconds,
        )
        self.tried.append(trial)
        self.book.workspace.runs.choose(self.book.run.id, self.inputs.config, tuple(self.tried))
        return trial

    def _begun(self, way: TrainConfig, epochs: int) -> _UnderWay:
        """Return the trial of this way that was left off, or a new one."""
        left, self._left_off = self._left_off, None
        if left is not None and (left.way, left.epochs) == (_way_of(way), epochs):
            return left
        return _UnderWay(way=_way_of(way), epochs=epochs)

    def _others(self) -> list[TrainConfig]:
        """Return the settings for the one other backbone that a look ahead could not tell from the best."""
        config, book = self.inputs.config, self.book
        outlook = book.workspace.outlooks.get(book.run.dataset_id)
        looks = rivals(outlook.looks, config.backbone) if outlook else ()
        present = spec_of(config.backbone)
        return [with_backbone(config, spec_of(look.key), present) for look in looks[:1]]

    def _start_of(self, way: TrainConfig) -> _Start:
        """Return where trials of this backbone begin; its head is fitted the first time."""
        known = self._starts.get(way.backbone)
        if known is None:
            same = way.backbone == self.inputs.config.backbone
            stopped = self.book.context.stopped
            inputs = (
                self.inputs if same else replace(self.inputs, config=way, timed=_untimed, stopped=stopped)
            )
            fit_head(inputs, stopped=stopped)
            weights = {name: tensor.clone() for name, tensor in inputs.model.state_dict().items()}
            known = self._starts[way.backbone] = _Start(inputs=inputs, weights=weights)
        return known

    def _trained(self, config: TrainConfig, trying: _UnderWay) -> EpochRow | None:
        """Return the best epoch of a small training; None where its rate destroyed what was known."""
        start = self._start_of(config)
        inputs = start.inputs
        start.put_back()
        tuning = FineTuning(
            inputs=inputs,
            book=self.book,
            material=replace(material_of(inputs), config=config),
            pixels=inputs.pixels,
            best=Best(inputs.model),
            decided=trying.decided,
        )
        fit, source = tuning.begin(1.0, 1)
        trying.decided = tuning.decided
        try:
            return self._best_row(fit, trying)
        except DivergedError:
            return None
        finally:
            source.close()
            start.put_back()

    def _best_row(self, fit: Fit, trying: _UnderWay) -> EpochRow | None:
        context = self.book.context
        if trying.snapshot is not None:
            fit.resume(trying.snapshot)
            trying.snapshot = None
        for event in fit.events():
            if isinstance(event, EpochRow):
                trying.rows.append(event)
            else:
                self._tell()
            if self.book.checkpoint_due or context.paused() or context.abandoned():
                trying.keep(fit, self.book)
            check(context.stopped)
        return min(trying.rows, key=lambda row: row.val_loss, default=None)

    def _tell(self) -> None:
        whole = 60 * self.inputs.config.search_minutes
        spent = whole - max(0, round(self._left))
        self.book.publish(Progress(stage=Stage.SEARCH, done=spent, total=whole))

    def _write_down(self, found: TrainConfig) -> None:
        """Record all trials, the best first, and mark those of the settings that were chosen."""
        if self.book.context.stopping():
            self.book.note(
                "You stopped this run while it was trying several ways to train, so only the last layer of "
                "the network has learnt your classes."
            )
        if not self.tried:
            self.book.log("There was no time to try several ways; the plan stands.")
            return
        marked = [replace(trial, chosen=_is_of(trial, found, trial.epochs)) for trial in self.tried]
        ranked = sorted(marked, key=lambda t: (-t.epochs, t.val_loss is None, t.val_loss or 0.0))
        self.book.workspace.runs.choose(self.book.run.id, found, tuple(ranked))
        ways, title = len({_way_of(trial) for trial in ranked}), spec_of(found.backbone).title
        self.book.log(
            f"Of {ways} ways to train that were tried, {title} with {found.fine_tune_blocks} learning blocks "
            f"at a rate of {found.fine_tune_learning_rate:.1e} did best."
        )


@contextmanager
def _untimed(_stage: Stage) -> Iterator[Told]:
    """Tell nothing: the search as a whole is timed."""
    yield lambda _done, _total: None


def _way_of(tried: Trial | TrainConfig) -> _Way:
    return tried.backbone, tried.fine_tune_blocks, tried.fine_tune_learning_rate


def _is_of(trial: Trial, way: TrainConfig, epochs: int) -> bool:
    return trial.epochs == epochs and _way_of(trial) == _way_of(way)
