"""ROC curves as a Plotly figure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go  # type: ignore[import-untyped]

from core.domain.report import RocCurve
from ui.theme import GREY, colour, dash
from ui.words import short

MOST_CURVES = 10


def defined(curves: Sequence[RocCurve]) -> tuple[RocCurve, ...]:
    """Return the curves that can be drawn: those of classes with pictures, beside others."""
    return tuple(curve for curve in curves if curve.auc is not None)


def undefined(curves: Sequence[RocCurve]) -> tuple[str, ...]:
    """Return the names of classes that have no curve."""
    return tuple(curve.name for curve in curves if curve.auc is None and not curve.average)


def roc(curves: Sequence[RocCurve]) -> go.Figure:
    """Return the given curves: classes in seven colours in turn, averages thick, grey and dashed."""
    shown = defined(curves)
    single = [curve for curve in shown if not curve.average]
    figure = go.Figure(
        [_trace(curve, {"width": 2.5, "color": colour(i), "dash": dash(i)}) for i, curve in enumerate(single)]
    )
    figure.add_traces([_trace(curve, _average_line(curve)) for curve in shown if curve.average])
    figure.add_trace(_guessing())
    figure.update_layout(
        height=480,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"title": "False alarms", "tickformat": ".0%", "range": [-0.01, 1.01]},
        yaxis={"title": "Found", "tickformat": ".0%", "range": [-0.01, 1.02]},
        legend={"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0},
        dragmode=False,
    )
    return figure


def _trace(curve: RocCurve, line: dict[str, object]) -> go.Scatter:
    # Plotly reads HTML in names and hover texts: class names must be escaped.
    return go.Scatter(
        x=curve.false_positive_rate,
        y=curve.true_positive_rate,
        mode="lines",
        name=f"{escape(short(curve.name, 32))}, AUC {curve.auc:.3f}",
        line=line,
        hovertemplate=f"{escape(curve.name)}<br>found %{{y:.1%}}, false alarms %{{x:.1%}}<extra></extra>",
    )


def _average_line(curve: RocCurve) -> dict[str, object]:
    return {"width": 4, "color": GREY, "dash": "dash" if curve.name.startswith("macro") else "dashdot"}


def _guessing() -> go.Scatter:
    line = {"color": GREY, "dash": "dot", "width": 1}
    return go.Scatter(x=[0, 1], y=[0, 1], mode="lines", name="guessing", hoverinfo="skip", line=line)
