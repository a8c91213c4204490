"""The confusion matrix as an Altair chart whose cells can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import altair as alt
import pandas as pd

from core.domain.report import Scores
from ui.theme import BLUE, ORANGE

Shown = Literal["counts", "shares"]
MOST_LABELLED = 20  # more classes: no numbers in the cells
_GAPS = alt.Scale(paddingInner=0.03)
CELL = 24  # pixels, where the matrix does not shrink with the screen
_PHONE = 260  # pixels that all columns have together on a narrow screen
_LETTER = 7.5  # pixels, about
FITTING = 14  # up to here the matrix shrinks with the screen; beyond, it scrolls in its box


def rows(scores: Scores, classes: Sequence[str]) -> pd.DataFrame:
    """Return one row per cell; ``share`` of its row is missing where a class has no picture."""
    return pd.DataFrame(
        [
            {
                "actual": actual,
                "predicted": predicted,
                "pictures": number,
                "share": number / total if (total := sum(row)) else None,
            }
            for actual, row in zip(classes, scores.confusion, strict=True)
            for predicted, number in zip(classes, row, strict=True)
        ],
        columns=["actual", "predicted", "pictures", "share"],
    )


def matrix(
    scores: Scores, classes: Sequence[str], *, shown: Shown, ink: str
) -> alt.LayerChart | alt.FacetChart:
    """Return the matrix: rows what pictures are, columns what the model said; its selection is ``cell``."""
    clicked = alt.selection_point(name="cell", fields=["actual", "predicted"])
    base = alt.Chart(rows(scores, classes)).encode(
        x=alt.X(
            "predicted:N",
            title="The model said",
            sort=list(classes),
            scale=_GAPS,
            axis=_columns_axis(classes),
        ),
        y=alt.Y("actual:N", title="Really is", sort=list(classes), scale=_GAPS, axis=_rows_axis(classes)),
    )
    drawn = base.mark_rect(cursor="pointer", cornerRadius=3, fill=BLUE).encode(
        opacity=alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.08, 1]), legend=None),
        stroke=alt.condition(clicked, alt.value(ORANGE), alt.value(None), empty=False),
        strokeWidth=alt.value(3),
        tooltip=[
            alt.Tooltip("actual:N", title="Really is"),
            alt.Tooltip("predicted:N", title="The model said"),
            alt.Tooltip("pictures:Q", title="Pictures"),
            alt.Tooltip("share:Q", title="Of this row", format=".1%"),
        ],
    )
    return _sized(
        alt.layer(drawn.add_params(clicked), *_numbers(base, classes, shown=shown, ink=ink)), classes
    )


def _numbers(base: alt.Chart, classes: Sequence[str], *, shown: Shown, ink: str) -> list[alt.Chart]:
    if len(classes) > MOST_LABELLED:
        return []
    text = alt.Text("pictures:Q") if shown == "counts" else alt.Text("share:Q", format=".0%")
    size = 15 if len(classes) <= 8 else 11
    seen = base.transform_filter("datum.pictures > 0")
    return [
        seen.transform_filter("datum.share > 0.5").mark_text(fontSize=size, color="white").encode(text=text),
        seen.transform_filter("datum.share <= 0.5").mark_text(fontSize=size, color=ink).encode(text=text),
    ]


def _sized(chart: alt.LayerChart | alt.FacetChart, classes: Sequence[str]) -> alt.LayerChart | alt.FacetChart:
    if len(classes) <= FITTING:
        return chart.properties(height=max(280, min(600, 80 + 60 * len(classes))))
    side = CELL * len(classes)
    return chart.properties(width=side, height=side)


def _columns_axis(classes: Sequence[str]) -> alt.Axis:
    column = _PHONE / len(classes) if len(classes) <= FITTING else CELL
    longest = max(len(name) for name in classes) * _LETTER
    return alt.Axis(orient="top", labelAngle=0 if longest <= column else -60, **_labels(classes))


def _rows_axis(classes: Sequence[str]) -> alt.Axis:
    return alt.Axis(**_labels(classes))


def _labels(classes: Sequence[str]) -> dict[str, Any]:
    few = len(classes) <= FITTING
    return {"labelLimit": 110 if few else 90, "labelFontSize": 13 if few else 11, "labelOverlap": False}
