"""The training runs that wait: their order, and ways to change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.domain.run import Move, Run
from ui import run_actions
from ui.words import esc

_MOVES = (
    (Move.FIRST, ":material/vertical_align_top:", "Train this one next"),
    (Move.UP, ":material/arrow_upward:", "One place up"),
    (Move.DOWN, ":material/arrow_downward:", "One place down"),
)


def show(waiting: Sequence[Run], projects: Mapping[str, str]) -> None:
    """Draw the waiting runs, the next one first, each with its project's name (id to name)."""
    for place, run in enumerate(waiting):
        with st.container(
            border=True,
            horizontal=True,
            vertical_alignment="center",
            key=f"waiting_{run.id}",
            gap="xsmall",
        ):
            project = projects.get(run.project_id, "")
            st.markdown(
                f"{place + 1}\\. **{esc(run.name)}** :small[{esc(project)}]",
                width="stretch",
            )
            _moves(run, first=place == 0, last=place == len(waiting) - 1)
            st.button(
                "Take out",
                key=f"out_{run.id}",
                icon=":material/playlist_remove:",
                help="It stays in the list below, and can be put back with “Resume”.",
                on_click=run_actions.pause,
                args=(run.id,),
            )


def _moves(run: Run, *, first: bool, last: bool) -> None:
    for move, icon, words in _MOVES:
        st.button(
            icon,
            key=f"{move}_{run.id}",
            type="tertiary",
            help=words,
            disabled=last if move is Move.DOWN else first,
            on_click=run_actions.move,
            args=(run.id, move),
        )
