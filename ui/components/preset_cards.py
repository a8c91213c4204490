"""Three ready answers to "how should it learn?"."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.domain.choices import Preset
from ui import state
from ui.sentences import PRESETS
from ui.words import esc

_LINES = {
    Preset.QUICK: (
        ":material/bolt:",
        "A first answer within minutes: is there something to learn at all? Only a new last layer learns.",
    ),
    Preset.BALANCED: (
        ":material/balance:",
        "The right choice for most. The new last layer learns first, then the end of the network adjusts to "
        "your pictures.",
    ),
    Preset.BEST: (
        ":material/workspace_premium:",
        "Takes its time: most of the network learns, and longer. For classes that differ in small things.",
    ),
}


def show(expected: Mapping[Preset, str], takes: Mapping[Preset, str]) -> Preset:
    """Draw the three cards, each with what is ``expected`` of it and how long it ``takes``.

    Returns the chosen preset.
    """
    chosen = state.preset()
    grid = st.grid(3, min_column_width=220)
    for preset in Preset:
        with grid.container(border=True, height="stretch", key=f"preset_{preset}"):
            _card(preset, expected.get(preset, ""), takes.get(preset, ""), chosen=preset == chosen)
    return chosen


def _card(preset: Preset, expected: str, takes: str, *, chosen: bool) -> None:
    icon, line = _LINES[preset]
    st.subheader(PRESETS[preset], icon=icon, anchor=False)
    st.markdown(line)
    if expected:
        st.markdown(f"**{esc(expected)}**")
    if takes:
        st.markdown(f":material/schedule: {esc(takes)} here")
    st.space("stretch")
    st.button(
        "Chosen" if chosen else "Choose",
        key=f"choose_{preset}",
        type="primary" if chosen else "secondary",
        icon=":material/check:" if chosen else None,
        on_click=state.choose_preset,
        args=(preset,),
        width="stretch",
    )
