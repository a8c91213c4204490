"""The figures of a report, as Plotly reads them: plain data, drawn by the browser that shows the report.

Names of classes are made safe here, since Plotly takes some HTML in its texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from core.domain.decision import Prospect
from core.domain.report import ClassScore, Scores, Sureness
from core.sharing.report_words import plain, span

BLUE, ORANGE, GREY, INK = "#2272C3", "#D55E00", "#8A94A0", "#0F1720"
MOST_CELLS: Final = 60  # classes on a side of a confusion matrix that can still be read
MOST_BARS: Final = 40
_MOST_NUMBERS: Final = 20  # classes on a side, to write a count into each cell
_MOST_POINTS: Final = 400  # of a curve
_LONGEST: Final = 24  # letters of a name beside an axis

Figure = dict[str, object]


def confusion(scores: Scores) -> Figure | None:
    """Return the confusion matrix, coloured by the share of each row; None where it says nothing."""
    classes = len(scores.per_class)
    if not scores.confusion or not scores.pictures or classes > MOST_CELLS:
        return None
    totals = [sum(row) for row in scores.confusion]
    shares = [
        [round(count / total, 4) if total else None for count in row]
        for row, total in zip(scores.confusion, totals, strict=True)
    ]
    names = [_whole(one) for one in scores.per_class]
    told = [
        [
            f"really {actual}, said {said}: {count:,} of {total:,}"
            for said, count in zip(names, row, strict=True)
        ]
        for actual, row, total in zip(names, scores.confusion, totals, strict=True)
    ]
    heat: Figure = {
        "type": "heatmap",
        "z": shares,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, "#FFFFFF"], [0.02, "#E8F1FA"], [1, BLUE]],
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "customdata": told,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    if classes <= _MOST_NUMBERS:
        heat |= {"text": [[f"{n:,}" if n else "" for n in row] for row in scores.confusion]}
        heat |= {"texttemplate": "%{text}"}
    axis = _names_axis(scores.per_class)
    return _figure(
        [heat],
        height=150 + max(24, min(44, 560 // classes)) * classes,
        xaxis={**axis, "title": {"text": "What the model said"}, "tickangle": _angle(scores.per_class)},
        yaxis={**axis, "title": {"text": "What the picture really shows"}, "autorange": "reversed"},
        shapes=[_frame_around(place) for place in range(classes)],
    )


def f1_bars(scores: Sequence[ClassScore]) -> Figure | None:
    """Return one bar per class with its range, the worst at the top; None where no class has a score."""
    known = sorted((one for one in scores if one.f1 is not None), key=lambda one: (one.f1 or 0.0, one.name))
    shown = known[:MOST_BARS]
    if not shown:
        return None
    values = [one.f1 or 0.0 for one in shown]
    ranges = [one.f1_interval for one in shown]
    bars: Figure = {
        "type": "bar",
        "orientation": "h",
        "x": [round(value, 4) for value in values],
        "y": list(range(len(shown))),
        "marker": {"color": BLUE},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [_off(r.high - v) if r else 0.0 for r, v in zip(ranges, values, strict=True)],
            "arrayminus": [_off(v - r.low) if r else 0.0 for r, v in zip(ranges, values, strict=True)],
            "color": INK,
            "thickness": 1.5,
            "width": 5,
        },
        "text": [f"{value:.2f}" for value in values],
        "textposition": "inside",
        "insidetextanchor": "start",
        "customdata": [[_whole(one), span(one.f1_interval), one.support] for one in shown],
        "hovertemplate": "%{customdata[0]}<br>F1 %{x:.2f} (%{customdata[1]}), %{customdata[2]} pictures"
        "<extra></extra>",
    }
    return _figure(
        [bars],
        height=90 + 30 * len(shown),
        xaxis={
            "title": {"text": "F1 (1 is perfect)"},
            "range": [0, 1.04],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
        },
        yaxis={**_names_axis(shown), "autorange": "reversed"},
    )


def reliability(sureness: Sureness) -> Figure:
    """Return how often answers are right that are about equally sure; on the diagonal, as often."""
    bins = sureness.bins
    diagonal: Figure = {
        "type": "scatter",
        "x": [0, 1],
        "y": [0, 1],
        "mode": "lines",
        "name": "right as often as it is sure",
        "line": {"color": GREY, "dash": "dot", "width": 2},
        "hoverinfo": "skip",
    }
    dots: Figure = {
        "type": "scatter",
        "x": [round(one.sure, 4) for one in bins],
        "y": [round(one.right.value, 4) for one in bins],
        "mode": "lines+markers",
        "name": "this model",
        "line": {"color": BLUE, "width": 2},
        "marker": {"size": 9, "color": BLUE},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [_off(one.right.high - one.right.value) for one in bins],
            "arrayminus": [_off(one.right.value - one.right.low) for one in bins],
            "thickness": 1.5,
            "width": 4,
        },
        "customdata": [one.answers for one in bins],
        "hovertemplate": "%{customdata} answers, %{x:.0%} sure: right in %{y:.0%}<extra></extra>",
    }
    return _figure(
        [diagonal, dots],
        height=340,
        xaxis={"title": {"text": "How sure it is"}, "tickformat": ".0%", "range": [-0.01, 1.02]},
        yaxis={"title": {"text": "How often it is right"}, "tickformat": ".0%", "range": [-0.02, 1.04]},
    )


def answered_or_wrong(prospect: Prospect) -> Figure | None:
    """Return the share of wrong answers over the share answered, and where the rule stands."""
    curve, handled = prospect.curve, prospect.test
    if not curve.answered:
        return None
    chosen = _thinned(len(curve.answered))
    line: Figure = {
        "type": "scatter",
        "x": [round(curve.answered[place], 4) for place in chosen],
        "y": [round(curve.wrong[place], 4) for place in chosen],
        "mode": "lines",
        "name": "of the answers given, wrong",
        "line": {"color": BLUE, "width": 2.5, "shape": "hv"},
        "customdata": [round(curve.least_sure[place], 4) for place in chosen],
        "hovertemplate": "%{x:.0%} answered, %{y:.1%} of them wrong<br>at least %{customdata:.0%} sure"
        "<extra></extra>",
    }
    traces = [line]
    if handled.answered and handled.wrong_share:
        traces.append(
            {
                "type": "scatter",
                "x": [round(handled.answered / handled.pictures, 4)],
                "y": [round(handled.wrong_share.value, 4)],
                "mode": "markers",
                "name": "the rule of this model",
                "marker": {"size": 13, "color": ORANGE, "symbol": "diamond"},
                "hovertemplate": "the rule: %{x:.0%} answered, %{y:.1%} wrong<extra></extra>",
            }
        )
    highest = max(*curve.wrong, prospect.decision.most_wrong or 0.0, 0.02)
    return _figure(
        traces,
        height=300,
        xaxis={"title": {"text": "Pictures answered"}, "tickformat": ".0%", "range": [0, 1.02]},
        yaxis={"title": {"text": "Wrong"}, "tickformat": ".1~%", "range": [0, highest * 1.15]},
    )


def _figure(data: list[Figure], *, height: int, xaxis: Figure, yaxis: Figure, **layout: object) -> Figure:
    shared = {"automargin": True, "gridcolor": "#E4E8EC", "zerolinecolor": "#C8CED4", "linecolor": "#C8CED4"}
    return {
        "data": data,
        "layout": {
            "height": height,
            "margin": {"l": 60, "r": 20, "t": 40 if len(data) > 1 else 10, "b": 50},
            "xaxis": {**shared, **xaxis},
            "yaxis": {**shared, **yaxis},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
            "paper_bgcolor": "#FFFFFF",
            "plot_bgcolor": "#FFFFFF",
            "dragmode": False,
            **layout,
        },
    }


def _names_axis(scores: Sequence[ClassScore]) -> Figure:
    """Return an axis with a place per class: by number, so that equal short names stay apart."""
    return {
        "tickvals": list(range(len(scores))),
        "ticktext": [_short(one) for one in scores],
        "range": [-0.5, len(scores) - 0.5],
        "showgrid": False,
        "zeroline": False,
    }


def _angle(scores: Sequence[ClassScore]) -> int:
    """Return how names stand below a figure, in degrees: aslant where they would touch each other."""
    longest = max(len(_short(one)) for one in scores)
    return -35 if longest * len(scores) > 70 else 0


def _frame_around(place: int) -> Figure:
    """Return a frame around a cell of right answers, to be told without colour."""
    return {
        "type": "rect",
        "x0": place - 0.5,
        "x1": place + 0.5,
        "y0": place - 0.5,
        "y1": place + 0.5,
        "line": {"color": INK, "width": 1},
    }


def _thinned(points: int) -> list[int]:
    if points <= _MOST_POINTS:
        return list(range(points))
    step = (points - 1) / (_MOST_POINTS - 1)
    return sorted({round(step * number) for number in range(_MOST_POINTS)})


def _whole(score: ClassScore) -> str:
    return escape(plain(score.name))


def _short(score: ClassScore) -> str:
    name = plain(score.name)
    return escape(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…")


def _off(distance: float) -> float:
    return max(0.0, round(distance, 4))
