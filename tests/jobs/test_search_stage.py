"""A run tries several ways on its own pictures, goes on with the best, and never tries one twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.errors import Cancelled, Paused
from core.domain.run import JobKind, JobSnapshot, Progress, Run, RunStatus, Stage
from core.jobs import run_book, search_stage
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.jobs.train_task import train_run
from tests.jobs.slim import KEY

pytestmark = pytest.mark.usefixtures("slim")

PLANNED = TrainConfig(
    backbone=KEY,
    image_size=64,
    fine_tune_blocks=2,
    fine_tune_epochs=2,
    batch_size=4,
    augmentation=Augmentation.NONE,
    boundary_views=1,
    search_minutes=5,
)
WILD = replace(PLANNED, fine_tune_blocks=4, fine_tune_learning_rate=0.1, clip=0.0)
TAME = replace(PLANNED, fine_tune_blocks=3, fine_tune_learning_rate=1e-3)


class Listens(JobContext):
    """Is asked to pause, or something else, once so many batches of trials are through."""

    def __init__(
        self, run: Run, after: int = 1_000_000, ask: Callable[[JobContext], None] = JobContext.pause
    ) -> None:
        super().__init__(
            JobSnapshot(id=run.id, kind=JobKind.TRAIN, project_id=run.project_id, title=run.name)
        )
        self.heard: list[Progress] = []
        self._after, self._wish = after, ask

    def publish(self, progress: Progress) -> None:
        super().publish(progress)
        self.heard.append(progress)
        if sum(one.stage == Stage.SEARCH for one in self.heard) == self._after:
            self._wish(self)


@pytest.fixture
def new_run(studio: Studio, dataset: Dataset) -> Callable[[], Run]:
    def make() -> Run:
        number = len(studio._workspace.runs.of_project(dataset.project_id))
        return studio._workspace.runs.create(
            dataset.project_id, dataset, config=PLANNED, preset=None, token=f"s{number}"
        )

    return make


@pytest.fixture
def few_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_stage, "ways_to_try", lambda *_: [PLANNED, WILD, TAME])


def train(studio: Studio, run: Run, context: JobContext) -> Run:
    train_run(studio._workspace, studio.settings, run, context)
    ended = studio.run(run.id)
    assert ended is not None
    return ended


@pytest.mark.usefixtures("few_ways")
def test_the_way_that_did_best_is_the_one_trained_with(studio, new_run):
    run = new_run()
    context = Listens(run)
    ended = train(studio, run, context)
    assert ended.status is RunStatus.DONE
    assert [(t.fine_tune_blocks, t.epochs) for t in ended.trials if t.epochs == 1] != []
    best = min((t for t in ended.trials if t.epochs == 2), key=lambda t: t.val_loss)
    assert {t.fine_tune_blocks for t in ended.trials if t.chosen} == {best.fine_tune_blocks}
    assert ended.trials[0].epochs == 2
    assert (ended.config.fine_tune_blocks, ended.config.search_minutes) == (best.fine_tune_blocks, 5)
    assert ended.config.fine_tune_epochs == 2
    told = [one for one in context.heard if one.stage == Stage.SEARCH and one.total]
    assert all(one.images_per_second is None for one in told)
    assert all(one.seconds_left is not None for one in told)
    log = [line.text for line in studio.log_of(run.id)]
    assert any(line.startswith("Of 3 ways to train that were tried") for line in log)


@pytest.mark.usefixtures("few_ways")
def test_what_was_tried_before_a_pause_is_not_tried_again(studio, new_run, monkeypatch):
    run = new_run()
    with pytest.raises((Paused, Cancelled)):
        train(studio, run, Listens(run, after=9))
    paused = studio.run(run.id)
    assert paused.status is RunStatus.PAUSED
    assert len(paused.trials) >= 1
    trained = []
    attempt = search_stage.Search._trained
    monkeypatch.setattr(
        search_stage.Search, "_trained", lambda self, way, at: trained.append(way) or attempt(self, way, at)
    )
    studio._workspace.queue.put_back(run.id)
    ended = train(studio, studio.run(run.id), Listens(run))
    assert ended.status is RunStatus.DONE
    assert len(trained) + len(paused.trials) == len(ended.trials)


class KilledError(BaseException):
    """The process ends here, and nothing is written down any more."""


def kill(_context: JobContext) -> None:
    raise KilledError


def steps(context: Listens) -> int:
    """Return how many batches of trials went by."""
    return sum(one.stage == Stage.SEARCH and one.total > 0 for one in context.heard)


def losses(run: Run) -> list[tuple[int, int, float]]:
    return [(t.fine_tune_blocks, t.epochs, t.val_loss) for t in run.trials]


@pytest.mark.usefixtures("few_ways")
def test_the_trial_under_way_goes_on_where_it_was_left(studio, new_run, monkeypatch):
    """It began anew: every pause lost minutes, and a trial longer than the app was open would never end."""
    unbroken, paused, killed = new_run(), new_run(), new_run()
    unbroken = train(studio, unbroken, whole := Listens(unbroken))
    in_the_last_trial = steps(whole) - 6
    with pytest.raises(Paused):
        train(studio, paused, pausing := Listens(paused, in_the_last_trial))
    usual = run_book.CHECKPOINT_SECONDS
    monkeypatch.setattr(run_book, "CHECKPOINT_SECONDS", 0.0)  # one after each batch
    with pytest.raises(KilledError):
        train(studio, killed, dying := Listens(killed, in_the_last_trial, kill))
    monkeypatch.setattr(run_book, "CHECKPOINT_SECONDS", usual)
    assert list(studio._workspace.runs.interrupt_orphans(lambda _owner: False)) == [killed.id]
    repeated = {paused.id: 0, killed.id: 1}  # the batch after which nothing could be kept
    for run_id, first in ((paused.id, pausing), (killed.id, dying)):
        studio._workspace.queue.put_back(run_id)
        ended = train(studio, studio.run(run_id), second := Listens(studio.run(run_id)))
        assert (ended.status, ended.config) == (RunStatus.DONE, unbroken.config)
        assert steps(first) + steps(second) == steps(whole) + repeated[run_id]
        assert losses(ended) == losses(unbroken)


@pytest.mark.usefixtures("few_ways")
@pytest.mark.parametrize(("after", "tried"), [(1, 0), (6, 1)])
def test_a_stop_while_ways_are_tried_keeps_a_head_of_the_best_so_far(studio, new_run, after, tried):
    """An hour of trials was thrown away for good, though the button said that the best is kept."""
    run = new_run()
    ended = train(studio, run, Listens(run, after, JobContext.stop))
    assert (ended.status, ended.best_epoch) == (RunStatus.STOPPED, 1)
    assert {row.stage for row in ended.history} == {Stage.HEAD}
    assert len(ended.trials) == tried
    assert "only the last layer" in ended.notes[-1]
    assert studio.report(run.id).test.pictures
    assert studio._workspace.runs.checkpoint(run.id) is None


@pytest.mark.usefixtures("few_ways")
def test_without_minutes_left_the_plan_stands(studio, new_run, monkeypatch):
    monkeypatch.setattr(search_stage.Search, "_left", 0.0)
    ended = train(studio, run := new_run(), Listens(run))
    assert (ended.status, ended.trials) == (RunStatus.DONE, ())
    assert ended.config == PLANNED


def test_a_backbone_that_may_do_as_well_is_tried_too(studio, new_run, monkeypatch):
    other = replace(PLANNED, backbone="mobilenet_v2")
    monkeypatch.setattr(search_stage, "ways_to_try", lambda _config, _spec, others: [PLANNED, *others])
    monkeypatch.setattr(search_stage.Search, "_others", lambda _self: [other])
    ended = train(studio, run := new_run(), Listens(run))
    assert ended.status is RunStatus.DONE
    assert {trial.backbone for trial in ended.trials} == {KEY, "mobilenet_v2"}
    chosen = min(ended.trials, key=lambda trial: trial.val_loss)
    assert ended.config.backbone == chosen.backbone
