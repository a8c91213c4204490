"""Other training runs: how each ended or left off, its results, and the ways on."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.run import Run
from ui import run_actions, services, state
from ui.sentences import STATUS, about_run
from ui.words import esc

MOST = 30


def show(runs: Sequence[Run]) -> bool:
    """Draw a line per run; return True when the results of one were asked for (it is then selected)."""
    asked = [_line(run) for run in runs[:MOST]]
    if len(runs) > MOST:
        st.caption(f"and {len(runs) - MOST} older ones")
    return any(asked)


def _line(run: Run) -> bool:
    words, colour, icon = STATUS[run.status]
    with st.container(border=True, key=f"run_{run.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(width="stretch", gap="xxsmall"):
                st.markdown(f"**{esc(run.name)}** :{colour}-badge[{icon} {words}]")
                st.caption(esc(about_run(run, backbone=services.backbone_title(run.config.backbone))))
            asked = run.status.has_result and st.button(
                "Open results",
                key=f"results_{run.id}",
                icon=":material/fact_check:",
                on_click=state.select_run,
                args=(run.id,),
            )
            if run.resumable:
                st.button(
                    "Resume",
                    key=f"resume_{run.id}",
                    icon=":material/play_circle:",
                    on_click=run_actions.resume,
                    args=(run.id,),
                )
            st.button(
                ":material/delete:",
                key=f"delete_{run.id}",
                type="tertiary",
                help="Delete this run. Home keeps it, at its bottom, until you remove it for good.",
                disabled=run.status.active,
                on_click=run_actions.delete,
                args=(run.id, run.name),
            )
        if run.error:
            st.caption(f"{esc(run.error)} {esc(run.hint)}")
    return bool(asked)
