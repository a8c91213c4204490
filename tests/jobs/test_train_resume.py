"""Runs that are paused, interrupted or run into trouble go on, and end as if nothing had happened."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from core.data.parallel import check
from core.domain.choices import Augmentation, HeadSolver, Unfreezing
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.errors import Cancelled, DiskFullError, Paused, RunError
from core.domain.run import EpochRow, JobKind, JobSnapshot, Progress, Run, RunStatus, Stage
from core.jobs import train_inputs
from core.jobs.fine_tuning import FineTuning
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.jobs.train_task import train_run
from core.training import tuning
from core.training.best import Best
from tests.jobs.slim import KEY

pytestmark = pytest.mark.usefixtures("slim")

TUNED = TrainConfig(
    backbone=KEY,
    image_size=64,
    fine_tune_blocks=3,
    fine_tune_epochs=3,
    patience=10,
    batch_size=4,
    augmentation=Augmentation.LIGHT,
    boundary_views=2,
)
STEPWISE = replace(
    TUNED,
    fine_tune_blocks=0,
    fine_tune_epochs=0,
    head_solver=HeadSolver.ADAMW,
    head_epochs=6,
    hidden_units=32,
)
FROM_PIXELS = replace(TUNED, boundary_views=0, mixup=0.2, cutmix=0.5)
GROWING = replace(TUNED, boundary_views=0, image_size=96, first_size=0.7)
GRADUAL = replace(TUNED, unfreezing=Unfreezing.GRADUAL, layer_decay=0.7)


class AsksAt(JobContext):
    """Is asked to leave at the n-th word about a stage's batches."""

    def __init__(self, run: Run, stage: Stage, number: int, ask: Callable[[JobContext], None]) -> None:
        super().__init__(
            JobSnapshot(id=run.id, kind=JobKind.TRAIN, project_id=run.project_id, title=run.name)
        )
        self._at, self._left, self._wish = stage, number, ask

    def publish(self, progress: Progress) -> None:
        super().publish(progress)
        if progress.stage == self._at and progress.done:
            self._left -= 1
            if self._left == 0:
                self._wish(self)


