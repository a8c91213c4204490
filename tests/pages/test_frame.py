"""The frame: what an ending training does to a visitor's choice, and what a reload leaves."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from PIL import Image

from core.domain.run import JobKind, JobSnapshot, JobStatus
from tests.pages.conftest import Screen
from ui.components import browser_memory

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


class Tab:
    """What one tab of a browser remembers, as the script in it does; it outlives the visits."""

    def __init__(self, monkeypatch):
        self.remembered = {}
        monkeypatch.setattr(browser_memory, "show", self.show)

    def show(self, kept, *, begun):
        found = {} if begun else dict(self.remembered)
        if not found:
            self.remembered = {name: text for name, text in kept.items() if text}
        return found


def test_a_reload_leaves_the_reviewer_the_name_and_the_way_back(visit, monkeypatch):
    """After F5 the field was empty: later verdicts were nobody's, and Undo did not reach the earlier ones."""
    Tab(monkeypatch)
    first = visit("done")
    at = first.open("review", author="Anna")
    next(one for one in at.button if one.key.startswith("verdict_2_")).click().run()
    at.run()
    after = Screen(first.studio)
    at = after.open("review")
    assert at.text_input(key="author").value == "Anna"
    at.button(key="review_undo").click().run()
    assert first.studio.verdicts("r2") == ()


def test_a_name_that_was_taken_away_stays_away(visit, monkeypatch):
    tab = Tab(monkeypatch)
    tab.remembered = {"author": "Anna"}
    at = visit("done").open("review")
    at.text_input(key="author").set_value("").run()
    at.run()
    assert at.text_input(key="author").value == ""
    assert tab.remembered == {}


def test_what_is_said_first_counts_more_than_what_is_remembered(visit, monkeypatch):
    Tab(monkeypatch).remembered = {"author": "Anna"}
    assert visit("done").open("review", author="Ben").text_input(key="author").value == "Ben"


def test_webcam_photos_that_are_not_added_yet_are_there_after_a_reload(visit, monkeypatch, tmp_path):
    Tab(monkeypatch)
    (tmp_path / "000000.jpg").write_bytes(drawn())
    first = visit("project")
    first.studio.stage(tmp_path)
    first.open("upload", way_in="webcam", sittings={"p1": tmp_path.name})
    at = Screen(first.studio).open("upload", way_in="webcam")
    assert at.button(key="add_shots").label == "Add 1 photo"


def drawn():
    target = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(target, "JPEG")
    return target.getvalue()


@pytest.mark.parametrize("sittings", ["[1]", "{", '{"p1": 3}', '{"p1": "../.."}'])
def test_nonsense_that_a_browser_remembers_is_passed_over(visit, monkeypatch, sittings):
    Tab(monkeypatch).remembered = {"author": "x" * 500, "sittings": sittings}
    at = visit("project").open("upload", way_in="webcam")
    assert "add_shots" not in {button.key for button in at.button}


def test_the_browser_is_told_what_to_remember(visit):
    at = visit("done").open("review", author="Anna")
    assert not at.exception
    (told,) = [one for one in at.get("bidi_component") if "sightsmith_memory" in one.proto.component_name]
    assert json.loads(told.proto.json) == {"kept": {"author": "Anna", "sittings": ""}, "begun": True}
