"""What will happen, in words, and the button that starts it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.cost import Estimate
from core.domain.run import JobKind, JobSnapshot
from core.training.cost import SPREAD
from ui.words import esc, rough_duration


def show(
    summary: str, *, costs: Estimate | None, problems: Sequence[str], under_way: JobSnapshot | None
) -> bool:
    """Draw the summary, its ``costs``, what stands in the way, and the button; return whether to start."""
    with st.container(border=True, key="start_bar"):
        st.markdown(f"**What will happen**  \n{esc(summary)}")
        if costs is not None:
            st.markdown(f":material/schedule: {esc(in_words(costs))}")
        for problem in problems:
            st.warning(esc(problem), icon=":material/warning:")
        if under_way is not None:
            st.caption(_meanwhile(under_way))
        return st.button(
            "Start training",
            key="start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=bool(problems),
        )


def _meanwhile(under_way: JobSnapshot) -> str:
    if under_way.kind is JobKind.TRAIN:
        return "A training is under way on this computer; this run will wait for its turn."
    return "Other work is under way on this computer; this run shares the computer with it."


def in_words(costs: Estimate) -> str:
    """Return how long it takes here and what room it needs, in words."""
    memory, disk = costs.memory_bytes / 1024**3, costs.disk_bytes / 1024**3
    ending = ", if it does not stop early" if costs.at_most else ""
    room = f"It needs about {memory:.1f} GB of memory"
    room += f" and {disk:.1f} GB of disk." if disk >= 0.05 else "."
    low = costs.seconds / SPREAD if costs.at_most else costs.low
    return f"On this computer: {rough_duration(low, costs.high)}{ending}. {room}"
