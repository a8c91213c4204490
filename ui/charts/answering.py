"""How many answers are wrong when only the surest are given, as a Plotly figure."""

from __future__ import annotations

import plotly.graph_objects as go  # type: ignore[import-untyped]

from core.domain.decision import AnswerCurve, Handled
from ui.theme import BLUE, GREY, ORANGE


def curve(answers: AnswerCurve, handled: Handled, *, most_wrong: float | None) -> go.Figure:
    """Return the share of wrong answers over the share of pictures answered; a dot marks the rule chosen."""
    figure = go.Figure(
        go.Scatter(
            x=answers.answered,
            y=answers.wrong,
            mode="lines",
            name="of the answers given, wrong",
            line={"color": BLUE, "width": 2.5, "shape": "hv"},
            customdata=answers.least_sure,
            hovertemplate="%{x:.0%} answered, %{y:.1%} of them wrong<br>"
            "at least %{customdata:.0%} sure<extra></extra>",
        )
    )
    if most_wrong is not None:
        figure.add_hline(
            y=most_wrong,
            line={"color": GREY, "dash": "dash", "width": 2},
            annotation_text="wished at most",
            annotation_position="top left",
        )
    if handled.answered and handled.wrong_share:
        figure.add_trace(
            go.Scatter(
                x=[handled.answered / handled.pictures],
                y=[handled.wrong_share.value],
                mode="markers",
                name="this rule",
                marker={"size": 13, "color": ORANGE, "symbol": "diamond", "line": {"width": 1}},
                hovertemplate="this rule: %{x:.0%} answered, %{y:.1%} wrong<extra></extra>",
            )
        )
    highest = max((*answers.wrong, most_wrong or 0.0), default=0.0)
    figure.update_layout(
        height=320,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"title": "Pictures answered", "tickformat": ".0%", "range": [0, 1.02]},
        yaxis={"title": "Wrong", "tickformat": ".1~%", "range": [0, max(0.02, highest * 1.15)]},
        legend={"orientation": "h", "y": -0.28, "yanchor": "top", "x": 0},
        dragmode=False,
    )
    return figure
