"""Verdicts of several reviewers, their steps back and forth."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.domain.errors import RunError
from core.domain.review import Judgement, VerdictKind
from core.store.workspace import Workspace
from tests.store.made import NOON

A, B = "a" * 64, "b" * 64
PATHS = {A: "bolt/1.jpg", B: "nut/2.jpg"}
MODEL = Judgement(kind=VerdictKind.MODEL_WRONG)
NUT = Judgement(kind=VerdictKind.LABEL_WRONG, labels=("nut",), note=" looks like one ")


@pytest.fixture
def run_id(queue) -> str:
    return queue().id


@pytest.fixture
def say(workspace: Workspace, run_id: str):
    def add(said, reviewer="Ada"):
        return workspace.verdicts.add(run_id, said, paths=PATHS, reviewer=reviewer)

    return add


@pytest.fixture
def known(workspace: Workspace, run_id: str):
    def tell():
        return [(one.sha256[0], one.reviewer, one.kind.value) for one in workspace.verdicts.latest(run_id)]

    return tell


def test_a_verdict_comes_back_as_it_was_said(workspace, run_id, project, say):
    (said,) = say({A: NUT}, reviewer="  Ada   L. ")
    assert workspace.verdicts.latest(run_id) == (said,)
    assert (said.project_id, said.path, said.labels) == (project.id, "bolt/1.jpg", ("nut",))
    assert (said.note, said.reviewer, said.moment) == ("looks like one", "Ada L.", NOON)


def test_the_newest_of_each_reviewer_counts(say, known):
    say({A: MODEL, B: MODEL})
    say({A: MODEL}, reviewer="Ben")
    say({A: NUT})
    assert known() == [("b", "Ada", "model wrong"), ("a", "Ben", "model wrong"), ("a", "Ada", "label wrong")]


def test_a_step_goes_back_and_forth_as_a_whole_and_only_for_its_reviewer(workspace, run_id, say, known):
    say({A: NUT})
    say({A: MODEL, B: MODEL})
    say({B: NUT}, reviewer="Ben")
    assert workspace.verdicts.undo(run_id, "Ada") == 2
    assert known() == [("a", "Ada", "label wrong"), ("b", "Ben", "label wrong")]
    assert workspace.verdicts.redo(run_id, "Ada") == 2
    assert ("b", "Ada", "model wrong") in known()
    assert workspace.verdicts.redo(run_id, "Ada") == 0
    assert workspace.verdicts.undo(run_id, "nobody") == 0


def test_what_was_undone_before_something_new_does_not_come_back(workspace, run_id, say, known):
    """Undone, then said otherwise, then that undone: redo must bring back the newer step only."""
    say({A: NUT})
    workspace.verdicts.undo(run_id, "Ada")
    say({B: MODEL})
    assert workspace.verdicts.redo(run_id, "Ada") == 0
    workspace.verdicts.undo(run_id, "Ada")
    assert known() == []
    workspace.verdicts.redo(run_id, "Ada")
    assert known() == [("b", "Ada", "model wrong")]


def test_steps_come_back_in_the_order_in_which_they_were_said(workspace, run_id, say, known):
    say({A: NUT})
    say({B: MODEL})
    workspace.verdicts.undo(run_id, "Ada")
    workspace.verdicts.undo(run_id, "Ada")
    workspace.verdicts.redo(run_id, "Ada")
    assert known() == [("a", "Ada", "label wrong")]


def test_all_that_was_ever_said_is_known(workspace, run_id, say):
    said = (*say({A: NUT}), *say({A: MODEL}), *say({B: NUT}, reviewer="Ben"))
    workspace.verdicts.undo(run_id, "Ada")
    assert workspace.verdicts.ever_said(run_id) == said


def test_what_is_too_long_is_refused(say, known):
    with pytest.raises(RunError, match="up to 2,000 characters"):
        say({A: Judgement(kind=VerdictKind.AMBIGUOUS, note="x" * 2_001)})
    with pytest.raises(RunError, match="up to 100 characters"):
        say({A: MODEL}, reviewer="x" * 101)
    assert known() == []


def test_a_run_that_is_gone_has_no_verdicts(workspace):
    with pytest.raises(RunError, match="does not exist"):
        workspace.verdicts.add("0" * 32, {A: MODEL}, paths=PATHS, reviewer="Ada")


def test_what_was_said_of_other_runs_of_the_project(workspace, queue, run_id, say):
    other, gone, earlier = queue("other").id, queue("gone").id, NOON - timedelta(days=1)
    say({A: NUT})
    (said,) = workspace.verdicts.add(other, {B: MODEL}, paths=PATHS, reviewer="Ben", moments={B: earlier})
    assert said.moment == earlier
    workspace.verdicts.add(other, {A: MODEL}, paths=PATHS, reviewer="Ada")
    workspace.verdicts.undo(other, "Ada")
    workspace.verdicts.add(gone, {A: MODEL}, paths=PATHS, reviewer="Ada")
    workspace.runs.discard(gone)
    workspace.runs.delete(gone)
    assert workspace.verdicts.of_other_runs(run_id) == (said,)
    with pytest.raises(RunError):
        workspace.verdicts.of_other_runs("unknown")
