"""How often answers are right that are about equally sure, as a Plotly figure."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go  # type: ignore[import-untyped]

from core.domain.report import ReliabilityBin, Sureness
from ui.theme import BLUE, GREY, ORANGE


def diagram(before: Sureness, after: Sureness | None = None) -> go.Figure:
    """Return the reliability diagram: on the diagonal the model is right as often as it is sure.

    With ``after``, both are drawn: before as open diamonds, after as filled dots.
    """
    figure = go.Figure(
        go.Scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            name="right as often as it is sure",
            line={"color": GREY, "dash": "dot", "width": 2},
            hoverinfo="skip",
        )
    )
    drawn = [(before, "before", ORANGE, "diamond-open")] if after else []
    drawn.append((after or before, "after" if after else "as it is", BLUE, "circle"))
    for sureness, name, colour, symbol in drawn:
        figure.add_trace(_bins(sureness.bins, name=name, colour=colour, symbol=symbol))
    figure.update_layout(
        height=420,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"title": "How sure it is", "tickformat": ".0%", "range": [-0.01, 1.02]},
        yaxis={"title": "How often it is right", "tickformat": ".0%", "range": [-0.02, 1.03]},
        legend={"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0},
        dragmode=False,
    )
    return figure


def _bins(bins: Sequence[ReliabilityBin], *, name: str, colour: str, symbol: str) -> go.Scatter:
    return go.Scatter(
        x=[one.sure for one in bins],
        y=[one.right.value for one in bins],
        mode="lines+markers",
        name=name,
        line={"color": colour, "width": 2},
        marker={"size": 10, "symbol": symbol, "color": colour},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [one.right.high - one.right.value for one in bins],
            "arrayminus": [one.right.value - one.right.low for one in bins],
            "thickness": 1.5,
            "width": 4,
        },
        customdata=[[one.answers] for one in bins],
        hovertemplate="%{customdata[0]} answers, %{x:.0%} sure: right in %{y:.0%}<extra></extra>",
    )
