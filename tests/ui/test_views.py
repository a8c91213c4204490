"""Slices and map as the page of results shows them, with the pictures below."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.fake_studio import FakeStudio
from ui import services, slicing, thumbnails


@pytest.fixture
def studio(monkeypatch):
    made = FakeStudio("done")
    monkeypatch.setitem(services._HOLDER.__dict__, "studio", made)
    monkeypatch.setitem(services._HOLDER.__dict__, "drawn", set())
    thumbnails.kept_uri.clear()
    slicing.report_of.clear()
    return made


def views():
    import streamlit as st

    from core.domain.dataset import Split
    from ui import mapping, slicing
    from ui.subject import Subject

    show = mapping.of_map if st.session_state["view"] == "map" else slicing.of_slices
    show(Subject(run_id="r2", split=Split.TEST))


def opened(view: str, **session) -> AppTest:
    at = AppTest.from_function(views, default_timeout=30)
    at.session_state["view"] = view
    for key, value in session.items():
        at.session_state[key] = value
    at.run()
    assert not at.exception, [one.message for one in at.exception]
    return at


def galleries(at: AppTest) -> int:
    return sum("ictures 1 to" in caption.value for caption in at.caption) + len(at.get("bidi_component"))


def test_a_kind_of_picture_opens_its_pictures(studio):
    at = opened("slices")
    before = galleries(at)
    at.selectbox(key="slice_r2_test").set_value(0).run()
    assert not at.exception
    assert galleries(at) == before + 1


def test_marked_pictures_are_shown_below_the_map(studio):
    before = galleries(opened("map"))
    marked = {"selection": {"points": [{"customdata": 0}, {"customdata": 5}]}}
    assert galleries(opened("map", map_r2_test_CLASS=marked)) == before + 1


def test_a_map_that_is_not_there_is_drawn_by_itself(studio):
    studio.map_drawn = False
    at = opened("map")
    assert studio.map_job is not None
    assert at.get("progress")


def test_a_training_is_not_slowed_down_unasked(studio, monkeypatch):
    studio.map_drawn = False
    monkeypatch.setattr(services, "work_before_a_run", lambda: "a training")
    at = opened("map")
    assert studio.map_job is None
    at.button(key="draw_map_r2_test").click().run()
    assert studio.map_job is not None
