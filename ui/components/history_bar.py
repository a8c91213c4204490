"""The way back and forth through the changes to the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from core.domain.edit import VersionLine
from ui import state
from ui.picture_words import about_edit, about_version
from ui.words import esc

Step = Literal["undo", "redo"]
_LINES = 30


def show(lines: Sequence[VersionLine]) -> Step | None:
    """Draw both buttons with what they would do, and the history; return the button that was clicked."""
    current = next((line for line in lines if line.current), None)
    back = current if current and current.parent_id else None
    forth = next((line for line in lines if current and line.parent_id == current.id), None)
    with st.container(horizontal=True, vertical_alignment="center", key="history_bar"):
        undo = _button("undo", "Undo", back)
        redo = _button("redo", "Redo", forth)
        with st.popover("History", icon=":material/history:", key="history"):
            _history(lines)
    if undo:
        return "undo"
    return "redo" if redo else None


def _button(key: str, word: str, line: VersionLine | None) -> bool:
    return st.button(
        f"{word}: {esc(about_edit(line.edit))}" if line else word,
        key=key,
        icon=f":material/{key}:",
        disabled=line is None,
    )


def _history(lines: Sequence[VersionLine]) -> None:
    st.text_input(
        "Your name, to stand beside your changes",
        key=state.AUTHOR,
        max_chars=60,
        placeholder="optional",
        persist_state="session",
    )
    for line in lines[:_LINES]:
        here = ":green-badge[now] " if line.current else ""
        what = about_edit(line.edit)
        st.markdown(f"{here}**{esc(what[:1].upper() + what[1:])}**  \n:small[{esc(about_version(line))}]")
    if len(lines) > _LINES:
        st.caption(f"and {len(lines) - _LINES:,} earlier")
