"""The picture map as a Plotly figure: one dot per picture, drawn by the graphics card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from html import escape
from typing import Final

import plotly.graph_objects as go  # type: ignore[import-untyped]

from core.domain.picture_map import MapPoint
from ui.theme import BLUE, GREY, ORANGE, colour
from ui.words import short

MOST_CLASSES: Final = 12  # more cannot be told apart; the rarest are drawn as one
OTHER: Final = "other classes"
_SYMBOLS: Final = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
)  # seven colours: no pair comes twice


class By(StrEnum):
    """What the colours say; the values are what the choices are called."""

    CLASS = "Class"
    RIGHT = "Right or wrong"


def scatter(points: Sequence[MapPoint], by: By) -> go.Figure:
    """Return the map; the custom data of a dot is its place in ``points``."""
    traces = _by_class(points) if by is By.CLASS else _by_right(points)
    axis = {"visible": False, "range": [-1.08, 1.08]}  # the directions mean nothing
    legend_lines = -(-len(traces) // 3)
    figure = go.Figure(traces)
    figure.update_layout(
        height=440 + 24 * legend_lines,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        xaxis=axis,
        yaxis={**axis},
        legend={"orientation": "h", "y": 0, "yanchor": "top", "x": 0, "itemsizing": "constant"},
        dragmode="lasso",
        hovermode="closest",
    )
    return figure


def named(points: Sequence[MapPoint]) -> tuple[str, ...]:
    """Return the classes that are drawn on their own, the most frequent first."""
    counts = Counter(point.label for point in points)
    often = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(often if len(often) <= MOST_CLASSES else often[: MOST_CLASSES - 1])


def _by_class(points: Sequence[MapPoint]) -> list[go.Scattergl]:
    names = named(points)
    places: dict[str, list[int]] = {name: [] for name in (*names, OTHER)}
    for place, point in enumerate(points):
        places[point.label if point.label in names else OTHER].append(place)
    rest = places.pop(OTHER)
    traces = [
        _trace(
            points,
            places[name],
            name=short(name, 22),
            marker={"color": colour(i), "symbol": _SYMBOLS[i % len(_SYMBOLS)]},
        )
        for i, name in enumerate(names)
    ]
    if rest:
        traces.insert(0, _trace(points, rest, name=OTHER, marker={"color": GREY, "symbol": "circle-open"}))
    return traces


def _by_right(points: Sequence[MapPoint]) -> list[go.Scattergl]:
    right = [place for place, point in enumerate(points) if point.right]
    wrong = [place for place, point in enumerate(points) if not point.right]
    return [
        _trace(points, right, name=f"right ({len(right):,})", marker={"color": BLUE, "symbol": "circle"}),
        _trace(points, wrong, name=f"wrong ({len(wrong):,})", marker={"color": ORANGE, "symbol": "x"}),
    ]


def _trace(
    points: Sequence[MapPoint], places: Sequence[int], *, name: str, marker: dict[str, object]
) -> go.Scattergl:
    # Plotly reads HTML in names and texts: what people typed is escaped
    some = [points[place] for place in places]
    return go.Scattergl(
        x=[point.x for point in some],
        y=[point.y for point in some],
        mode="markers",
        name=escape(name),
        marker={"size": 7 if len(points) > 500 else 9, "opacity": 0.8, **marker},
        customdata=list(places),
        text=[_about(point) for point in some],
        hovertemplate="%{text}<extra></extra>",
    )


def _about(point: MapPoint) -> str:
    really, said = escape(short(point.label)), escape(short(point.predicted))
    answer = f"{really}, answered rightly" if point.right else f"really {really}, the model said {said}"
    return f"{answer}<br>{escape(short(point.path, 60))}"
