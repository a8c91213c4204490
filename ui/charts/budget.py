"""Whose mistakes the mistakes are: one bar, every part of which says what it is."""

from __future__ import annotations

import plotly.graph_objects as go  # type: ignore[import-untyped]

from core.domain.review import ErrorBudget, VerdictKind
from ui.theme import BLUE, CURVES, GREY, ORANGE

_PARTS = {  # word, colour, pattern: never the colour alone
    VerdictKind.LABEL_WRONG: ("wrong labels", BLUE, ""),
    VerdictKind.NEW_CLASS: ("of a missing class", CURVES[4], "x"),
    VerdictKind.BAD_PHOTO: ("bad photos", CURVES[3], "\\"),
    VerdictKind.AMBIGUOUS: ("ambiguous", CURVES[1], "."),
    VerdictKind.RIGHT: ("right after all", CURVES[2], "|"),
    VerdictKind.MODEL_WRONG: ("the model's", ORANGE, "/"),
}

_BAR, _LEGEND = 40, 58  # pixels; on a phone the legend needs three lines


def parts(budget: ErrorBudget) -> tuple[tuple[str, int, str, str], ...]:
    """Return word, number, colour and pattern of each part of the mistakes that is not empty."""
    found = [(word, budget.count(kind), colour, shape) for kind, (word, colour, shape) in _PARTS.items()]
    found.append(("reviewers differ", budget.disputed, CURVES[6], "+"))
    found.append(("not looked at", budget.unseen, GREY, ""))
    return tuple(part for part in found if part[1])


def bar(budget: ErrorBudget) -> go.Figure:
    """Return the mistakes as one bar, divided by whose they are."""
    figure = go.Figure(
        [
            go.Bar(
                x=[number],
                y=[""],
                orientation="h",
                name=f"{word}: {number:,}",
                marker={
                    "color": colour,
                    "pattern": {"shape": shape, "fillmode": "overlay", "fgopacity": 0.5},
                },
                hovertemplate=f"{word}: {number:,}<extra></extra>",
            )
            for word, number, colour, shape in parts(budget)
        ]
    )
    figure.update_layout(
        barmode="stack",
        height=_BAR + _LEGEND,
        margin={"l": 0, "r": 0, "t": 0, "b": _LEGEND},
        xaxis={"visible": False, "fixedrange": True, "range": [0, max(1, budget.mistakes)]},
        yaxis={"visible": False, "fixedrange": True},
        legend={
            "orientation": "h",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "x": 0,
            "traceorder": "normal",
        },
        showlegend=True,
        dragmode=False,
    )
    return figure
