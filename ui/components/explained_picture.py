"""One answered picture: where the model looked, what else was likely, and what it learnt that is alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.domain.explanation import Alike, Explanation, Likely
from ui import blend
from ui.heat import overlay
from ui.words import decimal, esc, percent

_HOW_HEAT = (
    "Shortly before its answer, the network still has a coarse picture of its own. Bright places are those "
    "that raise the score of this class most (Grad-CAM). They are larger than what was looked at."
)
_HOW_COVERED = (
    "Covered means blurred until nothing can be made out. The hottest fifth of the picture is compared with "
    "the average of six other fifths of the same shape. A difference of 10 points or more counts."
)
_HOW_ALIKE = (
    "Of the pictures that the model learnt from, those that it finds most alike: 1.00 would be the same "
    "picture. They may be alike in other things than you would look at."
)
_WIDTH = 104  # pixels: three beside each other, also on a phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that is drawn. ``picture`` and those of ``alike`` are data addresses."""

    picture: str
    alt: str
    explanation: Explanation
    told: str  # whether the explanation is borne out, in a sentence
    likely: tuple[Likely, ...]
    alike: tuple[tuple[Alike, str], ...]


def choose(classes: Mapping[str, str], *, key: str) -> str:
    """Return for which class to show the heat; ``classes`` says what each is, as "what it said"."""
    names = list(classes)
    if len(names) == 1:
        return names[0]
    chosen = st.segmented_control(
        "Show what speaks for",
        range(len(names)),
        default=0,
        required=True,
        format_func=lambda place: f"{esc(names[place])} ({classes[names[place]]})",
        key=f"{key}_class",
    )
    return names[chosen or 0]


def show(shown: Shown, *, key: str) -> None:
    """Draw the picture under its heat, and beside it what the heat is worth, and the other answers."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _picture(shown, key=key)
    with right:
        st.markdown(esc(shown.told), help=None if shown.explanation.drop_hottest is None else _HOW_COVERED)
        _likely(shown.likely)
        _alike(shown.alike)


def _picture(shown: Shown, *, key: str) -> None:
    found = shown.explanation
    st.markdown(f"Where the model looked for **{esc(found.class_name)}**", help=_HOW_HEAT)
    height, width = found.heat.shape
    blend.draw(
        below=shown.picture,
        above=overlay(found.heat),
        size=(width, height),
        seen=found.seen,
        alt=shown.alt,
        label="Strength of the colours",
        key=f"{key}_blend",
    )
    if not found.seen.whole:
        st.caption("The model is only given what lies inside the dashed line.")


def _likely(likely: Sequence[Likely]) -> None:
    st.markdown("**Most likely**")
    for one in likely:
        share = percent(one.probability) if one.probability >= 0.005 else "less than 1 %"
        st.progress(min(1.0, max(0.0, one.probability)), text=f"{esc(one.class_name)}: {share}")


def _alike(alike: Sequence[tuple[Alike, str]]) -> None:
    if not alike:
        return
    st.markdown("**Most alike among what it learnt from**", help=_HOW_ALIKE)
    with st.container(horizontal=True, gap="small"):
        for one, source in alike:
            labels = ", ".join(one.labels)
            told = f"learnt from as {labels}, {decimal(one.likeness)} alike"
            with st.container(width=_WIDTH, gap="xsmall"):
                st.image(source, width=_WIDTH, alt=f"{told}, {one.path}")
                st.caption(esc(told))
