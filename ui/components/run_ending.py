"""How a run ended, and where to go from there."""

from __future__ import annotations

import streamlit as st

from core.domain.run import Run, RunStatus
from ui import errors, sentences, state
from ui.words import esc


def show(run: Run) -> str | None:
    """Draw the ending and return the page the user wants to go on with, if any."""
    _words(run)
    for note in run.notes:
        st.caption(f":material/notes: {esc(note)}")
    if run.status.has_result:
        wanted = st.button(
            "See how good it is",
            key="to_results",
            type="primary",
            icon=":material/arrow_forward:",
            on_click=state.select_run,
            args=(run.id,),
        )
        return "evaluate" if wanted else None
    again = st.button("Set up another run", key="to_configure", type="primary", icon=":material/replay:")
    return "configure" if again else None


def _words(run: Run) -> None:
    ending = sentences.about_ending(run)
    if run.status == RunStatus.DONE:
        st.success(esc(ending), icon=":material/check_circle:")
    elif run.status == RunStatus.FAILED:
        errors.tell(f"{ending} {run.error}".strip(), run.hint)
    else:
        st.warning(esc(ending), icon=sentences.STATUS[run.status][2])
