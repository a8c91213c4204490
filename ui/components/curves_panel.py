"""ROC and precision-recall curves: each class against the rest, and their averages."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.report import Scores
from ui.charts import curves
from ui.theme import camera
from ui.words import GLOSSARY, esc

_ROC, _PR = "ROC curves", "Precision and recall"


def show(scores: Scores, *, key: str) -> None:
    """Draw the curves of one kind; with many classes, those of the chosen ones."""
    drawable = curves.defined(scores.roc)
    if not drawable:
        st.caption("No class here has both pictures that show it and others, so there is no curve to draw.")
        return
    kinds = [_ROC, _PR] if scores.precision_recall else [_ROC]
    kind = st.segmented_control("Curves", kinds, default=_ROC, required=True, key="curves_kind")
    single = sorted((curve for curve in drawable if not curve.average), key=lambda curve: curve.auc or 0.0)
    wanted = _chosen([curve.name for curve in single], key=key)
    (_precision_recall if kind == _PR else _roc)(scores, wanted, key=key)
    left_out = curves.undefined(scores.roc)
    if left_out:
        st.caption(
            f"Without a curve, because no picture here shows it, or all do: {esc(', '.join(left_out))}"
        )


def _roc(scores: Scores, wanted: Sequence[str], *, key: str) -> None:
    st.markdown(GLOSSARY["ROC"])
    by_name = {curve.name: curve for curve in scores.roc if not curve.average}
    shown = (*(curve for curve in scores.roc if curve.average), *(by_name[name] for name in wanted))
    st.plotly_chart(
        curves.roc(shown, curves.roc_points(scores)),
        key=f"roc_{key}",
        config=camera("roc"),
        alt="ROC curves: " + "; ".join(f"{c.name}, AUC {curves.area(c.auc, c.interval)}" for c in shown),
    )
    st.caption(f"{GLOSSARY['AUC']} In brackets its range: {GLOSSARY['interval']} {_dots(scores)}")


def _precision_recall(scores: Scores, wanted: Sequence[str], *, key: str) -> None:
    st.markdown(GLOSSARY["PR"])
    by_name = {curve.name: curve for curve in scores.precision_recall if not curve.average}
    averages = (curve for curve in scores.precision_recall if curve.average)
    shown = (*averages, *(by_name[name] for name in wanted))
    told = (f"{c.name}, AP {curves.area(c.average_precision, c.interval)}" for c in shown)
    st.plotly_chart(
        curves.precision_recall(shown, curves.pr_points(scores)),
        key=f"pr_{key}",
        config=camera("precision-recall"),
        alt="Precision-recall curves: " + "; ".join(told),
    )
    ranged = [c.interval is not None for c in shown if c.average_precision is not None]
    without = f" {GLOSSARY['AP of few']}" if any(ranged) and not all(ranged) else ""
    st.caption(f"{GLOSSARY['AP']} In brackets its range: {GLOSSARY['interval']}{without} {_dots(scores)}")


def _dots(scores: Scores) -> str:
    return GLOSSARY["operating points" if scores.several else "operating point"]


def _chosen(names: Sequence[str], *, key: str) -> Sequence[str]:
    """Return the classes to draw, those hardest to tell from the rest first."""
    if len(names) <= curves.MOST_CURVES:
        return names
    wanted = st.multiselect(
        "Classes to show (the averages always are)",
        names,
        default=names[:5],
        key=f"roc_classes_{key}",
        help="At first, the five classes that are hardest to tell from the rest.",
    )
    return [name for name in names if name in wanted]
