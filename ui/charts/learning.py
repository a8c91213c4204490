"""The learning curve: how many answers are right after so many pictures, and how it may go on."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]

from core.domain.forecast import LearningCurve
from ui.theme import colour

_BEYOND = 2.0  # times the pictures there are


def learning_curve(curve: LearningCurve) -> go.Figure:
    """Return the measured points, and the fitted power law up to twice as many pictures."""
    pictures = [point.pictures for point in curve.points]
    on = np.linspace(pictures[0], pictures[-1] * _BEYOND, 60)
    figure = go.Figure()
    figure.add_scatter(
        x=on,
        y=[100 * (1 - curve.law.error_at(float(number))) for number in on],
        mode="lines",
        name="as such curves go on",
        line={"dash": "dash", "width": 2, "color": colour(1)},
        hovertemplate="%{x:.0f} pictures: about %{y:.0f} of 100<extra></extra>",
    )
    figure.add_scatter(
        x=pictures,
        y=[100 * point.accuracy for point in curve.points],
        mode="markers+lines",
        name="measured",
        line={"width": 2.5, "color": colour(0)},
        marker={"size": 9, "symbol": "circle"},
        hovertemplate="%{x:.0f} pictures: %{y:.0f} of 100<extra></extra>",
    )
    figure.update_layout(
        height=300,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis_title="pictures to learn from",
        yaxis_title="right, of 100",
        legend={"orientation": "h", "y": 1.12, "x": 0},
    )
    return figure
