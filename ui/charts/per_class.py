"""F1 per class as a Plotly figure, and the table beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]

from core.domain.report import ClassScore, Interval, Scores
from ui.theme import BLUE, GREY
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
            error_x=_error_bars(shown),
            text=[f"{score.f1:.2f}" for score in shown],
            textposition="inside",
            insidetextanchor="start",
            textfont={"size": 13},
            cliponaxis=False,
            customdata=[[escape(score.name), score.support, span(score.f1_interval)] for score in shown],
            hovertemplate="%{customdata[0]}<br>F1 %{x:.3f} (%{customdata[2]}), %{customdata[1]} pictures"
            "<extra></extra>",
        )
    )
    figure.update_layout(
        height=max(160, 70 + 32 * len(shown)),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"title": "F1 (1 is perfect)", "range": [0, 1.06], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        yaxis={"automargin": True, "type": "category"},
        dragmode=False,
    )
    return figure


def table(
    scores: Sequence[ClassScore], *, several: bool = False, mistaken: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return the scores per class; a figure that is undefined is missing, not zero.

    ``mistaken`` says for a class what it is mostly mistaken for.
    """
    mistaken = mistaken or {}
    found = pd.DataFrame(
        {
            "Class": [score.name for score in scores],
            "F1": pd.Series([score.f1 for score in scores], dtype="float64"),
            "F1 range": [span(score.f1_interval) for score in scores],
            "Precision": pd.Series([score.precision for score in scores], dtype="float64"),
            "Recall": pd.Series([score.recall for score in scores], dtype="float64"),
            "Pictures": [score.support for score in scores],
            "Said": [score.predicted for score in scores],
            "Mostly mistaken for": [mistaken.get(score.name, "") for score in scores],
        }
    )
    if several:
        average = pd.Series([score.average_precision for score in scores], dtype="float64")
        found.insert(5, "Average precision", average)
        found = found.drop(columns="Mostly mistaken for")
    return found


def mistaken_for(scores: Scores) -> dict[str, str]:
    """Return for each class what it is most often taken for, and how often; right ones are left out."""
    names = [score.name for score in scores.per_class]
    found = {}
    for place, row in enumerate(scores.confusion):
        wrong = [count if column != place else 0 for column, count in enumerate(row)]
        worst = max(range(len(wrong)), key=wrong.__getitem__)
        if wrong[worst]:
            found[names[place]] = f"{names[worst]} ({wrong[worst]:,} of {sum(row):,})"
    return found


def span(interval: Interval | None) -> str:
    """Return a score's range as "0.81 to 0.95", rounded outward; empty where there is none."""
    if interval is None:
        return ""
    low, high = floor(round(interval.low * 100, 6)) / 100, ceil(round(interval.high * 100, 6)) / 100
    return f"{low:.2f} to {high:.2f}"


def _error_bars(scores: Sequence[ClassScore]) -> dict[str, object]:
    known = [
        score.f1_interval or Interval(value=score.f1 or 0.0, low=score.f1 or 0.0, high=score.f1 or 0.0)
        for score in scores
    ]
    return {
        "type": "data",
        "symmetric": False,
        "array": [interval.high - interval.value for interval in known],
        "arrayminus": [interval.value - interval.low for interval in known],
        "color": GREY,
        "thickness": 2,
        "width": 5,
    }


def _axis_names(scores: Sequence[ClassScore]) -> list[str]:
    """Return short names that stay apart: two long names must not fall into one bar."""
    names = [escape(short(score.name, 28)) for score in scores]
    return [name if names.count(name) == 1 else f"{name} ({i + 1})" for i, name in enumerate(names)]
