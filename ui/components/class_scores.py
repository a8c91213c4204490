"""Precision, recall and F1 of each class, as bars and as a table."""

from __future__ import annotations

import streamlit as st

from core.domain.report import ClassScore, Scores
from ui.charts import per_class
from ui.theme import camera
from ui.words import GLOSSARY, count, esc

BARS_FIRST = 20  # more classes: only the worst are drawn, the table has all


def show(scores: Scores, *, key: str) -> str | None:
    """Draw the bars, worst class first, and the table of all figures; return the class that is chosen."""
    drawn = per_class.defined(scores.per_class)
    if drawn:
        _bars(drawn[:BARS_FIRST], of=len(drawn), key=key)
    without = [score.name for score in scores.per_class if score.f1 is None]
    if without:
        st.caption(f"Without an F1, because there is no picture of it here: {esc(', '.join(without))}")
    st.dataframe(
        per_class.table(scores.per_class, several=scores.several, mistaken=per_class.mistaken_for(scores)),
        hide_index=True,
        column_config={
            "Class": st.column_config.TextColumn(pinned=True, width="medium"),
            "F1": st.column_config.NumberColumn(format="%.2f", help=GLOSSARY["F1"]),
            "F1 range": st.column_config.TextColumn(help=GLOSSARY["interval"]),
            "Precision": st.column_config.NumberColumn(format="%.2f", help=GLOSSARY["precision"]),
            "Recall": st.column_config.NumberColumn(format="%.2f", help=GLOSSARY["recall"]),
            "Pictures": st.column_config.NumberColumn(help=GLOSSARY["support"]),
            "Average precision": st.column_config.NumberColumn(
                format="%.2f", help=GLOSSARY["average precision"]
            ),
            "Said": st.column_config.NumberColumn(help="How often the model answered with this class."),
        },
        key=f"class_table_{key}",
        alt=f"Precision, recall and F1 of {count(len(scores.per_class), 'class')}",
    )
    return st.selectbox(
        "Show the pictures of",
        [score.name for score in scores.per_class if score.support],
        index=None,
        placeholder="Choose a class",
        key=f"class_pictures_{key}",
    )


def _bars(drawn: tuple[ClassScore, ...], *, of: int, key: str) -> None:
    st.subheader("F1 per class, worst first", help=GLOSSARY["F1"], anchor=False)
    if len(drawn) < of:
        st.caption(f"The {len(drawn)} worst of {of} classes; the table below has all.")
    st.plotly_chart(
        per_class.f1_bars(drawn),
        key=f"f1_{key}",
        config=camera("f1-per-class"),
        alt=f"F1 per class; worst {drawn[0].name} with {drawn[0].f1:.2f}, "
        f"best {drawn[-1].name} with {drawn[-1].f1:.2f}",
    )
