"""The rate range test as a Plotly figure: loss over learning rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]

from core.domain.range_test import RatePoint, RateRange
from ui.theme import BLUE, ORANGE

_HEADROOM = 0.75  # of the fall, over where the curve begins: what explodes leaves the picture


def short_rate(rate: float) -> str:
    """Return "6e-4": one digit, as rates are set and compared by powers of ten."""
    digit, _, power = f"{rate:.0e}".partition("e")
    return f"{digit}e{int(power)}" if int(power) else digit


def loss_over_rate(found: RateRange) -> go.Figure:
    """Return the curve, with the suggested rate marked where there is one."""
    figure = go.Figure(
        go.Scatter(
            x=[point.rate for point in found.points],
            y=[point.loss for point in found.points],
            mode="lines",
            line={"width": 2.5, "color": BLUE},
            hovertemplate="rate %{x:.1e}, loss %{y:.3f}<extra></extra>",
        )
    )
    if found.suggestion is not None:
        figure.add_trace(_mark(found.suggestion, found.points))
    figure.update_layout(
        height=300,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"title": "Learning rate", "type": "log", "dtick": 1, "tickformat": ".0e"},
        yaxis={"title": "Loss", "range": _range(found.points)},
        showlegend=False,
        dragmode=False,
    )
    return figure


def loss_at(rate: float, points: Sequence[RatePoint]) -> float:
    """Return the loss of the curve at ``rate``, between its points too."""
    powers = [math.log(point.rate) for point in points]
    return float(np.interp(math.log(rate), powers, [point.loss for point in points]))


def _mark(rate: float, points: Sequence[RatePoint]) -> go.Scatter:
    return go.Scatter(
        x=[rate],
        y=[loss_at(rate, points)],
        mode="markers+text",
        marker={"size": 13, "color": ORANGE, "symbol": "diamond"},
        text=[short_rate(rate)],
        textposition="top right",
        textfont={"size": 15},
        cliponaxis=False,
        hovertemplate=f"suggested: {short_rate(rate)}<extra></extra>",
    )


def _range(points: Sequence[RatePoint]) -> list[float] | None:
    """Return what the axis of the loss shows; None, all of it, where the loss does not fall."""
    losses = [point.loss for point in points]
    if not losses or max(losses[0], losses[-1]) <= min(losses):
        return None
    begin, lowest = losses[0], min(losses)
    fall = max(begin - lowest, 0.1 * begin)
    return [lowest - 0.15 * fall, begin + _HEADROOM * fall]
