"""The log of a training run: what happened, to open and to download."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.run import LogLine, Run
from ui.run_log_text import lines_of, whole_log


def show(run: Run, log: Sequence[LogLine], *, backbone: str) -> None:
    """Draw the log, closed; nothing before anything has happened."""
    if not log and run.started_at is None:
        return
    with st.expander("Log of this run", icon=":material/receipt_long:"):
        if log:
            st.code(lines_of(log), language=None, wrap_lines=True)
        st.download_button(
            "Download everything about this run",
            whole_log(run, log, backbone=backbone),
            file_name=f"{run.id[:8]}.txt",
            mime="text/plain",
            key="download_log",
            icon=":material/download:",
            on_click="ignore",
        )
