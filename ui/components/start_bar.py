"""What will happen, in words, and the button that starts it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.run import JobSnapshot
from ui.words import esc


def show(summary: str, *, problems: Sequence[str], under_way: JobSnapshot | None) -> bool:
    """Draw the summary, what stands in the way, and the button; return whether to start."""
    with st.container(border=True, key="start_bar"):
        st.markdown(f"**What will happen**  \n{esc(summary)}")
        for problem in problems:
            st.warning(esc(problem), icon=":material/warning:")
        if under_way is not None:
            st.caption("Other work is under way on this computer; this run will start after it.")
        return st.button(
            "Start training",
            key="start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=bool(problems),
        )
