"""A good learning rate, looked for in a minute: the button, the curve, and what it says in one sentence."""

from __future__ import annotations

import math
from enum import StrEnum

import streamlit as st

from core.domain.range_test import RateRange
from core.domain.run import Progress
from ui.charts import rates
from ui.words import count, esc

_HELP = (
    "Learns for a few moments at rates that rise from far too small to far too large, and watches where the "
    "loss falls fastest. The model is left as it was. It is a first guess for your pictures, not a proof."
)


class Wanted(StrEnum):
    """What the user asked for."""

    TEST = "test"
    STOP = "stop"
    USE = "use"  # the suggested rate


def show(found: RateRange | None, *, under_way: Progress | None, current: float, key: str) -> Wanted | None:
    """Draw the test: while it is ``under_way``, afterwards as ``found``; return what was asked for.

    ``current`` is the rate as it is set; ``key`` must name the setting.
    """
    with st.container(border=True, key=f"range_{key}"):
        if under_way is not None:
            return _going(under_way, key=key)
        again = st.button(
            "Find a good rate" if found is None else "Test again",
            key=f"range_test_{key}",
            icon=":material/query_stats:",
            help=_HELP,
        )
        used = found is not None and _result(found, current=current, key=key)
    if again:
        return Wanted.TEST
    return Wanted.USE if used else None


def about(found: RateRange) -> str:
    """Return what the test says, in one sentence."""
    if not found.points:
        return "Learning breaks down at every rate: look at the pictures and at the other settings."
    limit = (
        f"up to {rates.short_rate(found.points[-1].rate)} learning does not break down"
        if found.breaks_above is None
        else f"above {rates.short_rate(found.breaks_above)} learning breaks down"
    )
    if found.suggestion is None:
        return f"No rate made the loss fall enough to tell one from another; {limit}."
    return f"A rate of {rates.short_rate(found.suggestion)} learns fastest here; {limit}."


def _going(progress: Progress, *, key: str) -> Wanted | None:
    steps = count(progress.total, "step")
    st.progress(progress.fraction, text=esc(f"Trying rates: {progress.done:,} of {steps}"))
    stop = st.button("Stop the test", key=f"range_stop_{key}", icon=":material/stop_circle:")
    return Wanted.STOP if stop else None


def _result(found: RateRange, *, current: float, key: str) -> bool:
    """Draw the curve and the sentence; return whether the suggestion is to be used."""
    if found.points:
        st.plotly_chart(
            rates.loss_over_rate(found),
            key=f"range_chart_{key}",
            config={"displayModeBar": False},
            alt=f"Loss over learning rate. {about(found)}",
        )
    st.markdown(esc(about(found)))
    if found.suggestion is None:
        return False
    if math.isclose(found.suggestion, current, rel_tol=1e-6):
        st.caption("That is the rate that is set.")
        return False
    return st.button(
        "Use it",
        key=f"range_use_{key}",
        type="primary",
        icon=":material/check:",
        help=f"Sets the learning rate to {found.suggestion:g}; it is {current:g} now.",
    )