@pytest.fixture(autouse=True)
def _last_is_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each epoch count as the best so far: weights that are compared have learnt as long as can be."""
    offer = Best.offer

    def taken(best: Best, row: EpochRow) -> bool:
        best.val_loss = float("inf")
        return offer(best, row)

    monkeypatch.setattr(Best, "offer", taken)


@pytest.fixture
def new_run(studio: Studio, dataset: Dataset) -> Callable[[TrainConfig], Run]:
    def make(config: TrainConfig) -> Run:
        number = len(studio._workspace.runs.of_project(dataset.project_id))
        return studio._workspace.runs.create(
            dataset.project_id, dataset, config=config, preset=None, name=f"r{number}", token=f"t{number}"
        )

    return make


def train(studio: Studio, run: Run, context: JobContext) -> None:
    train_run(studio._workspace, studio.settings, run, context)


def undisturbed(run: Run) -> JobContext:
    return AsksAt(run, Stage.UNPACK, 1, JobContext.stop)


def go_on(studio: Studio, run: Run) -> None:
    studio._workspace.queue.put_back(run.id)
    again = studio.run(run.id)
    assert again is not None
    train(studio, again, undisturbed(again))


def assert_the_same(studio: Studio, *runs: Run) -> None:
    """Both ended, after the same epochs and with the same weights, bit for bit."""
    first, second = (studio.run(run.id) for run in runs)
    assert (first.status, second.status) == (RunStatus.DONE, RunStatus.DONE)
    assert first.best_epoch == len(first.history) > 1
    ours, theirs = ([(r.train_loss, r.val_loss) for r in run.history] for run in (first, second))
    assert ours == theirs
    weights, others = (safetensors.torch.load(studio._workspace.runs.weights(run.id)) for run in runs)
    assert all(torch.equal(weights[name], others[name]) for name in weights)


@pytest.mark.parametrize(
    ("config", "stage", "number"),
    [
        (TUNED, Stage.FINE_TUNE, 1),
        (TUNED, Stage.FINE_TUNE, 4),  # the last batch of an epoch
        (TUNED, Stage.FINE_TUNE, 7),
        (STEPWISE, Stage.HEAD, 6),
        (FROM_PIXELS, Stage.FINE_TUNE, 6),
        (GROWING, Stage.FINE_TUNE, 6),
        (GRADUAL, Stage.FINE_TUNE, 9),
    ],
)
def test_a_paused_run_ends_with_the_same_weights_bit_for_bit(studio, new_run, config, stage, number):
    unbroken, paused = new_run(config), new_run(config)
    train(studio, unbroken, undisturbed(unbroken))
    with pytest.raises(Paused):
        train(studio, paused, AsksAt(paused, stage, number, JobContext.pause))
    waiting = studio.run(paused.id)
    assert (waiting.status, waiting.resumable) == (RunStatus.PAUSED, True)
    go_on(studio, paused)
    assert_the_same(studio, unbroken, paused)
    assert studio.report(unbroken.id).test == studio.report(paused.id).test
    assert studio._workspace.runs.checkpoint(paused.id) is None


def room_for_activations(patch: pytest.MonkeyPatch, there_is: bool) -> None:
    if not there_is:
        patch.setattr(tuning, "_has_room", lambda *_: False)


def norms_that_fold(patch: pytest.MonkeyPatch, they_do: bool) -> None:
    if not they_do:
        patch.setattr(tuning, "with_norms_folded", lambda module, _example: module)


def half_precision(patch: pytest.MonkeyPatch, pays: bool) -> None:
    """Pretend one that is 3 % off, and that the trial of it, whose answer was lost, told it faster or not."""
    compiled = train_inputs.compile_frozen

    def pretended(module, *, precision, **how):
        engine = compiled(module, precision="fp32", **how)
        return (lambda images: engine(images) * np.float32(1.03)) if precision == "bf16" else engine

    patch.setattr(train_inputs, "faster_pass", lambda *_, **__: "bf16" if pays else "fp32")
    patch.setattr(train_inputs, "compile_frozen", pretended)


@pytest.mark.parametrize("found", [room_for_activations, norms_that_fold, half_precision])
@pytest.mark.parametrize("at_first", [True, False])
def test_a_run_goes_on_as_it_began_however_things_are_by_then(studio, new_run, monkeypatch, found, at_first):
    """Room was looked for, precision tried and norms folded anew: other weights, and no word about it."""
    unbroken, paused = new_run(TUNED), new_run(TUNED)
    with monkeypatch.context() as patch:
        found(patch, at_first)
        train(studio, unbroken, undisturbed(unbroken))
        with pytest.raises(Paused):
            train(studio, paused, AsksAt(paused, Stage.FINE_TUNE, 7, JobContext.pause))
    with monkeypatch.context() as patch:
        found(patch, not at_first)
        go_on(studio, paused)
    assert_the_same(studio, unbroken, paused)


def test_varied_copies_for_the_head_stay_in_the_precision_that_was_tried(studio, new_run, monkeypatch):
    config = replace(STEPWISE, head_views=3)
    monkeypatch.setattr(train_inputs, "TRIED_ON", 4)
    monkeypatch.setattr(train_inputs, "half_is_as_good", lambda *_, **__: True)
    half_precision(monkeypatch, pays=True)
    unbroken, paused = new_run(config), new_run(config)
    train(studio, unbroken, undisturbed(unbroken))
    with pytest.raises(Paused):
        train(studio, paused, AsksAt(paused, Stage.HEAD, 6, JobContext.pause))
    monkeypatch.setattr(train_inputs, "faster_pass", lambda *_, **__: "fp32")
    go_on(studio, paused)
    assert_the_same(studio, unbroken, paused)


def test_a_run_that_was_closed_with_the_app_goes_on_from_there(studio, new_run):
    run = new_run(TUNED)
    with pytest.raises(Cancelled):
        train(studio, run, AsksAt(run, Stage.FINE_TUNE, 6, JobContext.abandon))
    left = studio.run(run.id)
    assert (left.status, left.resumable) == (RunStatus.INTERRUPTED, True)
    go_on(studio, run)
    ended = studio.run(run.id)
    assert ended.status == RunStatus.DONE
    assert [row.epoch for row in ended.history] == [1, 2, 3, 4]


def test_a_run_paused_in_its_final_test_goes_on_to_the_same_result(studio, new_run):
    """The page said "Pausing", and the test went on to its end, which can be an hour away."""
    unbroken, paused = new_run(TUNED), new_run(TUNED)
    train(studio, unbroken, undisturbed(unbroken))
    with pytest.raises(Paused):
        train(studio, paused, AsksAt(paused, Stage.EVALUATE, 1, JobContext.pause))
    assert studio.run(paused.id).status is RunStatus.PAUSED
    go_on(studio, paused)
    assert_the_same(studio, unbroken, paused)
    assert studio.report(unbroken.id).test == studio.report(paused.id).test


@pytest.mark.parametrize(
    ("stage", "number"), [(Stage.FINE_TUNE, 6), (Stage.EVALUATE, 1), (Stage.EVALUATE, 2)]
)
def test_a_discarded_run_keeps_nothing(studio, new_run, stage, number):
    """In the final test the wish had no effect, though the page said that nothing is kept."""
    run = new_run(TUNED)
    with pytest.raises(Cancelled):
        train(studio, run, AsksAt(run, stage, number, JobContext.discard))
    assert studio.run(run.id).status == RunStatus.DISCARDED
    assert studio._workspace.runs.checkpoint(run.id) is None


def test_a_run_discarded_while_its_pause_is_written_down_is_discarded(studio, new_run, monkeypatch):
    run = new_run(TUNED)
    context, pause = undisturbed(run), type(studio._workspace.runs).pause
    context.pause()

    def slowly(runs, run_id, **told):
        pause(runs, run_id, **told)
        context.discard()

    monkeypatch.setattr(type(studio._workspace.runs), "pause", slowly)
    with pytest.raises(Cancelled):
        train(studio, run, context)
    assert studio.run(run.id).status is RunStatus.DISCARDED


def test_a_stop_before_the_first_epoch_is_a_pause_where_work_would_be_lost(studio, new_run):
    run = new_run(STEPWISE)
    with pytest.raises(Paused, match="stopped before there was a result"):
        train(studio, run, AsksAt(run, Stage.HEAD, 2, JobContext.stop))
    left = studio.run(run.id)
    assert (left.status, left.resumable, left.history) == (RunStatus.PAUSED, True, ())
    assert left.error == "It was stopped before there was a result to keep."
    unbroken = new_run(STEPWISE)
    train(studio, unbroken, undisturbed(unbroken))
    go_on(studio, run)
    assert_the_same(studio, unbroken, run)


def test_a_stop_before_a_run_is_taken_up_again_keeps_its_best(studio, new_run):
    run = new_run(TUNED)
    with pytest.raises(Paused):
        train(studio, run, AsksAt(run, Stage.FINE_TUNE, 7, JobContext.pause))
    paused = studio.run(run.id)
    studio._workspace.queue.put_back(run.id)
    again = studio.run(run.id)
    shutil.rmtree(studio._workspace.paths.cache("pixels"))  # what is to be done again may take long

    class StoppedAtOnce(AsksAt):
        def publish(self, progress: Progress) -> None:
            super().publish(progress)
            self.stop()

    train(studio, again, StoppedAtOnce(again, Stage.UNPACK, 1, JobContext.stop))
    ended = studio.run(run.id)
    assert ended.status is RunStatus.STOPPED
    assert ended.best_epoch in {row.epoch for row in paused.history}


def test_a_stop_while_fine_tuning_is_prepared_keeps_the_head(studio, new_run, monkeypatch):
    """The pictures are read once more for it, which could take long; the run ended as discarded."""
    run = new_run(TUNED)
    context = undisturbed(run)

    def stopped_meanwhile(tuning, rate, first_epoch):
        context.stop()
        check(tuning.inputs.stopped)

    monkeypatch.setattr(FineTuning, "begin", stopped_meanwhile)
    train(studio, run, context)
    ended = studio.run(run.id)
    assert (ended.status, ended.best_epoch) == (RunStatus.STOPPED, 1)


def test_a_rate_that_destroys_is_told_and_tried_once_more_at_a_tenth(studio, new_run):
    run = new_run(replace(TUNED, fine_tune_learning_rate=0.1, clip=0.0, ema_decay=0.0, fine_tune_epochs=4))
    calls = []
    from core.training import divergence

    look = divergence.Watch.look

    def nervous(watch, loss, *, epoch, rate):
        calls.append(rate)
        look(watch, float("nan") if len(calls) == 5 else loss, epoch=epoch, rate=rate)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(divergence.Watch, "look", nervous)
        train(studio, run, undisturbed(run))
    ended = studio.run(run.id)
    assert ended.status == RunStatus.DONE
    assert any("a tenth of that rate" in note for note in ended.notes)
    assert max(calls[5:]) == pytest.approx(0.01, rel=0.05)


def test_a_rate_that_destroys_twice_fails_with_the_reason(studio, new_run, monkeypatch):
    run = new_run(TUNED)
    look = "core.training.divergence.Watch.look"
    from core.training.divergence import DivergedError

    def never(watch, loss, *, epoch, rate):
        raise DivergedError("The loss exploded.", rate=rate)

    monkeypatch.setattr(look, never)
    with pytest.raises(RunError, match="exploded"):
        train(studio, run, undisturbed(run))
    assert studio.run(run.id).status == RunStatus.FAILED


def test_a_full_disk_pauses_the_run_and_it_goes_on_when_there_is_room(studio, new_run, monkeypatch):
    run = new_run(TUNED)
    runs = studio._workspace.runs
    keep, kept = type(runs).keep_checkpoint, []

    def full(store, run_id, *, tensors, state):
        kept.append(run_id)
        if len(kept) == 2:
            raise DiskFullError("The disk is full: 0.2 GB free, 1.1 GB needed.", hint="Make room.")
        keep(store, run_id, tensors=tensors, state=state)

    monkeypatch.setattr(type(runs), "keep_checkpoint", full)
    with pytest.raises(Paused, match="disk is full"):
        train(studio, run, undisturbed(run))
    paused = studio.run(run.id)
    assert paused.status == RunStatus.PAUSED
    assert "1.1 GB needed" in paused.error
    go_on(studio, run)
    assert studio.run(run.id).status == RunStatus.DONE


def test_activations_are_gone_when_the_run_has_ended(studio, new_run):
    run = new_run(TUNED)
    train(studio, run, undisturbed(run))
    assert not list(studio._workspace.paths.cache("activations").rglob("*.bin"))


def test_what_is_kept_at_the_boundary_is_as_good_as_pixels(studio, new_run):
    """Both ways learn the stripes; the kept one must not be a different training."""
    accuracies = []
    for views in (TUNED.boundary_views, 0):
        run = new_run(replace(TUNED, backbone="efficientnet_lite0", boundary_views=views))
        train(studio, run, undisturbed(run))
        accuracies.append(studio.report(run.id).validation.accuracy.value)
    assert min(accuracies) >= 0.75
