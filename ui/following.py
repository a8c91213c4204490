"""Work under way, followed once a second until it ends."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.domain.run import JobSnapshot
from ui import sentences
from ui.words import esc


def show(job: Callable[[], JobSnapshot | None]) -> None:
    """Draw how far the work is that ``job`` tells of, and the whole page anew at its end."""

    @st.fragment(run_every=1.0)
    def follow() -> None:
        now = job()
        if now is None or not now.status.active:
            st.rerun()
        st.progress(sentences.fraction(now.progress), text=esc(sentences.about_progress(now.progress)))

    follow()
