"""The way back after a project was deleted."""

from __future__ import annotations

import streamlit as st

from core.domain.deleted import DeletedKind
from ui import state
from ui.bringing_back import bring_back
from ui.words import esc

KEPT = "It can also be brought back later, at the bottom of this page."


def show() -> None:
    """Draw what was just deleted and the way back; nothing when nothing was."""
    gone = state.deleted()
    if gone is None:
        return
    _, name = gone
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="undo_bar"):
        st.markdown(f":material/delete: **{esc(name)}** was deleted. {KEPT}", width="stretch")
        st.button("Undo", key="undo_delete", type="primary", on_click=_restore, args=gone)


def _restore(project_id: str, name: str) -> None:
    if bring_back(DeletedKind.PROJECT, project_id, name):
        state.forget_deleted()
