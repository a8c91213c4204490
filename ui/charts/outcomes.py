"""What came of each class where pictures may show several: an Altair table whose cells can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import altair as alt
import pandas as pd

from core.domain.report import ClassScore, Scores
from ui.theme import BLUE, ORANGE

_GAPS = alt.Scale(paddingInner=0.04)
_ROWS = alt.Axis(labelLimit=130, labelFontSize=13, labelOverlap=False)
_COLUMNS = alt.Axis(
    orient="top",
    labelAngle=0,
    labelFontSize=12,
    labelOverlap=False,
    labelExpr="split(datum.label, ', ')",  # in two lines where there is a comma
)
_ROW = 44  # pixels
_DARK = 0.7  # share from which a cell needs white letters


class Outcome(StrEnum):
    """The four ways a yes or no can come out; the values are what the columns are called."""

    FOUND = "Found"
    MISSED = "Missed"
    FALSE = "Named, not there"
    CLEAR = "Not there, not named"

    @property
    def shown(self) -> bool:
        """Whether the pictures really show the class."""
        return self in (Outcome.FOUND, Outcome.MISSED)

    @property
    def named(self) -> bool:
        """Whether the model named the class."""
        return self in (Outcome.FOUND, Outcome.FALSE)

    @property
    def right(self) -> bool:
        """Whether the model was right."""
        return self.shown == self.named


def counts(score: ClassScore, pictures: int) -> dict[Outcome, int]:
    """Return how many of all ``pictures`` came out in each way for one class."""
    found = score.right or 0
    missed, false = score.support - found, score.predicted - found
    return {
        Outcome.FOUND: found,
        Outcome.MISSED: missed,
        Outcome.FALSE: false,
        Outcome.CLEAR: pictures - found - missed - false,
    }


def rows(scores: Scores) -> pd.DataFrame:
    """Return one row per class and outcome; ``share`` is of the pictures that show the class, or do not."""
    return pd.DataFrame(
        [
            {
                "name": one.name,
                "outcome": outcome.value,
                "pictures": number,
                "share": number / of if (of := one.support if outcome.shown else without) else None,
                "told": f"{number:,} of {of:,} that {'show it' if outcome.shown else 'do not show it'}",
                "right": outcome.right,
            }
            for one in scores.per_class
            for without in (scores.pictures - one.support,)
            for outcome, number in counts(one, scores.pictures).items()
        ],
        columns=["name", "outcome", "pictures", "share", "told", "right"],
    )


def table(scores: Scores, names: Sequence[str], *, ink: str) -> alt.LayerChart | alt.FacetChart:
    """Return one row per class and a column per outcome, mistakes in another colour; selects ``cell``."""
    clicked = alt.selection_point(name="cell", fields=["name", "outcome"])
    shown = rows(scores)
    base = alt.Chart(shown[shown["name"].isin(set(names))]).encode(
        x=alt.X("outcome:N", title=None, sort=list(Outcome), scale=_GAPS, axis=_COLUMNS),
        y=alt.Y("name:N", title=None, sort=list(names), scale=_GAPS, axis=_ROWS),
    )
    cells = base.mark_rect(cursor="pointer", cornerRadius=3).encode(
        fill=alt.condition("datum.right", alt.value(BLUE), alt.value(ORANGE)),
        # the root, so that a few mistakes among many pictures are seen
        fillOpacity=alt.FillOpacity(
            "share:Q", scale=alt.Scale(type="sqrt", domain=[0, 1], range=[0.08, 1]), legend=None
        ),
        stroke=alt.condition(clicked, alt.value(ink), alt.value(None), empty=False),
        strokeWidth=alt.value(3),
        tooltip=[
            alt.Tooltip("name:N", title="Class"),
            alt.Tooltip("outcome:N", title="Outcome"),
            alt.Tooltip("told:N", title="Pictures"),
        ],
    )
    numbers = base.mark_text(fontSize=14).encode(text="pictures:Q")
    dark = numbers.transform_filter(f"datum.share > {_DARK}").encode(color=alt.value("white"))
    light = numbers.transform_filter(f"!(datum.share > {_DARK})").encode(color=alt.value(ink))
    layers = alt.layer(cells.add_params(clicked), dark, light)
    return layers.properties(height=60 + _ROW * max(1, len(names)))
