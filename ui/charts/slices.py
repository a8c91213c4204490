"""Scores by kind of picture as a Plotly figure, and the table beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from math import floor
from typing import Final

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]

from core.domain.slices import Slice, SliceReport, Trait
from core.evaluation.slice_words import label_of, name_of, outcome_of, range_of
from ui.theme import BLUE, GREY, ORANGE
from ui.words import short

MOST_OF_ONE: Final = 8  # slices of one trait that are drawn, the worst of them
_ROW: Final = 25  # pixels
_MARKERS: Final = {  # per outcome: colour, symbol, size; never the colour alone
    "no clear difference": (BLUE, "circle", 9),
    "worse": (ORANGE, "diamond", 13),
    "better": (BLUE, "star", 13),
    "too few to judge": (GREY, "circle-open", 8),
}


def drawn(report: SliceReport) -> tuple[Slice, ...]:
    """Return the slices that are drawn: of a trait with very many, those with the lowest scores."""
    kept = []
    for _, some in groupby(report.slices, key=_told_by):
        of_trait = list(some)
        worst = sorted(of_trait, key=lambda one: one.accuracy.value if one.accuracy else 1.0)[:MOST_OF_ONE]
        kept += [one for one in of_trait if any(one is other for other in worst)]
    return tuple(kept)


def accuracy_by_slice(report: SliceReport) -> go.Figure:
    """Return a dot with its error bar per slice, under the name of its trait, beside the score of all."""
    rows = _rows(drawn(report))
    figure = go.Figure([_dots(outcome, rows) for outcome in _MARKERS])
    if report.accuracy is not None:
        figure.add_vline(
            x=report.accuracy.value,
            line={"color": GREY, "dash": "dash", "width": 1.5},
            annotation={"text": f"all: {_percent(report.accuracy.value)}", "yanchor": "bottom"},
        )
    figure.update_layout(
        height=110 + _ROW * len(rows),
        margin={"l": 10, "r": 10, "t": 30, "b": 10},
        xaxis={
            "title": _title(report),
            "tickformat": ".0%",
            "range": [_from(report), 1.06],
            "tickvals": _ticks(_from(report)),
            "zeroline": False,
        },
        yaxis={
            "tickvals": list(range(len(rows))),
            "ticktext": [_tick(row) for row in rows],
            "range": [len(rows) - 0.4, -0.6],
            "automargin": True,
            "showgrid": False,
            "zeroline": False,
        },
        legend={"orientation": "h", "y": -70 / (110 + _ROW * len(rows)), "yanchor": "top", "x": 0},
        dragmode=False,
    )
    return figure


def table(report: SliceReport) -> pd.DataFrame:
    """Return one row per slice; a figure that is undefined is missing, not zero."""
    some = report.slices
    return pd.DataFrame(
        {
            "Kind": [title_of(one) for one in some],
            "Pictures that are": [name_of(one) for one in some],
            "Values": [range_of(one) for one in some],
            "Pictures": [one.pictures for one in some],
            "Right": _column(one.accuracy.value if one.accuracy else None for one in some),
            "From": _column(one.accuracy.low if one.accuracy else None for one in some),
            "To": _column(one.accuracy.high if one.accuracy else None for one in some),
            "Others right": _column(one.rest_correct / one.rest if one.rest else None for one in some),
            "From its classes": _column(one.expected for one in some),
            "Verdict": [outcome_of(one) for one in some],
            "p": _column(one.p_holm for one in some),
        }
    )


def title_of(one: Slice) -> str:
    """Return what a slice is told by as a heading; a column keeps its own title."""
    return one.column or f"{one.what[0].upper()}{one.what[1:]}"


Row = str | Slice  # a heading, or what stands below it


def _told_by(one: Slice) -> tuple[Trait, str]:
    return one.trait, one.column


def _rows(slices: Sequence[Slice]) -> list[Row]:
    """Return the rows from the top: each heading, then its slices."""
    rows: list[Row] = []
    for _, some in groupby(slices, key=_told_by):
        below = list(some)
        rows += [title_of(below[0]), *below]
    return rows


def _tick(row: Row) -> str:
    if isinstance(row, Slice):
        return escape(short(label_of(row), 24))
    return f"<b>{escape(short(row, 24))}</b>"


def _dots(outcome: str, rows: Sequence[Row]) -> go.Scatter:
    """Return the slices with this outcome; Plotly reads HTML in texts, so names are escaped."""
    colour, symbol, size = _MARKERS[outcome]
    found = [
        (place, one, one.accuracy)
        for place, one in enumerate(rows)
        if isinstance(one, Slice) and one.accuracy and outcome_of(one) == outcome
    ]
    said = outcome in ("worse", "better")
    return go.Scatter(
        x=[score.value for _, _, score in found],
        y=[place for place, _, _ in found],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [score.high - score.value for _, _, score in found],
            "arrayminus": [score.value - score.low for _, _, score in found],
            "thickness": 1.5,
            "width": 3,
        },
        mode="markers+text" if said else "markers",
        text=[outcome for _ in found] if said else None,
        textposition="top center",
        marker={"color": colour, "symbol": symbol, "size": size},
        name=outcome,
        showlegend=bool(found),
        customdata=[
            [escape(name_of(one)), one.pictures, _percent(score.low), _percent(score.high)]
            for _, one, score in found
        ],
        hovertemplate="%{customdata[0]}<br>%{x:.0%} right (%{customdata[2]} to %{customdata[3]}), "
        "%{customdata[1]} pictures<extra></extra>",
    )


def _column(values: Iterable[float | None]) -> pd.Series[float]:
    return pd.Series(list(values), dtype="float64")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _from(report: SliceReport) -> float:
    """Return where the axis begins: below every bar, at a round number. Dots need no zero, unlike columns."""
    lowest = min((one.accuracy.low for one in report.slices if one.accuracy), default=0.0)
    return max(-0.02, floor(10 * lowest) / 10 - 0.02)


def _ticks(start: float) -> list[float]:
    """Return round shares from the first one above ``start`` to 1, which nothing can be above."""
    step = 5 if start > 0.55 else 10 if start > 0.3 else 20  # per cent
    return [percent / 100 for percent in range(0, 101, step) if percent / 100 >= start]


def _title(report: SliceReport) -> str:
    return "Exactly right" if report.several else "Answered rightly"
