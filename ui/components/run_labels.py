"""A run's name, note and star, to be changed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.comparison import LeaderboardLine
from ui import comparing, state
from ui.words import esc


def show(lines: Sequence[LeaderboardLine]) -> None:
    """Draw the choice of a run and what is written about it; what is saved is drawn at once."""
    with st.expander("Name, note or star a run", icon=":material/edit_note:"):
        names = {line.run_id: line.name for line in lines}
        last = state.labelled_run()
        chosen = st.selectbox(
            "Run",
            list(names),
            index=list(names).index(last) if last in names else 0,
            format_func=lambda run_id: names.get(run_id, run_id),
            key=f"run_to_label_{'_'.join(names.values())}",  # a list whose words change is another list
        )
        line = next((line for line in lines if line.run_id == chosen), lines[0])
        problem = _form(line)
        if problem is not None:
            st.error(f"{esc(problem.message)}  \n{esc(problem.hint)}", icon=":material/error:")


def _form(line: LeaderboardLine) -> comparing.Refusal | None:
    """Draw the form, and return why what was saved could not be, or None."""
    with st.form(f"labels_{line.run_id}", border=False):
        name = st.text_input("Name", line.name, max_chars=80, key=f"name_{line.run_id}_{line.name}")
        note = st.text_area(
            "Note",
            line.note,
            max_chars=2_000,
            height=80,
            placeholder="What you tried, and why",
            key=f"note_{line.run_id}_{line.note}",
        )
        starred = st.toggle("Star: find it again", line.starred, key=f"star_{line.run_id}_{line.starred}")
        if not st.form_submit_button("Save", icon=":material/check:", key=f"save_{line.run_id}"):
            return None
    problem = comparing.label(line, name=name, note=note, starred=starred)
    if problem is None:
        state.remember_labelled_run(line.run_id)
        st.rerun()
    return problem
