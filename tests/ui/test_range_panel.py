"""The rate range test on the screen: what was asked for, and one sentence that is true."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.range_test import RatePoint, RateRange
from core.domain.run import Progress, Stage
from ui.components.range_panel import about
from ui.words import esc

FOUND = RateRange(
    points=tuple(
        RatePoint(rate=10.0**power, loss=loss) for power, loss in ((-7, 2.0), (-4, 1.5), (-2, 1.0), (0, 9.0))
    ),
    suggestion=6e-4,
    steepest=6.3e-4,
    breaks_above=1.2e-2,
    stopped_at=0.5,
)


def panel():
    import streamlit as st

    from ui.components import range_panel

    asked = range_panel.show(
        st.session_state["found"],
        under_way=st.session_state["under_way"],
        current=st.session_state["current"],
        key="head",
    )
    st.text(f"asked: {asked}")


def drawn(found: RateRange | None = None, *, under_way: Progress | None = None, current=5e-4) -> AppTest:
    at = AppTest.from_function(panel)
    at.session_state["found"], at.session_state["under_way"] = found, under_way
    at.session_state["current"] = current
    at.run()
    assert not at.exception
    return at


def asked(at: AppTest) -> str:
    return at.text[0].value.removeprefix("asked: ")


def test_at_first_there_is_only_the_button():
    at = drawn()
    assert [button.label for button in at.button] == ["Find a good rate"]
    assert asked(at) == "None"
    assert asked(at.button[0].click().run()) == "test"


def test_under_way_it_shows_how_far_it_is_and_can_be_stopped():
    at = drawn(under_way=Progress(stage=Stage.HEAD, done=34, total=80))
    assert [button.label for button in at.button] == ["Stop the test"]
    progress = at.get("progress")[0].proto
    assert (progress.text, progress.value) == (esc("Trying rates: 34 of 80 steps"), 42)
    assert asked(at.button[0].click().run()) == "stop"


def test_what_was_found_is_drawn_told_and_offered():
    at = drawn(FOUND)
    assert len(at.get("plotly_chart")) == 1
    told = "A rate of 6e-4 learns fastest here; above 1e-2 learning breaks down."
    assert at.markdown[0].value == esc(told)
    assert [button.label for button in at.button] == ["Test again", "Use it"]
    assert at.button[1].help == "Sets the learning rate to 0.0006; it is 0.0005 now."
    assert asked(at.button[1].click().run()) == "use"


def test_a_rate_that_is_set_already_is_not_offered():
    at = drawn(FOUND, current=6e-4)
    assert [button.label for button in at.button] == ["Test again"]
    assert at.caption[0].value == "That is the rate that is set."


def test_without_a_suggestion_nothing_is_offered_and_another_test_is():
    at = drawn(replace(FOUND, suggestion=None, steepest=None))
    assert [button.label for button in at.button] == ["Test again"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"breaks_above": None, "stopped_at": None},
            "A rate of 6e-4 learns fastest here; up to 1 learning does not break down.",
        ),
        (
            {"suggestion": None},
            "No rate made the loss fall enough to tell one from another; above 1e-2 learning breaks down.",
        ),
        (
            {"points": (), "suggestion": None, "breaks_above": None},
            "Learning breaks down at every rate: look at the pictures and at the other settings.",
        ),
    ],
)
def test_the_sentence_says_only_what_was_seen(changes, told):
    assert about(replace(FOUND, **changes)) == told


def test_a_test_that_broke_down_at_once_draws_no_curve():
    at = drawn(replace(FOUND, points=(), suggestion=None, steepest=None, breaks_above=None))
    assert not at.get("plotly_chart")
