"""The preview of variations says in words what is on, and names every picture."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from ui.components.variation_preview import ALONE, TOGETHER, in_words


def screen():
    import numpy as np
    import streamlit as st

    from core.domain.config import TrainConfig
    from ui.components import variation_preview

    state = st.session_state
    kinds = state["kinds"]
    asked = state.setdefault("asked", [])

    def each():
        asked.append(True)
        return {kind: np.full((2, 8, 8, 3), 50, np.uint8) for kind in kinds}

    pictures = np.zeros((4, state["pictures"], 8, 8, 3), np.uint8)
    labels = ["gear, a/1.png", "nut, b/2.png"][: state["pictures"]]
    state["view"] = variation_preview.show(
        pictures, labels, TrainConfig(), kinds=kinds, each=each, key="preview"
    )


def shown(kinds: tuple[str, ...] = ("vary_crop", "vary_light"), pictures: int = 2) -> AppTest:
    at = AppTest.from_function(screen)
    at.session_state["kinds"] = kinds
    at.session_state["pictures"] = pictures
    at.run()
    assert not at.exception
    return at


def alts(at: AppTest) -> list[list[str]]:
    return [[image.alt for image in row.proto.imgs] for row in at.get("image")]


def test_originals_come_first_then_three_varied_copies_each():
    at = shown()
    rows = alts(at)
    assert rows[0] == ["gear, a/1.png, as it is", "nut, b/2.png, as it is"]
    assert [row[1] for row in rows[1:]] == [f"nut, b/2.png, varied, copy {number}" for number in (1, 2, 3)]
    assert at.session_state["view"] == TOGETHER
    assert not at.session_state["asked"]


def test_each_kind_can_be_seen_by_itself():
    at = shown()
    at.get_by_key("preview_view").set_value(ALONE).run()
    assert not at.exception
    assert alts(at)[1:] == [
        ["gear, a/1.png, crop and scale", "nut, b/2.png, crop and scale"],
        ["gear, a/1.png, brightness and contrast", "nut, b/2.png, brightness and contrast"],
    ]
    assert [caption.value for caption in at.caption] == [
        "As they are",
        "Crop and scale",
        "Brightness and contrast",
    ]
    assert at.session_state["view"] == ALONE


def test_without_variations_only_the_originals_are_shown():
    at = shown(kinds=())
    assert len(alts(at)) == 1
    assert "Nothing is varied" in at.markdown[0].value


def test_without_pictures_it_says_so():
    at = shown(pictures=0)
    assert not alts(at)
    assert at.caption[0].value == "There are no pictures to show yet."


@pytest.mark.parametrize(
    ("strength", "kinds", "words"),
    [
        (Augmentation.LIGHT, ("vary_crop", "vary_colour"), "On: crop and scale, colour (lightly)."),
        (
            Augmentation.STRONG,
            ("mirror", "vary_blur"),
            "On: mirror left and right, blur (strongly).",
        ),
        (
            Augmentation.TRIVIAL,
            ("vary_blur",),
            "On: blur (one random change to each picture).",
        ),
        (Augmentation.LIGHT, ("mirror",), "On: mirror left and right."),
        (
            Augmentation.NONE,
            (),
            "Nothing is varied: the model sees each picture the same way every time.",
        ),
    ],
)
def test_the_words_say_what_is_on(strength, kinds, words):
    assert in_words(replace(TrainConfig(), augmentation=strength), kinds) == words
