"""A map that has to be drawn first: how far it is, or the button."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.domain.run import JobSnapshot
from ui import following
from ui.words import esc


def show(job: Callable[[], JobSnapshot | None], *, busy: bool, key: str) -> bool:
    """Follow the drawing that ``job`` tells of, and draw the page anew at its end; return whether to begin.

    ``busy`` says that other work is under way, which a map would slow down.
    """
    now = job()
    if now is not None and now.status.active:
        following.show(job)
        return False
    if now is not None and now.error:
        st.caption(esc(f"{now.error} {now.hint}".strip()))
    if busy:
        st.caption("Other work is under way; drawing the map now would slow it down.")
    return st.button(
        "Draw the map", key=f"draw_map_{key}", icon=":material/scatter_plot:", help="Takes up to a minute."
    )
