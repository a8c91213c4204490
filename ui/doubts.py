"""What speaks against a run's score, in front of whoever reads it."""

from __future__ import annotations

import streamlit as st

from core.domain.run import Run
from core.evaluation.doubt_words import doubts
from ui import services
from ui.subject import Subject
from ui.words import esc


def show(run: Run, subject: Subject) -> None:
    """Draw what the check of the pictures warned of when the run was trained; not for further tests."""
    dataset = None if subject.test else services.dataset_of_run(run)
    for told in doubts(dataset) if dataset else ():
        st.warning(
            f"This score may be too good. {esc(told)} Pictures says how to mend it; then train again.",
            icon=":material/warning:",
        )
