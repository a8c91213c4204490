"""How sure the model is, and whether it is right as often."""

from __future__ import annotations

import streamlit as st

from core.domain.report import Calibration
from ui import results
from ui.charts import reliability
from ui.theme import camera
from ui.words import GLOSSARY


def show(calibration: Calibration | None, *, several: bool, key: str) -> None:
    """Draw the verdict, the reliability diagram before and after, and its figures."""
    if calibration is None:
        st.caption("This was not measured for this run: train it again to know.")
        return
    fitted = calibration.temperature != 1.0
    verdict = results.how_sure(calibration.after, several=several)
    st.markdown(f"**{verdict}**", help=GLOSSARY["calibration"])
    st.markdown(results.what_changed(calibration), help=GLOSSARY["temperature"])
    st.plotly_chart(
        reliability.diagram(calibration.before, calibration.after if fitted else None),
        key=f"reliability_{key}",
        config=camera("how-sure"),
        alt=f"Reliability diagram. {verdict}",
    )
    before, after = st.columns(2)
    for column, told, one in (
        (before, "before", calibration.before),
        (after, "after", calibration.after),
    ):
        column.metric(f"Calibration error, {told}", f"{one.error:.3f}", border=True, help=GLOSSARY["ECE"])
    answers = "yes-or-no answers" if several else "answers"
    st.caption(
        f"Each dot stands for the {answers} that are about equally sure, {calibration.after.answers:,} "
        "in all; bars are 95 % intervals. Log loss (how wrong it is, counting how sure it was): "
        f"{calibration.before.log_loss:.3f} before, {calibration.after.log_loss:.3f} after."
    )
