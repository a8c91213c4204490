"""Where pictures may show several classes: each class a yes or no, an outcome of which can be chosen."""

from __future__ import annotations

import streamlit as st

from core.domain.report import Scores
from ui.charts import outcomes
from ui.charts.outcomes import Outcome
from ui.theme import ink
from ui.words import GLOSSARY, count, esc

PAGE = 20  # classes at once

Cell = tuple[str, Outcome]  # the class, and what came of it


def show(scores: Scores, *, key: str) -> Cell | None:
    """Draw the outcomes of every class and return the chosen one."""
    st.caption(GLOSSARY["outcomes"])
    left, right = st.columns([5, 2], gap="medium")
    with left:
        clicked = _table(scores, key=key)
    with right:
        return _lists(scores, clicked, key=key)


def _table(scores: Scores, *, key: str) -> Cell | None:
    """Draw a page of classes, in their own order, and return the clicked cell."""
    pages = max(1, -(-len(scores.per_class) // PAGE))
    page = st.pagination(pages, key=f"outcome_page_{key}") if pages > 1 else 1
    names = [one.name for one in scores.per_class[(page - 1) * PAGE : page * PAGE]]
    event = st.altair_chart(
        outcomes.table(scores, names, ink=ink()),
        width="stretch",
        on_select="rerun",
        key=f"outcomes_{key}_{page}",
        alt=f"Outcomes of {count(len(names), 'class')}: found, missed, named but not there, neither",
    )
    return _cell(event, names)


def _cell(event: object, names: list[str]) -> Cell | None:
    try:
        point = event["selection"]["cell"][0]  # type: ignore[index]  # Streamlit types it as a plain object
        cell = (str(point["name"]), Outcome(point["outcome"]))
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return cell if cell[0] in names else None


def _lists(scores: Scores, clicked: Cell | None, *, key: str) -> Cell | None:
    """Draw the two lists; a new click makes new lists that start at the clicked cell."""
    names = [one.name for one in scores.per_class]
    at = f"{key}_{names.index(clicked[0])}_{clicked[1].name}" if clicked else key
    st.caption("Click a cell to see its pictures below, or choose them here:")
    name = st.selectbox(
        "Class",
        names,
        index=names.index(clicked[0]) if clicked else None,
        placeholder="Choose a class",
        key=f"outcome_class_{at}",
    )
    if name is None:
        return None
    numbers = outcomes.counts(scores.per_class[names.index(name)], scores.pictures)
    outcome = st.selectbox(
        "Outcome",
        list(Outcome),
        index=list(Outcome).index(clicked[1]) if clicked else None,
        format_func=lambda one: f"{one.value} ({numbers[one]:,})",
        placeholder="Choose an outcome",
        key=f"outcome_kind_{at}",
    )
    st.caption(f"{count(scores.pictures, 'picture')} were asked about {esc(name)}.")
    return (name, outcome) if outcome else None
