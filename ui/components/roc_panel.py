"""ROC curves: each class against the rest, and their averages."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.report import RocCurve, Scores
from ui.charts import curves
from ui.words import GLOSSARY, esc


def show(scores: Scores, *, key: str) -> None:
    """Draw the curves; with many classes, those of the chosen ones."""
    st.markdown(GLOSSARY["ROC"])
    drawable = curves.defined(scores.roc)
    if not drawable:
        st.caption("No class here has both pictures that show it and others, so there is no curve to draw.")
        return
    shown = _chosen(drawable, key=key)
    st.plotly_chart(
        curves.roc(shown),
        key=f"roc_{key}",
        config={"displayModeBar": False},
        alt="ROC curves: " + "; ".join(f"{curve.name}, AUC {curve.auc:.3f}" for curve in shown),
    )
    left_out = curves.undefined(scores.roc)
    if left_out:
        st.caption(
            f"Without a curve, because no picture here shows it, or all do: {esc(', '.join(left_out))}"
        )
    st.caption(GLOSSARY["AUC"])


def _chosen(drawable: Sequence[RocCurve], *, key: str) -> tuple[RocCurve, ...]:
    averages = tuple(curve for curve in drawable if curve.average)
    single = sorted((curve for curve in drawable if not curve.average), key=lambda curve: curve.auc or 0.0)
    if len(single) <= curves.MOST_CURVES:
        return (*averages, *single)
    names = [curve.name for curve in single]
    wanted = st.multiselect(
        "Classes to show (the averages always are)",
        names,
        default=names[:5],
        key=f"roc_classes_{key}",
        help="At first, the five classes that are hardest to tell from the rest.",
    )
    return (*averages, *(curve for curve in single if curve.name in wanted))
