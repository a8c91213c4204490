"""Names, notes and stars: they last, whatever the run does, and change nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.errors import RunError
from core.settings import Settings
from core.store.workspace import Workspace
from tests.store.conftest import Finish, Queue


def test_a_name_a_note_and_a_star_last(
    workspace: Workspace, settings: Settings, queue: Queue, finish: Finish
) -> None:
    run = queue()
    finish(run)
    ended = workspace.runs.get(run.id)
    assert ended is not None
    workspace.runs.rename(run.id, "  With   Ben's pictures ")
    workspace.runs.annotate(run.id, "\nThe lamp was off.\n")
    workspace.runs.star(run.id, starred=True)
    workspace.close()
    labelled = replace(ended, name="With Ben's pictures", note="The lamp was off.", starred=True)
    with Workspace.open(settings) as again:
        assert again.runs.get(run.id) == labelled
        assert again.runs.of_project(run.project_id) == (replace(labelled, history=()),)


def test_a_star_and_a_note_can_be_taken_away(workspace: Workspace, queue: Queue) -> None:
    run = queue()
    workspace.runs.star(run.id, starred=True)
    workspace.runs.annotate(run.id, "no")
    workspace.runs.star(run.id, starred=False)
    workspace.runs.annotate(run.id, " ")
    assert workspace.runs.get(run.id) == run


@pytest.mark.parametrize("name", ["", "  ", "n" * 81])
def test_a_name_is_neither_empty_nor_endless(workspace: Workspace, queue: Queue, name: str) -> None:
    run = queue()
    with pytest.raises(RunError, match="A name has 1 to 80 characters"):
        workspace.runs.rename(run.id, name)


def test_a_note_is_not_endless(workspace: Workspace, queue: Queue) -> None:
    with pytest.raises(RunError, match="this one has 2,001"):
        workspace.runs.annotate(queue().id, "n" * 2_001)


def test_no_two_runs_of_a_project_are_given_the_same_name(workspace: Workspace, queue: Queue) -> None:
    first, second = queue("first"), queue("second")
    with pytest.raises(RunError, match="Another training run is called 'first'"):
        workspace.runs.rename(second.id, "first")
    workspace.runs.rename(first.id, "first")  # its own
    workspace.queue.take_out(first.id)
    workspace.runs.delete(first.id)
    workspace.runs.rename(second.id, "first")


def test_a_deleted_run_is_not_labelled(workspace: Workspace, queue: Queue) -> None:
    run = queue()
    workspace.queue.take_out(run.id)
    workspace.runs.delete(run.id)
    for label in (
        lambda: workspace.runs.rename(run.id, "other"),
        lambda: workspace.runs.annotate(run.id, "other"),
        lambda: workspace.runs.star(run.id, starred=True),
    ):
        with pytest.raises(RunError, match="does not exist any more"):
            label()
