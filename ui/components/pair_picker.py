"""Which two training runs to compare; they stand in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.run import Run
from ui import sentences, state


def show(runs: Sequence[Run]) -> tuple[Run, Run]:
    """Draw the choice among runs that have a result, newest first, at least two; return before and after."""
    labels = sentences.run_labels(runs)
    state.have_pair(labels)
    left, right = st.columns(2)
    with left:
        before = _chosen("Before", runs, labels, key=state.BEFORE, default=runs[1])
    with right:
        after = _chosen("After", runs, labels, key=state.AFTER, default=runs[0])
    return before, after


def _chosen(title: str, runs: Sequence[Run], labels: dict[str, str], *, key: str, default: Run) -> Run:
    chosen = st.selectbox(
        title,
        list(labels),
        index=None,  # the address leaves a default out, and would mean another run after the next training
        format_func=lambda run_id: labels.get(run_id, run_id),
        key=key,
        bind="query-params",
    )
    return next((run for run in runs if run.id == chosen), default)
