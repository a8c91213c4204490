"""Two runs in one Plotly figure: the earlier one orange, dashed and round, the later one blue and square."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go  # type: ignore[import-untyped]

from core.domain.comparison import Comparison, Judged
from core.domain.report import RocCurve
from ui.theme import BLUE, GREY, ORANGE
from ui.words import short


@dataclass(frozen=True, slots=True)
class _Look:
    title: str
    rank: int  # in the legend
    colour: str
    dash: str
    width: float
    symbol: str


_BEFORE, _AFTER = (
    _Look("Before", 1, ORANGE, "dash", 2.5, "circle"),
    _Look("After", 2, BLUE, "solid", 4, "square"),
)
_PAD = 0.02  # of the axis, beyond the error bars
_MARGIN = {"l": 10, "r": 10, "t": 10, "b": 10}


def scores(comparison: Comparison) -> go.Figure:
    """Return both accuracies with their error bars on one axis, the earlier run above."""
    both = ((comparison.before, _BEFORE), (comparison.after, _AFTER))
    figure = go.Figure([_bar(one, look) for one, look in both])
    low = min(one.accuracy.low for one, _ in both)
    high = max(one.accuracy.high for one, _ in both)
    figure.update_layout(
        height=170,
        margin=_MARGIN,
        showlegend=False,
        xaxis={
            "title": "Right, of all test pictures",
            "tickformat": ".0%",
            "range": [max(0.0, low - _PAD), min(1.0, high) + _PAD],
        },
        yaxis={"autorange": "reversed", "automargin": True, "type": "category"},
        dragmode=False,
    )
    return figure


def roc(before: RocCurve, after: RocCurve, *, names: tuple[str, str]) -> go.Figure:
    """Return the curves of one class, or of an average, of both runs."""
    # the dashed one lies on top, so that both are seen where they run together
    figure = go.Figure([_curve(after, names[1], _AFTER), _curve(before, names[0], _BEFORE), _guessing()])
    figure.update_layout(
        height=440,
        margin=_MARGIN,
        xaxis={"title": "False alarms", "tickformat": ".0%", "range": [-0.01, 1.01]},
        yaxis={"title": "Found", "tickformat": ".0%", "range": [-0.01, 1.02]},
        legend={"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0},
        dragmode=False,
    )
    return figure


# Plotly reads HTML in names and hover texts, and fills in what looks like %{x} in a template: what people
# named is escaped, and stands beside the template.


def _bar(one: Judged, look: _Look) -> go.Scatter:
    share = one.accuracy
    return go.Scatter(
        x=[share.value],
        y=[look.title],  # names may be long, or the same
        mode="markers",
        marker={"size": 13, "color": look.colour, "symbol": look.symbol},
        error_x={
            "array": [share.high - share.value],
            "arrayminus": [share.value - share.low],
            "color": look.colour,
            "thickness": 3,
            "width": 8,
        },
        text=escape(one.name),
        hovertemplate=f"%{{text}}<br>%{{x:.1%}}, {share.low:.1%} to {share.high:.1%}<extra></extra>",
    )


def _curve(curve: RocCurve, name: str, look: _Look) -> go.Scatter:
    return go.Scatter(
        x=curve.false_positive_rate,
        y=curve.true_positive_rate,
        mode="lines",
        name=f"{escape(short(name, 32))}, AUC {curve.auc:.3f}",
        legendrank=look.rank,
        line={"width": look.width, "color": look.colour, "dash": look.dash},
        text=escape(name),
        hovertemplate="%{text}<br>found %{y:.1%}, false alarms %{x:.1%}<extra></extra>",
    )


def _guessing() -> go.Scatter:
    line = {"color": GREY, "dash": "dot", "width": 1}
    return go.Scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="guessing", legendrank=3, hoverinfo="skip", line=line
    )
