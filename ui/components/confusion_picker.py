"""The confusion matrix, a cell of which can be chosen by a click or by two lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import streamlit as st

from core.domain.report import Scores
from ui import results
from ui.charts import confusion
from ui.theme import ink
from ui.words import GLOSSARY, short

_SHOWN: dict[str, confusion.Shown] = {
    "Pictures": "counts",
    "% of row": "rows",
    "% of column": "columns",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What was chosen: a cell, or with one of the two missing a whole row or column."""

    actual: str | None
    predicted: str | None


def show(scores: Scores, classes: Sequence[str], *, key: str) -> Cell | None:
    """Draw the matrix and return what was chosen of it."""
    shown, diagonal, together = _choices(classes)
    order = results.confused_together(scores, classes) if together else None
    chart = confusion.matrix(scores, classes, shown=shown, ink=ink(), order=order, diagonal=diagonal)
    own = f"matrix_{key}_{shown}{'' if diagonal else '_mistakes'}{'_together' if together else ''}"
    if len(classes) > confusion.FITTING:
        with st.container(horizontal=True, wrap=False, key=f"matrix_box_{key}"):
            clicked = _clicked(chart, scores, classes, key=own)
        return _lists(classes, clicked, key=key)
    left, right = st.columns([5, 2], gap="medium", vertical_alignment="center")
    with left:
        clicked = _clicked(chart, scores, classes, key=own)
    with right:
        return _lists(classes, clicked, key=key)


def _choices(classes: Sequence[str]) -> tuple[confusion.Shown, bool, bool]:
    """Draw how the matrix is shown: what stands in its cells, its diagonal, the order of its classes."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="matrix_choices"):
        shown = st.segmented_control(
            "In each cell",
            list(_SHOWN),
            default="Pictures",
            required=True,
            key="matrix_shows",
            help=GLOSSARY["confusion matrix"],
        )
        mistakes = st.toggle(
            "Mistakes only",
            key="matrix_mistakes",
            help="Leaves out the diagonal, where the right answers are, so that mistakes stand out.",
        )
        together = len(classes) > 2 and st.toggle(
            "Confused classes together",
            key="matrix_together",
            help="Puts classes that are often taken for each other side by side.",
        )
    return _SHOWN[shown or "Pictures"], not mistakes, together


def _clicked(
    chart: alt.LayerChart | alt.FacetChart, scores: Scores, classes: Sequence[str], *, key: str
) -> Cell | None:
    event = st.altair_chart(
        chart,
        width="stretch" if len(classes) <= confusion.FITTING else "content",
        on_select="rerun",
        key=key,
        alt=_alt(scores, classes),
    )
    return _cell(event, classes)


def _cell(event: object, classes: Sequence[str]) -> Cell | None:
    try:
        point = event["selection"]["cell"][0]  # type: ignore[index]  # Streamlit types it as a plain object
        cell = Cell(actual=str(point["actual"]), predicted=str(point["predicted"]))
    except (KeyError, IndexError, TypeError):
        return None
    return cell if cell.actual in classes and cell.predicted in classes else None


def _lists(classes: Sequence[str], clicked: Cell | None, *, key: str) -> Cell | None:
    """Draw the two lists; a new click makes new lists that start at the clicked cell."""
    places = [classes.index(name) for name in (clicked.actual, clicked.predicted) if name] if clicked else []
    at = "_".join([key, *map(str, places)])
    st.caption(
        "Click a cell to see its pictures below, or choose here; one choice alone is a whole row or column:"
    )
    actual = st.selectbox(
        "Really is",
        classes,
        index=places[0] if places else None,
        placeholder="Any class",
        key=f"really_{at}",
    )
    predicted = st.selectbox(
        "The model said",
        classes,
        index=places[1] if places else None,
        placeholder="Any class",
        key=f"said_{at}",
    )
    return Cell(actual=actual, predicted=predicted) if actual or predicted else None


def _alt(scores: Scores, classes: Sequence[str]) -> str:
    right = f"{scores.correct} of {scores.pictures} pictures lie on the diagonal"
    return f"Confusion matrix of {len(classes)} classes ({short(', '.join(classes), 80)}): {right}"
