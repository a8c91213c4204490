"""The result in a sentence, the worst confusions, and three figures."""

from __future__ import annotations

import streamlit as st

from core.domain.report import Scores
from ui import services
from ui.words import GLOSSARY, decimal, esc, percent, spread


def show(scores: Scores) -> None:
    """Draw how good the model is on these pictures."""
    with st.container(border=True, key="headline"):
        st.header(esc(services.headline(scores)), anchor=False, help=GLOSSARY["interval"])
        confusions = services.worst_confusions(scores)
        if confusions:
            st.markdown("\n".join(f"- {esc(words)}" for words in confusions))
        elif scores.pictures:
            st.markdown("No class was mistaken for another.")
    grid = st.grid(3, min_column_width=150)
    accuracy = scores.accuracy
    grid.metric(
        "Accuracy",
        percent(accuracy.value if accuracy else None, digits=1),
        delta=spread(accuracy) if accuracy else None,
        delta_color="off",
        delta_arrow="off",
        border=True,
        help=f"{GLOSSARY['accuracy']} The range: {GLOSSARY['interval']}",
    )
    grid.metric(
        "Macro F1",
        decimal(scores.macro_f1),
        delta="1 is perfect",
        delta_color="off",
        delta_arrow="off",
        border=True,
        help=GLOSSARY["macro F1"],
    )
    grid.metric(
        "Pictures judged",
        f"{scores.pictures:,}",
        delta=f"{scores.pictures - scores.correct:,} answered wrongly",
        delta_color="off",
        delta_arrow="off",
        border=True,
        help=GLOSSARY[scores.split],
    )
