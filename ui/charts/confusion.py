"""The confusion matrix as an Altair chart whose cells can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from core.domain.report import Scores
from ui.theme import BLUE, ORANGE

Shown = Literal["counts", "rows", "columns"]
MOST_LABELLED = 20  # more classes: no numbers in the cells
CELL = 24  # pixels, where the matrix does not shrink with the screen
_PHONE = 260  # pixels that all columns have together on a narrow screen
_LETTER = 7.5  # pixels, about
FITTING = 14  # up to here the matrix shrinks with the screen; beyond, it scrolls in its box


def rows(scores: Scores, classes: Sequence[str], *, diagonal: bool = True) -> pd.DataFrame:
    """Return one row per cell, of very many classes only those that are not empty.

    ``rows`` is its share of its row and ``columns`` of its column, missing where there is nothing to share.
    """
    table = np.asarray(scores.confusion, dtype=np.int64)
    actual, predicted = np.indices(table.shape).reshape(2, -1)
    counts = table.ravel()
    kept = np.ones(len(counts), dtype=bool) if len(classes) <= MOST_LABELLED else counts > 0
    if not diagonal:
        kept &= actual != predicted
    names = np.asarray(classes, dtype=object)
    with np.errstate(invalid="ignore"):
        of_row = (table / table.sum(axis=1, keepdims=True)).ravel()
        of_column = (table / table.sum(axis=0, keepdims=True)).ravel()
    return pd.DataFrame(
        {
            "actual": names[actual],
            "predicted": names[predicted],
            "pictures": counts,
            "rows": of_row,
            "columns": of_column,
        }
    )[kept]


def matrix(
    scores: Scores,
    classes: Sequence[str],
    *,
    shown: Shown,
    ink: str,
    order: Sequence[str] | None = None,
    diagonal: bool = True,
) -> alt.LayerChart | alt.FacetChart:
    """Return the matrix: rows what pictures are, columns what the model said; its selection is ``cell``.

    ``order`` is another order of the classes; without the ``diagonal`` the darkest cell is the worst mistake.
    """
    cells = rows(scores, classes, diagonal=diagonal)
    share = "columns" if shown == "columns" else "rows"
    darkest = 1.0 if diagonal else max(0.01, float(cells[share].max(skipna=True) or 0.0))
    clicked = alt.selection_point(name="cell", fields=["actual", "predicted"])
    placed = list(order or classes)
    scale = alt.Scale(domain=placed, paddingInner=0.03)
    base = alt.Chart(cells).encode(
        x=alt.X("predicted:N", title="The model said", sort=placed, scale=scale, axis=_columns_axis(classes)),
        y=alt.Y("actual:N", title="Really is", sort=placed, scale=scale, axis=_rows_axis(classes)),
    )
    drawn = base.mark_rect(cursor="pointer", cornerRadius=3, fill=BLUE).encode(
        opacity=alt.Opacity(f"{share}:Q", scale=alt.Scale(domain=[0, darkest], range=[0.08, 1]), legend=None),
        stroke=alt.condition(clicked, alt.value(ORANGE), alt.value(None), empty=False),
        strokeWidth=alt.value(3),
        tooltip=[
            alt.Tooltip("actual:N", title="Really is"),
            alt.Tooltip("predicted:N", title="The model said"),
            alt.Tooltip("pictures:Q", title="Pictures"),
            alt.Tooltip("rows:Q", title="Of this row", format=".1%"),
            alt.Tooltip("columns:Q", title="Of this column", format=".1%"),
        ],
    )
    numbers = _numbers(base, classes, shown=shown, ink=ink, half=darkest / 2)
    return _sized(alt.layer(drawn.add_params(clicked), *numbers), classes)


def _numbers(
    base: alt.Chart, classes: Sequence[str], *, shown: Shown, ink: str, half: float
) -> list[alt.Chart]:
    if len(classes) > MOST_LABELLED:
        return []
    share = "columns" if shown == "columns" else "rows"
    text = alt.Text("pictures:Q") if shown == "counts" else alt.Text(f"{share}:Q", format=".0%")
    size = 15 if len(classes) <= 8 else 11
    seen = base.transform_filter("datum.pictures > 0")
    return [
        seen.transform_filter(f"datum.{share} {side} {half}")
        .mark_text(fontSize=size, color=colour)
        .encode(text=text)
        for side, colour in ((">", "white"), ("<=", ink))
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
