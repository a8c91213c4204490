"""F1 per class as a Plotly figure, and the table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]

from core.domain.report import ClassScore
from ui.theme import BLUE
from ui.words import short


def defined(scores: Sequence[ClassScore]) -> tuple[ClassScore, ...]:
    """Return the classes that have an F1, worst first: those left out had no picture to answer."""
    known = [score for score in scores if score.f1 is not None]
    return tuple(sorted(known, key=lambda score: (score.f1 or 0.0, score.name)))


def f1_bars(scores: Sequence[ClassScore]) -> go.Figure:
    """Return one bar per class that has an F1, the worst at the top."""
    shown = defined(scores)[::-1]  # Plotly draws the first bar at the bottom
    figure = go.Figure(
        go.Bar(
            x=[score.f1 for score in shown],
            y=_axis_names(shown),
            orientation="h",
            marker={"color": BLUE, "cornerradius": 4},
            text=[f"{score.f1:.2f}" for score in shown],
            textposition="outside",
            cliponaxis=False,
            customdata=[[escape(score.name), score.support] for score in shown],
            hovertemplate="%{customdata[0]}<br>F1 %{x:.3f}, %{customdata[1]} pictures<extra></extra>",
        )
    )
    figure.update_layout(
        height=max(160, 40 + 30 * len(shown)),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"title": "F1 (1 is perfect)", "range": [0, 1.06], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        yaxis={"automargin": True, "type": "category"},
        dragmode=False,
    )
    return figure


def table(scores: Sequence[ClassScore], *, several: bool = False) -> pd.DataFrame:
    """Return the scores per class; a figure that is undefined is missing, not zero."""
    found = pd.DataFrame(
        {
            "Class": [score.name for score in scores],
            "F1": pd.Series([score.f1 for score in scores], dtype="float64"),
            "Precision": pd.Series([score.precision for score in scores], dtype="float64"),
            "Recall": pd.Series([score.recall for score in scores], dtype="float64"),
            "Pictures": [score.support for score in scores],
            "Said": [score.predicted for score in scores],
        }
    )
    if several:
        average = pd.Series([score.average_precision for score in scores], dtype="float64")
        found.insert(4, "Average precision", average)
    return found


def _axis_names(scores: Sequence[ClassScore]) -> list[str]:
    """Return short names that stay apart: two long names must not fall into one bar."""
    names = [escape(short(score.name, 28)) for score in scores]
    return [name if names.count(name) == 1 else f"{name} ({i + 1})" for i, name in enumerate(names)]
