from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from core.domain.errors import RunError
from core.domain.run import Move, Run, RunStatus
from core.settings import Settings
from core.store.owner import Owner, this_process
from core.store.workspace import Workspace
from tests.store.conftest import Finish, Queue
from tests.store.made import NOON, epoch_row

ENDED = Owner(pid=1, started="1", boot="an earlier one")


def names(runs: tuple[Run, ...]) -> list[str]:
    return [run.name for run in runs]


def test_runs_are_taken_in_the_order_in_which_they_were_queued(workspace: Workspace, queue: Queue) -> None:
    for name in ("a", "b"):
        queue(name)
    first, second = workspace.queue.take(), workspace.queue.take()
    assert first is not None
    assert second is not None
    assert (first.name, first.status, first.started_at) == ("a", RunStatus.RUNNING, NOON)
    assert second.name == "b"
    assert workspace.queue.take() is None


def test_two_processes_never_take_the_same_run(workspace: Workspace, queue: Queue) -> None:
    for number in range(20):
        queue(str(number))
    taken: list[str] = []

    def take_all() -> None:
        while (run := workspace.queue.take()) is not None:
            taken.append(run.name)

    threads = [threading.Thread(target=take_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken, key=int) == [str(number) for number in range(20)]


def test_what_waits_for_a_living_process_is_left_to_it(
    workspace: Workspace, settings: Settings, queue: Queue
) -> None:
    mine = queue("mine")
    other = replace(this_process(), started="1")
    with Workspace.open(settings, owner=other) as elsewhere:
        assert elsewhere.queue.take_over(lambda _owner: True) == ()
        assert elsewhere.queue.take() is None
        assert names(elsewhere.queue.waiting()) == ["mine"]
    taken = workspace.queue.take()
    assert taken is not None
    assert taken.id == mine.id


def test_what_waited_for_an_ended_process_goes_on_waiting_for_the_next(
    workspace: Workspace, settings: Settings, queue: Queue
) -> None:
    for name in ("first", "second"):
        queue(name)
    workspace.close()
    with Workspace.open(settings, owner=ENDED) as again:
        assert names(again.queue.take_over(lambda _owner: False)) == ["first", "second"]
        assert names(tuple(run for _ in range(2) if (run := again.queue.take()))) == ["first", "second"]


@pytest.mark.parametrize(
    ("name", "direction", "order"),
    [
        ("c", Move.UP, "acbd"),
        ("b", Move.DOWN, "acbd"),
        ("d", Move.FIRST, "dabc"),
        ("a", Move.UP, "abcd"),
        ("d", Move.DOWN, "abcd"),
    ],
)
def test_a_waiting_run_changes_its_place(
    workspace: Workspace, queue: Queue, name: str, direction: Move, order: str
) -> None:
    runs = {letter: queue(letter) for letter in "abcd"}
    workspace.queue.move(runs[name].id, direction)
    assert "".join(names(workspace.queue.waiting())) == order
    queue("e")
    assert "".join(names(workspace.queue.waiting())) == f"{order}e"


def test_only_what_waits_can_change_its_place(workspace: Workspace, queue: Queue) -> None:
    run = queue("a")
    workspace.queue.take()
    with pytest.raises(RunError, match="'a' cannot change its place: it is running"):
        workspace.queue.move(run.id, Move.UP)


def test_a_run_taken_out_waits_no_more_and_can_be_put_back(workspace: Workspace, queue: Queue) -> None:
    out, other = queue("out"), queue("other")
    assert workspace.queue.take_out(out.id)
    assert not workspace.queue.take_out(out.id)
    assert names(workspace.queue.waiting()) == ["other"]
    assert workspace.queue.put_back(out.id).status is RunStatus.QUEUED
    assert [run.id for run in workspace.queue.waiting()] == [other.id, out.id]


def test_a_run_that_has_begun_goes_on_before_those_that_have_not(workspace: Workspace, queue: Queue) -> None:
    begun = queue("begun")
    workspace.queue.take()
    workspace.runs.pause(begun.id, reason="The disk is full.", hint="Free some space.")
    queue("later")
    back = workspace.queue.put_back(begun.id)
    assert (back.error, back.hint, back.started_at) == ("", "", NOON)
    assert names(workspace.queue.waiting()) == ["begun", "later"]


def test_a_run_that_goes_on_belongs_to_the_process_that_put_it_back(
    workspace: Workspace, settings: Settings, queue: Queue
) -> None:
    with Workspace.open(settings, owner=ENDED) as before:
        lost = queue("lost")
        before.runs.start(lost.id)
    workspace.runs.interrupt_orphans()
    workspace.queue.put_back(lost.id)
    taken = workspace.queue.take()
    assert taken is not None
    assert (taken.id, taken.finished_at) == (lost.id, None)


def test_what_has_ended_cannot_go_on(workspace: Workspace, queue: Queue, finish: Finish) -> None:
    done, discarded = queue("done"), queue("discarded")
    finish(done)
    workspace.runs.discard(discarded.id)
    for run in (done, discarded):
        with pytest.raises(RunError, match=f"'{run.name}' cannot go on"):
            workspace.queue.put_back(run.id)


def test_a_deleted_run_neither_waits_nor_goes_on(workspace: Workspace, queue: Queue) -> None:
    run = queue("gone")
    workspace.queue.take_out(run.id)
    workspace.runs.delete(run.id)
    with pytest.raises(RunError, match="does not exist any more"):
        workspace.queue.put_back(run.id)
    workspace.runs.restore(run.id)
    assert workspace.queue.put_back(run.id).id == run.id


def test_a_run_without_a_checkpoint_begins_anew_and_has_nothing_to_keep(workspace: Workspace, queue: Queue):
    """Its epochs of before stood there, "Stop and keep the best" was offered, and threw the run away."""
    run = queue("first")
    workspace.queue.take()
    workspace.runs.start(run.id, device="a test")
    row = epoch_row(1)
    workspace.runs.add_epoch(run.id, row)
    workspace.runs.pause(run.id)
    assert workspace.queue.put_back(run.id).history == ()
    workspace.queue.take()
    workspace.runs.start(run.id, device="a test")
    workspace.runs.add_epoch(run.id, row)
    workspace.runs.keep_checkpoint(run.id, tensors=b"", state=b"{}")
    workspace.runs.pause(run.id)
    assert workspace.queue.put_back(run.id).history == (row,)
