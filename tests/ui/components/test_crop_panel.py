"""What is said about a centre crop, and which way of fitting pictures is offered."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.preprocess import ResizeMode
from core.domain.safety import ResizeAdvice
from ui.components.crop_panel import crop_in_words
from ui.words import esc

WIDE = ResizeAdvice(
    mode=ResizeMode.PAD, reason="Very different shapes.", pictures=40, losing=32, worst=(3,), worst_share=0.5
)
SQUARE = ResizeAdvice(
    mode=ResizeMode.SQUASH, reason="Nearly square.", pictures=40, losing=0, worst=(), worst_share=0.1
)
NONE = ResizeAdvice(
    mode=ResizeMode.SQUASH, reason="None yet.", pictures=0, losing=0, worst=(), worst_share=None
)


def screen():
    import numpy as np
    import streamlit as st

    from ui.components import crop_panel

    state = st.session_state
    advice = state["advice"]
    pictures = [np.zeros((20, 40, 3), np.uint8) for _ in advice.worst]
    state["chosen"] = crop_panel.show(advice, pictures, ["gear, a/1.png"][: len(pictures)], now=state["now"])


def shown(advice: ResizeAdvice, now: ResizeMode) -> AppTest:
    at = AppTest.from_function(screen)
    at.session_state["advice"] = advice
    at.session_state["now"] = now
    at.run()
    assert not at.exception
    return at


@pytest.mark.parametrize(
    ("advice", "words"),
    [
        (
            WIDE,
            "A centre crop would cut more than 15 % off the longer side of 32 of 40 pictures (80 %), of the "
            "worst 50 %.",
        ),
        (SQUARE, "A centre crop would cut off little: of no picture more than 10 % of its longer side."),
        (NONE, ""),
    ],
)
def test_words_tell_what_a_crop_costs(advice, words):
    assert crop_in_words(advice) == words


def test_the_advice_and_its_reason_come_first():
    at = shown(WIDE, ResizeMode.SQUASH)
    assert at.markdown[0].value == f"**{esc('Very different shapes.')}**"


def test_another_way_is_offered_and_returned_on_a_click():
    at = shown(WIDE, ResizeMode.SQUASH)
    assert at.session_state["chosen"] is None
    assert at.button[0].label == "Use padding instead"
    at.button(key="use_resize").click().run()
    assert at.session_state["chosen"] == ResizeMode.PAD


@pytest.mark.parametrize(("advice", "now"), [(WIDE, ResizeMode.PAD), (NONE, ResizeMode.CROP)])
def test_nothing_is_offered_where_nothing_is_to_change(advice, now):
    assert not shown(advice, now).button


def test_settings_that_crop_are_warned_of():
    assert "never seen" in shown(WIDE, ResizeMode.CROP).warning[0].value
    assert not shown(WIDE, ResizeMode.SQUASH).warning


def test_each_picture_says_in_words_what_is_lost():
    (images,) = shown(WIDE, ResizeMode.SQUASH).get("image")
    assert [image.alt for image in images.proto.imgs] == [
        "gear, a/1.png: a centre crop would cut off both ends, marked as lost"
    ]
