"""What a run writes down about itself outlives its attempts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.run import JobKind, JobSnapshot, Run, Stage
from core.jobs import run_book
from core.jobs.run_book import RunBook
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.training.snapshot import Snapshot
from tests.store.made import epoch_row

SNAPSHOT = Snapshot(tensors={"model/weight": torch.zeros(1)}, state={"place": {"epoch": 2}})


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(run_book, "time", watch)
    return watch


@pytest.fixture
def run(studio: Studio, dataset: Dataset) -> Run:
    number = len(studio._workspace.runs.of_project(dataset.project_id))
    return studio._workspace.runs.create(
        dataset.project_id, dataset, config=TrainConfig(), preset=None, token=f"b{number}"
    )


@pytest.fixture
def opened(studio: Studio, dataset: Dataset, run: Run) -> Callable[..., RunBook]:
    """Open the run's book again, as its next attempt does."""

    def take_up(**left: object) -> RunBook:
        job = JobSnapshot(id=run.id, kind=JobKind.TRAIN, project_id=run.project_id, title=run.name)
        book = RunBook.opened(studio._workspace, replace(run, **left), JobContext(job), dataset)
        book.take_up()
        return book

    return take_up


def seconds(book: RunBook) -> dict[Stage, float]:
    return {one.stage: one.seconds for one in book.took}


def test_a_stage_that_is_going_on_counts_in_its_checkpoint(opened, watch: Watch):
    """Only stages that had ended were kept: hours of fine-tuning were gone from the result after a pause."""
    book = opened()
    with book.stage(Stage.HEAD):
        watch.now += 2
    with book.stage(Stage.FINE_TUNE):
        watch.now += 30
        book.keep(SNAPSHOT, stage=Stage.FINE_TUNE)
        watch.now += 5  # and then the power was cut
    again = opened()
    assert seconds(again) == {Stage.HEAD: 2, Stage.FINE_TUNE: 30}
    with again.stage(Stage.FINE_TUNE):
        watch.now += 10
    assert seconds(again) == {Stage.HEAD: 2, Stage.FINE_TUNE: 40}  # each stage once


def test_what_a_pause_told_is_not_forgotten_where_there_is_no_later_checkpoint(opened, watch: Watch):
    book = opened()
    with book.stage(Stage.PIXELS):
        watch.now += 7
    assert seconds(opened(stage_seconds=book.took)) == {Stage.PIXELS: 7}
    with book.stage(Stage.HEAD):
        watch.now += 2
        book.keep(SNAPSHOT, stage=Stage.HEAD)
        watch.now += 1
    assert seconds(opened(stage_seconds=book.took)) == {Stage.PIXELS: 7, Stage.HEAD: 3}
    assert seconds(opened()) == {Stage.PIXELS: 7, Stage.HEAD: 2}


def test_a_run_whose_checkpoints_are_all_damaged_forgets_what_its_epochs_achieved(opened, studio, run):
    """They were offered to be kept, and a stop threw the run away."""
    row = epoch_row(1)
    studio._workspace.runs.add_epoch(run.id, row)
    opened(history=(row,))
    assert studio.run(run.id).history == ()
