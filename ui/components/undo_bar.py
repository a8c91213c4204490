"""The way back after a project was deleted."""

from __future__ import annotations

import streamlit as st

from ui import services, state
from ui.words import esc


def show() -> None:
    """Draw what was just deleted and the way back; nothing when nothing was."""
    gone = state.deleted()
    if gone is None:
        return
    project_id, name = gone
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="undo_bar"):
        st.markdown(f":material/delete: **{esc(name)}** was deleted.", width="stretch")
        st.button("Undo", key="undo_delete", type="primary", on_click=_restore, args=(project_id,))


def _restore(project_id: str) -> None:
    services.restore_project(project_id)
    state.forget_deleted()
