"""The way back and forth through the changes to the pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import streamlit as st

from core.domain.edit import VersionLine
from ui import state
from ui.picture_words import about_edit, about_version
from ui.words import esc

Direction = Literal["undo", "redo"]
_LINES = 30


def show(lines: Sequence[VersionLine], *, step: Callable[[Direction, str], None]) -> None:
    """Draw both buttons with what they would do, and the history.

    A click calls ``step`` with the version that stood on the screen as the one in use, before the page is
    drawn anew: by then ``lines`` may have moved on, and a button may mean something else.
    """
    current = next((line for line in lines if line.current), None)
    here = current.id if current else ""
    back = current if current and current.parent_id else None
    forth = next((line for line in lines if current and line.parent_id == current.id), None)
    with st.container(horizontal=True, vertical_alignment="center", key="history_bar"):
        _button("undo", back, on_click=partial(step, "undo", here))
        _button("redo", forth, on_click=partial(step, "redo", here))
        with st.popover("History", icon=":material/history:", key="history"):
            _history(lines)


def _button(key: Direction, line: VersionLine | None, *, on_click: Callable[[], None]) -> None:
    word = key.capitalize()
    st.button(
        f"{word}: {esc(about_edit(line.edit))}" if line else word,
        key=key,
        icon=f":material/{key}:",
        disabled=line is None,
        on_click=on_click,
    )


def _history(lines: Sequence[VersionLine]) -> None:
    st.text_input(
        "Your name, to stand beside your changes",
        key=state.AUTHOR,
        max_chars=state.LONGEST_NAME,
        placeholder="optional",
        persist_state="session",
    )
    for line in lines[:_LINES]:
        here = ":green-badge[now] " if line.current else ""
        what = about_edit(line.edit)
        st.markdown(f"{here}**{esc(what[:1].upper() + what[1:])}**  \n:small[{esc(about_version(line))}]")
    if len(lines) > _LINES:
        st.caption(f"and {len(lines) - _LINES:,} earlier")
