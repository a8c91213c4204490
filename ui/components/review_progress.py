"""How many pictures of a list were looked at, the ways through it, and back through what was said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from ui import state

_BAR, _NAME = 190, 150  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What the buttons call; ``step`` gets -1 or 1."""

    step: Callable[[int], None]
    skip: Callable[[], None]
    undo: Callable[[], None]
    redo: Callable[[], None]


def show(done: int, total: int, ways: Ways) -> None:
    """Draw the progress and the buttons, all of which have keys; each reviewer has an undo of his own."""
    left = total - done
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="review_steps"):
        words = f"{done:,} of {total:,} looked at" + ("" if left else ": all")
        st.progress(done / total if total else 0.0, text=words, width=_BAR)
        _button("Back", "back", "chevron_left", "Left", ways.step, -1)
        _button("On", "on", "chevron_right", "Right", ways.step, 1)
        _button("Next", "next", "skip_next", "N", ways.skip, help="The next one not looked at", off=not left)
        _button("Undo", "undo", "undo", "Ctrl+Z", ways.undo)
        _button("Redo", "redo", "redo", "Ctrl+Y", ways.redo)
        st.text_input(
            "Your name",
            key=state.AUTHOR,
            max_chars=state.LONGEST_NAME,
            placeholder="Your name",
            persist_state="session",
            label_visibility="collapsed",
            width=_NAME,
        )


def _button(  # noqa: PLR0913 - a row of a table
    words: str,
    name: str,
    icon: str,
    shortcut: str,
    call: Callable[..., None],
    *args: int,
    help: str | None = None,  # noqa: A002 - Streamlit's own word
    off: bool = False,
) -> None:
    st.button(
        words,
        key=f"review_{name}",
        icon=f":material/{icon}:",
        shortcut=shortcut,
        help=help,
        disabled=off,
        on_click=call,
        args=args,
    )
