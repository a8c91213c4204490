"""Whose mistakes the mistakes are: a sentence, a bar, and what it makes of the score."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.review import ErrorBudget
from ui.charts import budget as chart
from ui.words import esc


def show(budget: ErrorBudget, *, told: str, corrected: Sequence[str], key: str) -> None:
    """Draw the mistakes on test pictures, divided; ``corrected`` says what verdicts mean for the score."""
    st.subheader(esc(told), anchor=False)
    if budget.mistakes:
        st.plotly_chart(
            chart.bar(budget), key=f"budget_{key}", config={"displayModeBar": False}, alt=f"Bar: {told}"
        )
    if corrected:
        st.markdown(esc(" ".join(corrected)))
    else:
        st.caption("These are test pictures only; the list below has those of the validation, too.")
