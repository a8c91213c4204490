"""ROC and precision-recall curves as Plotly figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import plotly.graph_objects as go  # type: ignore[import-untyped]

from core.domain.report import Interval, PrCurve, RocCurve, Scores
from ui.theme import GREY, colour, dash
from ui.words import short

MOST_CURVES = 10

Point = tuple[float, float]


def defined(curves: Sequence[RocCurve]) -> tuple[RocCurve, ...]:
    """Return the curves that can be drawn: those of classes with pictures, beside others."""
    return tuple(curve for curve in curves if curve.auc is not None)


def undefined(curves: Sequence[RocCurve]) -> tuple[str, ...]:
    """Return the names of classes that have no curve."""
    return tuple(curve.name for curve in curves if curve.auc is None and not curve.average)


def with_area(curves: Sequence[PrCurve]) -> tuple[PrCurve, ...]:
    """Return the precision-recall curves that can be drawn: those of classes with pictures."""
    return tuple(curve for curve in curves if curve.average_precision is not None)


def roc(curves: Sequence[RocCurve], points: Mapping[str, Point] | None = None) -> go.Figure:
    """Return the given curves: classes in seven colours in turn, averages thick, grey and dashed.

    ``points`` are where the model stands on the curves of classes: false alarms and found.
    """
    shown = defined(curves)
    figure = go.Figure(
        [
            _trace(
                curve.name,
                curve.false_positive_rate,
                curve.true_positive_rate,
                line=line,
                told=f"AUC {area(curve.auc, curve.interval)}",
                hover="found %{y:.1%}, false alarms %{x:.1%}",
            )
            for curve, line in zip(shown, _lines(shown), strict=True)
        ]
    )
    _add_points(figure, shown, points or {})
    figure.add_trace(_guessing())
    _lay_out(figure, x="False alarms", y="Found")
    return figure


def precision_recall(curves: Sequence[PrCurve], points: Mapping[str, Point] | None = None) -> go.Figure:
    """Return the given curves, in the colours of the ROC curves; ``points``: recall and precision."""
    shown = with_area(curves)
    figure = go.Figure(
        [
            _trace(
                curve.name,
                curve.recall,
                curve.precision,
                line=line,
                told=f"AP {area(curve.average_precision, curve.interval)}",
                hover="precision %{y:.1%}, recall %{x:.1%}",
            )
            for curve, line in zip(shown, _lines(shown), strict=True)
        ]
    )
    _add_points(figure, shown, points or {})
    _lay_out(figure, x="Recall: how many are found", y="Precision: how often it is right")
    return figure


def roc_points(scores: Scores) -> dict[str, Point]:
    """Return for each class where the model stands as it answers: false alarms and found."""
    points = {}
    for one in scores.per_class:
        others = scores.pictures - one.support
        if one.recall is not None and others:
            right = one.recall * one.support
            points[one.name] = ((one.predicted - right) / others, one.recall)
    return points


def pr_points(scores: Scores) -> dict[str, Point]:
    """Return for each class where the model stands as it answers: recall and precision."""
    return {
        one.name: (one.recall, one.precision)
        for one in scores.per_class
        if one.recall is not None and one.precision is not None
    }


def area(value: float | None, interval: Interval | None) -> str:
    """Return the area under a curve with its range: "0.981 (0.96–0.99)"."""
    told = f"{value:.3f}"
    return f"{told} ({interval.low:.2f}\N{EN DASH}{interval.high:.2f})" if interval else told


def _lines(curves: Sequence[RocCurve | PrCurve]) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = []
    single = 0
    for curve in curves:
        if curve.average:
            lines.append(_average_line(curve.name))
        else:
            lines.append({"width": 2.5, "color": colour(single), "dash": dash(single)})
            single += 1
    return lines


def _trace(
    name: str, x: Sequence[float], y: Sequence[float], *, line: dict[str, object], told: str, hover: str
) -> go.Scatter:
    # Plotly reads HTML in names and hover texts, and fills in what looks like %{x} in a template: class names
    # are escaped, and stand beside the template
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        name=f"{escape(short(name, 32))}, {told}",
        line=line,
        text=escape(name),
        hovertemplate=f"%{{text}}<br>{hover}<extra></extra>",
    )


def _add_points(figure: go.Figure, curves: Sequence[RocCurve | PrCurve], points: Mapping[str, Point]) -> None:
    for curve, line in zip(curves, _lines(curves), strict=True):
        if not curve.average and curve.name in points:
            x, y = points[curve.name]
            figure.add_trace(
                go.Scatter(
                    x=[x],
                    y=[y],
                    mode="markers",
                    marker={"size": 11, "color": line["color"], "line": {"width": 2, "color": "white"}},
                    showlegend=False,
                    text=escape(curve.name),
                    hovertemplate="%{text}, as it answers now<br>%{y:.1%} at %{x:.1%}<extra></extra>",
                )
            )


def _lay_out(figure: go.Figure, *, x: str, y: str) -> None:
    figure.update_layout(
        height=480,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"title": x, "tickformat": ".0%", "range": [-0.01, 1.01]},
        yaxis={"title": y, "tickformat": ".0%", "range": [-0.01, 1.02]},
        legend={"orientation": "h", "y": -0.28, "yanchor": "top", "x": 0},
        dragmode=False,
    )


def _average_line(name: str) -> dict[str, object]:
    return {"width": 4, "color": GREY, "dash": "dash" if name.startswith("macro") else "dashdot"}


def _guessing() -> go.Scatter:
    line = {"color": GREY, "dash": "dot", "width": 1}
    return go.Scatter(x=[0, 1], y=[0, 1], mode="lines", name="guessing", hoverinfo="skip", line=line)
