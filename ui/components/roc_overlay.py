"""ROC curves of two runs on top of each other, for one class or the average of all."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.report import RocCurve
from ui.charts import curves, pair
from ui.words import GLOSSARY

Names = tuple[str, str]  # of the earlier and the later run


def show(before: Sequence[RocCurve], after: Sequence[RocCurve], *, names: Names, key: str) -> None:
    """Draw the choice of a class, and both its curves; averages come first."""
    st.subheader("Found against false alarms (ROC)", anchor=False, help=GLOSSARY["ROC"])
    earlier = {curve.name: curve for curve in curves.defined(before)}
    later = {curve.name: curve for curve in curves.defined(after)}
    both = sorted((one for one in later.values() if one.name in earlier), key=lambda one: not one.average)
    if not both:
        st.caption("No class here has both pictures that show it and others, so there is no curve to draw.")
        return
    chosen = st.selectbox("Class", [curve.name for curve in both], key=f"overlay_class_{key}")
    one, other = earlier[chosen], later[chosen]
    st.plotly_chart(
        pair.roc(one, other, names=names),
        key=f"overlay_{key}",
        config={"displayModeBar": False},
        alt=f"ROC curves of {chosen}: {names[0]}, AUC {one.auc:.3f}; {names[1]}, AUC {other.auc:.3f}",
    )
    st.caption(GLOSSARY["AUC"])
