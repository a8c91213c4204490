"""The confusion matrix, a cell of which can be chosen by a click or by two lists."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.report import Scores
from ui.charts import confusion
from ui.theme import ink
from ui.words import GLOSSARY, short

Cell = tuple[str, str]  # actual, predicted


def show(scores: Scores, classes: Sequence[str], *, key: str) -> Cell | None:
    """Draw the matrix and return the chosen cell: what the pictures are, and what the model said."""
    shown: confusion.Shown = (
        "shares"
        if st.segmented_control(
            "In each cell",
            ["Number of pictures", "Per cent of the row"],
            default="Number of pictures",
            required=True,
            key="matrix_shows",
            help=GLOSSARY["confusion matrix"],
        )
        == "Per cent of the row"
        else "counts"
    )
    if len(classes) > confusion.FITTING:
        clicked = _matrix(scores, classes, shown=shown, key=key)
        return _lists(classes, clicked, key=key)
    left, right = st.columns([5, 2], gap="medium", vertical_alignment="center")
    with left:
        clicked = _matrix(scores, classes, shown=shown, key=key)
    with right:
        return _lists(classes, clicked, key=key)


def _matrix(scores: Scores, classes: Sequence[str], *, shown: confusion.Shown, key: str) -> Cell | None:
    fits = len(classes) <= confusion.FITTING
    with st.container(horizontal=not fits, wrap=fits, key=f"matrix_box_{key}"):
        event = st.altair_chart(
            confusion.matrix(scores, classes, shown=shown, ink=ink()),
            width="stretch" if fits else "content",
            on_select="rerun",
            key=f"matrix_{key}_{shown}",
            alt=_alt(scores, classes),
        )
    return _cell(event, classes)


def _cell(event: object, classes: Sequence[str]) -> Cell | None:
    try:
        point = event["selection"]["cell"][0]  # type: ignore[index]  # Streamlit types it as a plain object
        cell = (str(point["actual"]), str(point["predicted"]))
    except (KeyError, IndexError, TypeError):
        return None
    return cell if cell[0] in classes and cell[1] in classes else None


def _lists(classes: Sequence[str], clicked: Cell | None, *, key: str) -> Cell | None:
    """Draw the two lists; a new click makes new lists that start at the clicked cell."""
    at = f"{key}_{classes.index(clicked[0])}_{classes.index(clicked[1])}" if clicked else key
    st.caption("Click a cell to see its pictures below, or choose them here:")
    actual = st.selectbox(
        "Really is",
        classes,
        index=classes.index(clicked[0]) if clicked else None,
        placeholder="Choose a class",
        key=f"really_{at}",
    )
    predicted = st.selectbox(
        "The model said",
        classes,
        index=classes.index(clicked[1]) if clicked else None,
        placeholder="Choose a class",
        key=f"said_{at}",
    )
    return (actual, predicted) if actual and predicted else None


def _alt(scores: Scores, classes: Sequence[str]) -> str:
    right = f"{scores.correct} of {scores.pictures} pictures lie on the diagonal"
    return f"Confusion matrix of {len(classes)} classes ({short(', '.join(classes), 80)}): {right}"
