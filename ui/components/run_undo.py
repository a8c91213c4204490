"""The way back after a training run was deleted."""

from __future__ import annotations

import streamlit as st

from ui import run_actions, state
from ui.words import esc

KEPT = "It can also be brought back later, at the bottom of Home."


def show() -> None:
    """Draw what was just deleted and the way back; nothing when nothing was."""
    gone = state.deleted_run()
    if gone is None:
        return
    _, name = gone
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="run_undo"):
        st.markdown(f":material/delete: **{esc(name)}** was deleted. {KEPT}", width="stretch")
        st.button("Undo", key="undo_delete_run", on_click=run_actions.restore, args=gone)
