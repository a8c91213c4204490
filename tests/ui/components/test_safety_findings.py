"""What is said about variations that do harm, and what a click does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.data.augment import KINDS
from core.domain.safety import ClassCheck, Flip, KindCheck
from ui.components.safety_findings import DOING, MOST_CLASSES, sentences
from ui.words import esc

SIX = ClassCheck(name="6", tried=17, flipped=14, taken_for="9", taken=14, harmed=True)
ONE = ClassCheck(name="1", tried=16, flipped=0, taken_for=None, taken=0, harmed=False)
TURNED = KindCheck(
    kind="upside_down",
    harmful=True,
    sure=True,
    tried=33,
    flipped=14,
    classes=(ONE, SIX),
    examples=(Flip(row=4, actual="6", called="9"), Flip(row=7, actual="6", called=None)),
)
MIRROR = KindCheck(kind="mirror", harmful=False, sure=True, tried=33, flipped=1, classes=(ONE,))


def screen():
    import numpy as np
    import streamlit as st

    from core.domain.config import TrainConfig
    from ui.components import safety_findings

    state = st.session_state
    state["off"] = safety_findings.show(
        state["checks"],
        TrainConfig(upside_down=state["on"]),
        pairs={"upside_down": np.zeros((2, 2, 8, 8, 3), np.uint8)},
        files={4: "six/4.png"},
    )


def shown(*checks: KindCheck, on: bool = True) -> AppTest:
    at = AppTest.from_function(screen)
    at.session_state["checks"] = checks
    at.session_state["on"] = on
    at.run()
    assert not at.exception
    return at


def test_every_kind_has_its_words():
    assert set(DOING) == set(KINDS)


def test_harm_names_the_class_and_what_it_is_taken_for():
    assert sentences(TURNED) == ("Turning upside down harms “6”: 14 of 17 pictures would be taken for “9”.",)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (
            replace(SIX, taken=9),
            "14 of 17 pictures would be taken for something else, most often for “9” (9).",
        ),
        (replace(SIX, taken_for=None, taken=0), "14 of 17 pictures would no longer be recognised."),
    ],
)
def test_harm_says_no_more_than_was_counted(one, words):
    assert sentences(replace(TURNED, classes=(one,))) == (f"Turning upside down harms “6”: {words}",)


def test_the_worst_class_comes_first_and_many_are_counted():
    many = [replace(SIX, name=f"c{number}", flipped=8 + number) for number in range(6)]
    told = sentences(replace(TURNED, classes=tuple(many)))
    assert "“c5”" in told[0]
    assert (len(told), told[-1]) == (MOST_CLASSES + 1, "It harms 2 more classes as well.")


def test_harm_to_all_classes_together_is_told_without_a_name():
    check = replace(TURNED, classes=(ONE,))
    assert sentences(check) == ("Turning upside down does harm: 14 of 33 pictures would be misread.",)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (MIRROR, "Mirroring left and right does no harm here."),
        (
            replace(MIRROR, sure=False),
            "Mirroring left and right shows no harm, but there are too few pictures to be sure.",
        ),
        (
            replace(MIRROR, sure=False, tried=0),
            "Mirroring left and right could not be tried: there are too few pictures to judge on.",
        ),
    ],
)
def test_no_harm_is_only_claimed_where_it_was_seen(check, words):
    assert sentences(check) == (words,)


def test_a_click_switches_off_what_does_harm():
    at = shown(MIRROR, TURNED)
    assert at.session_state["off"] == ()
    at.button(key="switch_off_harm").click().run()
    assert at.session_state["off"] == ("upside_down",)


def test_what_is_off_already_needs_no_click():
    at = shown(TURNED, on=False)
    assert not at.button
    assert "Off, and should stay off" in at.markdown[0].value


def test_harmed_pictures_are_shown_before_and_after_with_their_names():
    alts = [[image.alt for image in pair.proto.imgs] for pair in shown(TURNED).get("image")]
    assert alts == [
        ["6, six/4.png, as it is", "6, six/4.png, varied: taken for “9”"],
        ["6, as it is", "6, varied: not recognised"],
    ]


def test_safe_kinds_are_told_in_a_list():
    assert esc("Mirroring left and right does no harm here.") in shown(MIRROR).markdown[0].value


def test_names_of_classes_cannot_format_the_page():
    hostile = replace(SIX, name="**bold**")
    assert "**bold**" not in shown(replace(TURNED, classes=(hostile,))).markdown[0].value
