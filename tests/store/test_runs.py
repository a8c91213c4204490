from __future__ import annotations

import dataclasses
import math
import threading
from collections.abc import Callable

import pytest

from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.errors import DiskFullError, RunError
from core.domain.project import Project
from core.domain.run import Run, RunStatus, Stage, StageSeconds
from core.settings import Settings
from core.store.owner import Owner, this_process
from core.store.workspace import Workspace
from tests.store.conftest import Finish, Queue
from tests.store.made import NOON, PREDICTIONS, PREPROCESSING, WEIGHTS, epoch_row, report_of


def together(act: Callable[[], None], threads: int) -> list[Exception]:
    """Run ``act`` in many threads that begin at the same moment; return what they raised."""
    failures: list[Exception] = []
    gate = threading.Barrier(threads)

    def one() -> None:
        gate.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001  whatever it is, the test shows it
            failures.append(error)

    workers = [threading.Thread(target=one) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return failures


def plain_run(workspace: Workspace, project_id: str, dataset: Dataset, name: str) -> Run:
    return workspace.runs.create(
        project_id, dataset, config=TrainConfig(), preset=None, name=name, token=name
    )


def test_a_new_run_waits_and_lasts_with_all_its_settings(
    workspace: Workspace, settings: Settings, project: Project, dataset: Dataset, queue: Queue
) -> None:
    run = queue()
    assert run.status is RunStatus.QUEUED
    assert (run.project_id, run.dataset_fingerprint) == (project.id, dataset.fingerprint)
    workspace.close()
    with Workspace.open(settings) as again:
        assert again.runs.get(run.id) == run


def test_the_same_token_gives_the_same_run_also_to_50_threads(
    workspace: Workspace, project: Project, queue: Queue
) -> None:
    ids: list[str] = []
    click = "one click"
    assert together(lambda: ids.append(queue(token=click).id), threads=50) == []
    assert len(ids) == 50
    assert len(set(ids)) == 1
    assert len(workspace.runs.of_project(project.id)) == 1


def test_another_token_gives_another_run(workspace: Workspace, project: Project, queue: Queue) -> None:
    first, second = queue("first"), queue("second")
    assert [run.name for run in workspace.runs.of_project(project.id)] == ["second", "first"]
    assert first.id != second.id


def test_a_run_needs_pictures_that_are_there(
    workspace: Workspace, project: Project, dataset: Dataset
) -> None:
    gone = dataclasses.replace(dataset, id="f" * 32)
    for project_id, pictures in ((project.id, gone), ("nothing", dataset)):
        with pytest.raises(RunError, match="The pictures to learn from are gone"):
            plain_run(workspace, project_id, pictures, "x")


def test_its_story_is_kept(workspace: Workspace, queue: Queue) -> None:
    run = queue()
    workspace.runs.start(run.id, device="2 CPU cores", versions=(("torch", "2.14"),))
    for epoch in (1, 2, 3):
        workspace.runs.add_epoch(run.id, epoch_row(epoch))
    workspace.runs.add_epoch(run.id, epoch_row(3, val_loss=0.125))
    workspace.runs.save_result(
        run.id,
        report=report_of(run.id),
        predictions=PREDICTIONS,
        weights=WEIGHTS,
        preprocessing=PREPROCESSING,
    )
    seconds = (StageSeconds(stage=Stage.HEAD, seconds=1.5),)
    workspace.runs.finish(
        run.id, RunStatus.STOPPED, best_epoch=2, stage_seconds=seconds, notes=("stopped by you",)
    )
    assert workspace.runs.get(run.id) == dataclasses.replace(
        run,
        status=RunStatus.STOPPED,
        started_at=NOON,
        finished_at=NOON,
        best_epoch=2,
        history=(epoch_row(1), epoch_row(2), epoch_row(3, val_loss=0.125)),
        stage_seconds=seconds,
        notes=("stopped by you",),
        device="2 CPU cores",
        versions=(("torch", "2.14"),),
    )


def test_a_loss_that_is_no_number_stays_one_in_the_history(workspace: Workspace, queue: Queue) -> None:
    run = queue()
    workspace.runs.add_epoch(run.id, epoch_row(1, val_loss=math.nan))
    workspace.runs.add_epoch(run.id, epoch_row(2, val_loss=math.inf))
    kept = workspace.runs.get(run.id)
    assert kept is not None
    assert math.isnan(kept.history[0].val_loss)
    assert kept.history[1].val_loss == math.inf


def test_epochs_are_added_while_pages_read(workspace: Workspace, project: Project, queue: Queue) -> None:
    runs = [queue(str(i)) for i in range(4)]
    turns = iter(range(8))
    lengths: list[list[int]] = [[] for _ in runs]

    def write(run: Run) -> None:
        for epoch in range(1, 16):
            workspace.runs.add_epoch(run.id, epoch_row(epoch))

    def read(index: int) -> None:
        for _ in range(30):
            kept = workspace.runs.get(runs[index].id)
            assert kept is not None
            assert [row.epoch for row in kept.history] == list(range(1, len(kept.history) + 1))
            lengths[index].append(len(kept.history))
            assert len(workspace.runs.of_project(project.id)) == 4

    def either() -> None:
        turn = next(turns)
        write(runs[turn]) if turn < 4 else read(turn - 4)

    assert together(either, threads=8) == []
    assert all(seen == sorted(seen) for seen in lengths)
    assert [len(run.history) for one in runs if (run := workspace.runs.get(one.id))] == [15] * 4


def test_failing_keeps_the_reason(workspace: Workspace, queue: Queue) -> None:
    run = queue()
    workspace.runs.start(run.id)
    workspace.runs.end_without_result(
        run.id, RunStatus.FAILED, error="The loss is no number.", hint="Lower the learning rate."
    )
    kept = workspace.runs.get(run.id)
    assert kept is not None
    assert (kept.status, kept.error, kept.hint) == (
        RunStatus.FAILED,
        "The loss is no number.",
        "Lower the learning rate.",
    )


@pytest.mark.parametrize("status", [RunStatus.DONE, RunStatus.STOPPED, RunStatus.QUEUED, RunStatus.RUNNING])
def test_without_a_result_only_failing_and_being_interrupted_are_ends(
    workspace: Workspace, queue: Queue, status: RunStatus
) -> None:
    run = queue()
    with pytest.raises(RunError, match=f"cannot end as {status} without a result"):
        workspace.runs.end_without_result(run.id, status, error="")
    workspace.runs.end_without_result(run.id, RunStatus.INTERRUPTED, error="The app was closed.")
    kept = workspace.runs.get(run.id)
    assert kept is not None
    assert kept.status is RunStatus.INTERRUPTED


def test_a_final_status_never_changes(workspace: Workspace, queue: Queue, finish: Finish) -> None:
    run = queue("Quick look")
    finish(run)
    acts: list[Callable[[], None]] = [
        lambda: workspace.runs.start(run.id),
        lambda: workspace.runs.end_without_result(run.id, RunStatus.FAILED, error="late"),
        lambda: workspace.runs.finish(run.id, RunStatus.STOPPED),
        lambda: workspace.runs.add_epoch(run.id, epoch_row(9)),
    ]
    for act in acts:
        with pytest.raises(RunError, match="'Quick look' has already ended: it is done"):
            act()


def test_is_not_done_before_its_result_is_on_disk(workspace: Workspace, queue: Queue) -> None:
    run = queue()
    with pytest.raises(RunError, match="without a result cannot be finished"):
        workspace.runs.finish(run.id, RunStatus.DONE)
    kept = workspace.runs.get(run.id)
    assert kept is not None
    assert kept.status is RunStatus.QUEUED


def test_gives_back_the_result(workspace: Workspace, queue: Queue, finish: Finish) -> None:
    run = queue()
    finish(run)
    assert workspace.runs.report(run.id) == report_of(run.id)
    assert workspace.runs.predictions(run.id).paths == PREDICTIONS.paths
    assert workspace.runs.preprocessing(run.id) == PREPROCESSING
    assert len(workspace.runs.weights(run.id)) > 24


def test_a_result_is_not_shown_before_the_run_has_ended(workspace: Workspace, queue: Queue) -> None:
    run = queue()
    with pytest.raises(RunError, match="'Quick look' has no result: it is queued") as told:
        workspace.runs.report(run.id)
    assert told.value.hint == "Wait for its end."
    with pytest.raises(RunError, match="does not exist any more"):
        workspace.runs.report("../../etc")


def test_deletes_and_restores_a_finished_run(
    workspace: Workspace, project: Project, queue: Queue, finish: Finish
) -> None:
    run = queue()
    with pytest.raises(RunError, match="'Quick look' cannot be deleted while it is not finished"):
        workspace.runs.delete(run.id)
    finish(run)
    workspace.runs.delete(run.id)
    assert workspace.runs.get(run.id) is None
    assert workspace.runs.of_project(project.id) == ()
    with pytest.raises(RunError, match="does not exist any more"):
        workspace.runs.weights(run.id)
    workspace.runs.restore(run.id)
    assert workspace.runs.report(run.id) == report_of(run.id)


def test_runs_of_an_ended_process_are_interrupted_and_those_of_a_living_one_are_not(
    settings: Settings, project: Project, dataset: Dataset, queue: Queue, workspace: Workspace
) -> None:
    ended = Owner(pid=1, started="1", boot="an earlier one")
    with Workspace.open(settings, owner=ended, clock=lambda: NOON) as before:
        lost = plain_run(before, project.id, dataset, "lost")
        before.runs.start(lost.id)
        waiting = plain_run(before, project.id, dataset, "waiting")
    mine = queue("mine")
    assert workspace.runs.interrupt_orphans() == (lost.id,)
    assert workspace.runs.interrupt_orphans() == ()
    kept = workspace.runs.get(lost.id)
    assert kept is not None
    assert (kept.status, kept.finished_at) == (RunStatus.INTERRUPTED, NOON)
    assert kept.error == "Sightsmith was closed or stopped while this run was not finished."
    for run in (waiting, mine):
        still = workspace.runs.get(run.id)
        assert still is not None
        assert still.status is RunStatus.QUEUED


def test_who_starts_a_run_owns_it(settings: Settings, workspace: Workspace, queue: Queue) -> None:
    run = queue()
    other = dataclasses.replace(this_process(), started="1")
    with Workspace.open(settings, owner=other) as elsewhere:
        elsewhere.runs.start(run.id)
    asked: list[Owner] = []

    def ask(owner: Owner) -> bool:
        asked.append(owner)
        return False

    assert workspace.runs.interrupt_orphans(ask) == (run.id,)
    assert set(asked) == {other}


def test_an_unreadable_owner_counts_as_ended(workspace: Workspace, settings: Settings, queue: Queue) -> None:
    with Workspace.open(settings, owner=Owner(pid=1, started="a_b", boot="c")) as elsewhere:
        run = queue()
        elsewhere.runs.start(run.id)
    assert workspace.runs.interrupt_orphans(lambda _owner: True) == (run.id,)


def test_a_paused_run_says_why_and_is_not_worked_on_any_more(workspace: Workspace, queue: Queue) -> None:
    run = queue()
    workspace.runs.start(run.id)
    workspace.runs.pause(run.id, notes=("kept epoch 3",), reason="The disk is full.", hint="Free some space.")
    kept = workspace.runs.get(run.id)
    assert kept is not None
    assert (kept.status, kept.notes) == (RunStatus.PAUSED, ("kept epoch 3",))
    assert (kept.error, kept.hint, kept.resumable) == ("The disk is full.", "Free some space.", True)
    assert workspace.runs.interrupt_orphans(lambda _owner: False) == ()
    with pytest.raises(RunError, match="has already ended: it is paused"):
        workspace.runs.add_epoch(run.id, epoch_row(1))


def test_a_failed_run_can_go_on_only_from_a_checkpoint(workspace: Workspace, queue: Queue) -> None:
    with_one, without = queue("with"), queue("without")
    workspace.runs.keep_checkpoint(with_one.id, tensors=b"t", state=b"{}")
    for run in (with_one, without):
        workspace.runs.end_without_result(run.id, RunStatus.FAILED, error="x")
    assert [kept.resumable for one in (with_one, without) if (kept := workspace.runs.get(one.id))] == [
        True,
        False,
    ]


def test_epochs_that_are_gone_through_again_are_forgotten(workspace: Workspace, queue: Queue) -> None:
    run = queue()
    for number in (1, 2, 3):
        workspace.runs.add_epoch(run.id, epoch_row(number))
    workspace.runs.forget_epochs(run.id, after=1)
    kept = workspace.runs.get(run.id)
    assert kept is not None
    assert kept.history == (epoch_row(1),)


def test_a_checkpoint_is_given_back_until_it_is_dropped(workspace: Workspace, queue: Queue) -> None:
    run = queue()
    assert workspace.runs.checkpoint(run.id) is None
    workspace.runs.keep_checkpoint(run.id, tensors=b"weights", state=b'{"epoch": 2}')
    found = workspace.runs.checkpoint(run.id)
    assert found is not None
    assert (found.tensors, found.state, found.older) == (b"weights", b'{"epoch": 2}', False)
    kept = workspace.runs.get(run.id)
    assert kept is not None
    assert kept.saved_at == NOON
    workspace.runs.drop_checkpoints(run.id)
    assert workspace.runs.checkpoint(run.id) is None
    kept = workspace.runs.get(run.id)
    assert kept is not None
    assert kept.saved_at is None


def test_saving_the_result_leaves_the_checkpoint_until_the_end_is_recorded(
    workspace: Workspace, queue: Queue, finish: Finish
) -> None:
    """A process that ends between the two must find its checkpoint again; what is left then is swept."""
    run = queue()
    workspace.runs.keep_checkpoint(run.id, tensors=b"t", state=b"{}")
    finish(run)
    assert workspace.runs.checkpoint(run.id) is not None
    workspace.runs.sweep_checkpoints()
    assert workspace.runs.checkpoint(run.id) is None
    assert workspace.runs.report(run.id) == report_of(run.id)


def test_a_sweep_removes_what_a_discarded_run_has_left(workspace: Workspace, queue: Queue) -> None:
    run = queue()
    workspace.runs.keep_checkpoint(run.id, tensors=b"t", state=b"{}")
    workspace.runs.end_without_result(run.id, RunStatus.DISCARDED, error="")
    workspace.runs.sweep_checkpoints()
    assert workspace.runs.checkpoint(run.id) is None


def test_a_sweep_leaves_the_checkpoints_of_runs_that_can_go_on(workspace: Workspace, queue: Queue) -> None:
    run = queue()
    workspace.runs.keep_checkpoint(run.id, tensors=b"t", state=b"{}")
    workspace.runs.pause(run.id)
    workspace.runs.sweep_checkpoints()
    assert workspace.runs.checkpoint(run.id) is not None


@pytest.mark.parametrize("status", [None, RunStatus.PAUSED, RunStatus.INTERRUPTED, RunStatus.FAILED])
def test_what_is_not_worked_on_can_be_discarded_with_its_checkpoints(
    workspace: Workspace, queue: Queue, status: RunStatus | None
) -> None:
    run = queue()
    workspace.runs.keep_checkpoint(run.id, tensors=b"t", state=b"{}")
    if status is RunStatus.PAUSED:
        workspace.runs.pause(run.id)
    elif status is not None:
        workspace.runs.end_without_result(run.id, status, error="x")
    workspace.runs.discard(run.id)
    kept = workspace.runs.get(run.id)
    assert kept is not None
    assert (kept.status, kept.error, kept.resumable) == (RunStatus.DISCARDED, "", False)
    assert workspace.runs.checkpoint(run.id) is None


def test_what_is_worked_on_or_has_a_result_cannot_be_discarded(
    workspace: Workspace, queue: Queue, finish: Finish
) -> None:
    going, done = queue("going"), queue("done")
    workspace.runs.start(going.id)
    finish(done)
    for run, state in ((going, "running"), (done, "done")):
        with pytest.raises(RunError, match=f"cannot be discarded: it is {state}"):
            workspace.runs.discard(run.id)


def test_names_without_one_count_up_and_never_come_twice(
    workspace: Workspace, project: Project, dataset: Dataset, finish: Finish
) -> None:
    """It was the number of runs on the list: after one was deleted, the next had a name that was taken."""

    def nameless(token: str) -> Run:
        return workspace.runs.create(project.id, dataset, config=TrainConfig(), preset=None, token=token)

    first, second = nameless("a"), nameless("b")
    finish(first)
    workspace.runs.delete(first.id)
    assert (first.name, second.name, nameless("c").name) == ("Run 1", "Run 2", "Run 3")


def test_a_name_that_a_run_was_given_is_passed_over_also_after_its_deletion(
    workspace: Workspace, project: Project, dataset: Dataset, finish: Finish
) -> None:
    """The first run was renamed to "Run 3", and the third one was a second "Run 3"."""

    def nameless(token: str) -> Run:
        return workspace.runs.create(project.id, dataset, config=TrainConfig(), preset=None, token=token)

    first, _second = nameless("a"), nameless("b")
    workspace.runs.rename(first.id, "Run 3")
    assert nameless("c").name == "Run 4"
    workspace.runs.rename(first.id, "Run 5")
    finish(first)
    workspace.runs.delete(first.id)
    assert [nameless("d").name, nameless("e").name] == ["Run 6", "Run 7"]


def test_the_log_keeps_its_order_also_after_the_end(
    workspace: Workspace, queue: Queue, finish: Finish
) -> None:
    run, other = queue("a"), queue("b")
    for text in ("begun", "batch halved"):
        workspace.runs.log(run.id, text)
    workspace.runs.log(other.id, "another")
    finish(run)
    workspace.runs.log(run.id, "done")
    assert [(line.moment, line.text) for line in workspace.runs.log_of(run.id)] == [
        (NOON, "begun"),
        (NOON, "batch halved"),
        (NOON, "done"),
    ]


def test_a_log_that_cannot_be_written_fails_nothing(
    workspace: Workspace, queue: Queue, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = queue()

    def full(_self: object) -> None:
        raise DiskFullError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr("core.store.database.Database.writing", full)
        workspace.runs.log(run.id, "epoch 3 is the best")
    assert workspace.runs.log_of(run.id) == ()
    assert "epoch 3 is the best" in caplog.text
