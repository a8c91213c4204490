"""The frame: what an ending training does to the run that a visitor has chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.run import JobKind, JobSnapshot, JobStatus

ENDED = JobSnapshot(id="r1", kind=JobKind.TRAIN, project_id="p1", title="Run 1", status=JobStatus.DONE)


def chosen_after(visit, ended, *, page):
    """Return the chosen run once a training ended that was under way at the drawing before."""
    screen = visit("done")
    screen.studio.jobs_ = [ended]
    at = screen.open(page)
    at.session_state["watched"] = ended.id
    at.run()
    assert at.toast
    at.run()
    return at.session_state["run"]


def test_a_training_that_ended_comes_next_for_who_waits_for_it(visit):
    assert chosen_after(visit, ENDED, page="train") == "r1"


@pytest.mark.parametrize("page", ["evaluate", "review", "compare", "try_it", "share"])
def test_a_visitor_who_looks_at_a_run_goes_on_with_it(visit, page):
    assert chosen_after(visit, ENDED, page=page) == "r2"


def test_a_training_of_another_project_leaves_the_choice_alone(visit):
    assert chosen_after(visit, replace(ENDED, project_id="p2"), page="train") == "r2"


def test_an_address_names_the_same_project_after_the_clock_was_set_back(visit):
    """The names were numbered by the moment of creation: the address that was sent opened the other one."""
    screen = visit("done")
    younger = screen.studio.create_project("Machine parts")
    earlier = replace(younger, created_at=younger.created_at.replace(year=2001))
    screen.studio.projects[younger.id] = earlier
    assert screen.open("home", project="Machine parts").selectbox(key="project").value == "p1"
