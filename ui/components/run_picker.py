"""Which training run to look at; it stands in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.run import Run
from ui import sentences, state


def show(runs: Sequence[Run]) -> Run:
    """Draw the choice among runs that have a result, newest first, and return the chosen one."""
    labels = sentences.run_labels(runs)
    state.have_run(labels)
    chosen = st.selectbox(
        "Training run",
        list(labels),
        index=None,  # the address leaves a default out, and would mean another run after the next training
        format_func=lambda run_id: labels.get(run_id, run_id),
        key=state.RUN,
        bind="query-params",
    )
    return next((run for run in runs if run.id == chosen), runs[0])
