"""A cross-check: the run's settings trained anew, turn by turn, so that every picture is judged once.

With few pictures, one split is a matter of luck, and a test of thirty pictures says little. Here each picture
is judged by a model that has not seen it, and the score has the error bar of all of them. By origin, each is
judged by a model that has seen nothing from where it comes: how good is it at a place it has never been?
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np

from core.data import origins
from core.data.folds import in_turn
from core.domain.dataset import Dataset, Sample, Split
from core.domain.errors import Cancelled, DatasetError, RunError
from core.domain.further_test import FurtherTest
from core.domain.report import Predictions
from core.domain.run import EpochRow, Progress, Run, Stage
from core.domain.slices import Origin
from core.evaluation.report import build_report
from core.jobs.columns_now import with_columns
from core.jobs.costing import time_left
from core.jobs.judging import answers_of, evaluating, features_of
from core.jobs.outlook_here import outlook_here
from core.jobs.run_book import RunBook
from core.jobs.runner import JobContext
from core.jobs.train_inputs import Inputs
from core.jobs.train_stages import Stages
from core.settings import Settings
from core.store.workspace import Workspace
from core.training.device import choose_device
from core.training.snapshot import Snapshot

NAME: Final = "All pictures in turn"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheckOrder:
    """Which run to check, and under which identity; ``unseen`` by origin, or None by series and picture."""

    id: str
    run_id: str
    created_at: datetime
    unseen: Origin | None = None

    @property
    def name(self) -> str:
        """What its result is called."""
        return f"Each {self.unseen.name} unseen" if self.unseen else NAME


def cross_check(
    workspace: Workspace, settings: Settings, order: CrossCheckOrder, context: JobContext
) -> FurtherTest:
    """Train the run's settings once per turn and keep the answers of all turns as one further test.

    Raises Cancelled, or AppError: there is no such run, or its pictures cannot take turns.
    """
    run = workspace.runs.get(order.run_id)
    dataset = workspace.datasets.get(run.dataset_id) if run else None
    if run is None or dataset is None or not run.status.has_result:
        raise RunError("This training run has no result that could be checked.", hint="Choose another one.")
    dataset = replace(dataset, samples=with_columns(workspace, run.project_id, dataset.samples))
    named = _series(dataset) if order.unseen is None else _origins(workspace, dataset, order.unseen)
    divisions = _divisions(dataset, named, order.unseen, seed=run.config.seed)
    check = _CrossCheck(workspace, settings, run, dataset)
    answered = [
        check.turn(samples, _TurnContext(context, number, of=len(divisions)))
        for number, samples in enumerate(divisions)
    ]
    predictions = _joined(answered, named)
    test = FurtherTest(
        id=order.id,
        run_id=run.id,
        name=order.name,
        created_at=order.created_at,
        pictures=len(predictions.paths),
        left_out=_not_judged(dataset, named, order.unseen, set(predictions.paths)) if order.unseen else (),
        turns=len(divisions),
        unseen=order.unseen,
        origins=len({named[path] for path in predictions.paths}) if order.unseen else 0,
    )
    temperature = workspace.runs.decision(run.id).temperature
    report = build_report(run.id, dataset.classes, predictions, temperature=temperature)
    workspace.further_tests.add(test, report, predictions, dataset.used())
    return test


def _divisions(
    dataset: Dataset, named: Mapping[str, str], unseen: Origin | None, *, seed: int
) -> tuple[tuple[Sample, ...], ...]:
    """Return the pictures with their splits in each turn. Raises DatasetError where there can be none."""
    samples = dataset.used()
    if unseen is None:
        divisions = in_turn(samples, seed=seed)
        what = "a class needs two pictures or series that nobody placed"
    else:
        divisions = origins.unseen_in_turn(samples, [named[s.path] for s in samples], seed=seed)
        what = f"each class needs pictures of two kinds of {unseen.name}, that nobody placed"
    if not divisions:
        raise DatasetError(
            f"These pictures cannot take turns: {what}.", hint="Add pictures, or let Sightsmith divide them."
        )
    return divisions


def _not_judged(
    dataset: Dataset, named: Mapping[str, str], unseen: Origin, judged: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """Return the pictures that no turn has judged, and why; whoever the user placed is not meant to be."""
    unknown = f"It is not known which {unseen.name} it comes from."
    only = f"No other {unseen.name} shows its class, or only in pictures that are nearly the same"
    return tuple(
        (s.path, f"{only} ({named[s.path]})." if named[s.path] else unknown)
        for s in dataset.used()
        if s.path not in judged and not s.given
    )


def _series(dataset: Dataset) -> dict[str, str]:
    """Return the series of each picture by path; "" for none."""
    return {sample.path: sample.group or "" for sample in dataset.used()}


def _origins(workspace: Workspace, dataset: Dataset, origin: Origin) -> dict[str, str]:
    """Return where each picture comes from by path; "" where that is not known."""
    samples = dataset.used()
    facts = workspace.datasets.facts([sample.sha256 for sample in samples])
    names = origins.said(samples, origin, facts)
    return {sample.path: name for sample, name in zip(samples, names, strict=True)}


@dataclass(frozen=True, slots=True)
class _CrossCheck:
    """The settings and pictures of a run that is checked."""

    workspace: Workspace
    settings: Settings
    run: Run
    dataset: Dataset

    def turn(self, samples: Sequence[Sample], context: JobContext) -> Predictions:
        """Return what a model that learnt in this turn answers for the pictures that it is judged on."""
        dataset = replace(self.dataset, samples=tuple(samples))
        # what was tried before the run was made is settled: its settings are those that it chose
        config = replace(self.run.config, search_minutes=0)
        book = _ScratchBook.opened(
            self.workspace,
            self.run,
            context,
            dataset,
            expected=time_left(self.settings, outlook_here(self.workspace, self.dataset.id), dataset, config),
        )
        inputs = Inputs(
            workspace=self.workspace,
            settings=self.settings,
            config=config,
            dataset=dataset,
            device=choose_device(config.device),
            timed=book.stage,
            stopped=context.stopped,
        )
        Stages(inputs, book).learn().restore()
        if context.stopped():
            raise Cancelled
        with book.stage(Stage.EVALUATE):
            rows = inputs.rows(Split.TEST)
            features = features_of(
                inputs, rows, progress=evaluating(book.publish, len(rows)), stopped=context.stopped
            )
            return answers_of(inputs, rows, features)


class _TurnContext(JobContext):
    """The context of one of several trainings: it tells how far all of them are together."""

    def __init__(self, whole: JobContext, number: int, *, of: int) -> None:
        super().__init__(whole.snapshot)
        self._whole, self._number, self._of = whole, number, of

    def publish(self, progress: Progress) -> None:
        """Replace the progress that pages see."""
        left, later = progress.seconds_left, self._of - self._number - 1
        took = None if left is None or not progress.share else left / max(1 - progress.share, 1e-9)
        self._whole.publish(
            replace(
                progress,
                share=(self._number + progress.fraction) / self._of,
                seconds_left=None if left is None or took is None else left + later * took,
            )
        )

    def stopped(self) -> bool:
        """Whether the work should leave off now."""
        return self._whole.stopped()

    def paused(self) -> bool:
        """A cross-check is done, or it is not: it cannot go on later."""
        return False

    def discarded(self) -> bool:
        """Whether the work should end and keep nothing."""
        return self._whole.stopped() and not self._whole.abandoned()

    def abandoned(self) -> bool:
        """Whether the app is closing."""
        return self._whole.abandoned()


class _ScratchBook(RunBook):
    """The book of a training of which nothing is kept: the run it belongs to stays as it is."""

    def add(self, row: EpochRow) -> None:
        """Count the epoch."""
        self.epochs = row.epoch

    def log(self, text: str) -> None:
        """Forget the line."""

    @property
    def checkpoint_due(self) -> bool:
        """Nothing is kept."""
        return False

    def keep(self, snapshot: Snapshot, **more: Any) -> None:  # noqa: ANN401 - as in every book
        """Keep nothing."""


def _joined(parts: Sequence[Predictions], named: Mapping[str, str]) -> Predictions:
    """Return the answers of all turns as those of one test; pictures of one name are answered alike."""
    paths = tuple(path for part in parts for path in part.paths)
    targets = [part.targets for part in parts if part.targets is not None]
    groups = [named[path] or f"{path}: alone" for path in paths]
    return Predictions(
        paths=paths,
        sha256=tuple(sha256 for part in parts for sha256 in part.sha256),
        splits=(Split.TEST,) * len(paths),
        labels=np.concatenate([part.labels for part in parts]),
        probabilities=np.concatenate([part.probabilities for part in parts]),
        targets=np.concatenate(targets) if targets else None,
        groups=np.unique(groups, return_inverse=True)[1] if any(named.values()) else None,
    )
