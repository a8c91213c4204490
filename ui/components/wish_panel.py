"""When the model should rather say that it is not sure."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.domain.decision import Decision, Prospect
from ui.charts import answering
from ui.theme import camera
from ui.words import GLOSSARY

ALWAYS = "Answer everything"
_WISHES = {
    ALWAYS: None,
    "0.5 %": 0.005,
    "1 %": 0.01,
    "2 %": 0.02,
    "3 %": 0.03,
    "5 %": 0.05,
    "10 %": 0.1,
    "15 %": 0.15,
    "20 %": 0.2,
    "30 %": 0.3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the visitor wants."""

    most_wrong: float | None  # of the answers given; None answers everything
    unlike: bool  # tell pictures of something else


def show(kept: Decision, *, can_tell_unlike: bool, key: str) -> Wish:
    """Draw the two choices, at first as they are kept, and return them."""
    names = {value: name for name, value in _WISHES.items()}
    chosen = st.select_slider(
        "Of the answers it gives, at most this many may be wrong",
        list(_WISHES),
        value=names.get(kept.most_wrong, ALWAYS),
        key=f"most_wrong_{key}",
        help=f"What it is less sure of goes to a person. {GLOSSARY['promise']}",
    )
    unlike = st.toggle(
        "Say so when a picture is unlike anything it learnt from",
        value=kept.farthest is not None,
        disabled=not can_tell_unlike,
        key=f"unlike_{key}",
        help=GLOSSARY["unlike"] if can_tell_unlike else "This run does not know: train it again.",
    )
    return Wish(most_wrong=_WISHES[chosen], unlike=unlike)


def outcome(prospect: Prospect, *, does: str, firm: str, key: str) -> None:
    """Draw what the wish means for the test pictures: in words, and as a curve."""
    st.markdown(f"**{does}**")
    if firm:
        st.markdown(firm)
    unlike = prospect.test.unlike
    if unlike:
        st.caption(
            f"{unlike:,} of the {prospect.test.pictures:,} test pictures would be taken for something else."
        )
    if prospect.curve.answered:
        st.plotly_chart(
            answering.curve(prospect.curve, prospect.test, most_wrong=prospect.decision.most_wrong),
            key=f"answering_{key}",
            config=camera("answers-given"),
            alt=f"Share of wrong answers by share of pictures answered. {does}",
        )
