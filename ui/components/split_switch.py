"""Which pictures the figures are about."""

from __future__ import annotations

import streamlit as st

from core.domain.dataset import Split
from core.domain.report import Report, Scores
from ui.words import GLOSSARY

_NAMES = {Split.TEST: "Test pictures", Split.VALIDATION: "Validation pictures"}


def show(report: Report) -> Scores:
    """Draw the switch with what it means, and return the scores of the chosen pictures."""
    split = st.segmented_control(
        "Judged on",
        list(_NAMES),
        default=Split.TEST,
        required=True,
        format_func=lambda chosen: _NAMES[chosen],
        key="judged_on",
        help=f"**Test:** {GLOSSARY['test']}\n\n**Validation:** {GLOSSARY['validation']}",
    )
    if split == Split.VALIDATION:
        st.caption("These pictures helped to choose the best epoch: the score is a little too friendly.")
        return report.validation
    return report.test
