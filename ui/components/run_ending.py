"""How a run ended or where it left off, and where to go from there."""

from __future__ import annotations

import streamlit as st

from core.domain.run import Run, RunStatus
from ui import errors, run_actions, sentences, state
from ui.words import esc


def show(run: Run) -> str | None:
    """Draw the ending and return the page the user wants to go on with, if any."""
    _words(run)
    for note in run.notes:
        st.caption(f":material/notes: {esc(note)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = _results(run) if run.status.has_result else _another(run)
        st.button(
            ":material/delete:",
            key=f"delete_{run.id}",
            type="tertiary",
            help="Delete this run. Home keeps it, at its bottom, until you remove it for good.",
            on_click=run_actions.delete,
            args=(run.id, run.name),
        )
    return wanted


def _results(run: Run) -> str | None:
    wanted = st.button(
        "See how good it is",
        key="to_results",
        type="primary",
        icon=":material/arrow_forward:",
        on_click=state.select_run,
        args=(run.id,),
    )
    return "evaluate" if wanted else None


def _another(run: Run) -> str | None:
    if run.resumable:
        _ways_on(run)
    again = st.button(
        "Set up another run",
        key="to_configure",
        type="secondary" if run.resumable else "primary",
        icon=":material/replay:",
    )
    return "configure" if again else None


def _ways_on(run: Run) -> None:
    st.button(
        "Resume",
        key="resume_run",
        type="primary",
        icon=":material/play_circle:",
        on_click=run_actions.resume,
        args=(run.id,),
    )
    with st.popover("Discard", icon=":material/delete:", key="discard_menu"):
        st.markdown("Nothing of this run will be kept.")
        st.button(
            "Discard it", key="discard_run", type="primary", on_click=run_actions.discard, args=(run.id,)
        )


def _words(run: Run) -> None:
    ending = sentences.about_ending(run)
    if run.status == RunStatus.DONE:
        st.success(esc(ending), icon=":material/check_circle:")
    elif run.status == RunStatus.FAILED or (run.status == RunStatus.PAUSED and run.error):
        errors.tell(f"{ending} {run.error}".strip(), run.hint)
    else:
        st.warning(esc(ending), icon=sentences.STATUS[run.status][2])
