"""The answers in numbers, and the pictures behind the one that was chosen."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.report import Scores
from ui import results, tiles
from ui.components import class_scores, confusion_picker, gallery, outcome_picker
from ui.subject import Subject


def of_matrix(subject: Subject, scores: Scores, classes: Sequence[str]) -> None:
    """Draw the confusion matrix, and the pictures of the cell, row or column that is chosen."""
    cell = confusion_picker.show(scores, classes, key=subject.key)
    if cell is None:
        return
    found = results.answers(
        subject.run_id, subject.split, actual=cell.actual, predicted=cell.predicted, test=subject.test
    )
    places = [classes.index(name) if name else "any" for name in (cell.actual, cell.predicted)]
    gallery.show(
        tiles.of_answers(found),
        key="_".join(["cell", subject.key, *map(str, places)]),
        label="Pictures of this choice",
        empty=_nothing(cell.actual, cell.predicted),
    )


def of_outcomes(subject: Subject, scores: Scores, classes: Sequence[str]) -> None:
    """Draw what came of each of several classes to a picture, and the pictures of the chosen outcome."""
    chosen = outcome_picker.show(scores, key=subject.key)
    if chosen is None:
        return
    name, outcome = chosen
    found = results.answers_about(
        subject.run_id,
        subject.split,
        name=name,
        shown=outcome.shown,
        named=outcome.named,
        test=subject.test,
    )
    gallery.show(
        tiles.of_answers(found),
        key=f"outcome_{subject.key}_{classes.index(name)}_{outcome.name}",
        label="Pictures of this outcome",
        empty="There is no such picture.",
    )


def of_mistakes(subject: Subject) -> None:
    """Draw all pictures that were answered wrongly, the surest mistakes first."""
    gallery.show(
        tiles.of_answers(results.mistakes(subject.run_id, subject.split, test=subject.test)),
        key=f"mistakes_{subject.key}",
        label="Pictures that were answered wrongly",
        empty="No picture was answered wrongly.",
    )


def of_classes(subject: Subject, scores: Scores) -> None:
    """Draw the scores of each class, and the pictures of the one that is chosen, the worst first."""
    name = class_scores.show(scores, key=subject.key)
    if name is None:
        return
    found = results.answers(subject.run_id, subject.split, actual=name, test=subject.test)
    right = [answer for answer in found if answer.right]
    wrong = [answer for answer in found if not answer.right]
    place = [one.name for one in scores.per_class].index(name)
    for told, strip, empty in (
        ("Answered wrongly, the surest first", wrong, "None was answered wrongly."),
        ("Answered rightly, the least sure first", right[::-1], "None was answered rightly."),
    ):
        st.markdown(f"**{told}**")
        gallery.show(
            tiles.of_answers(strip),
            key=f"class_{subject.key}_{place}_{told[9]}",
            label=f"{name}: {told.casefold()}",
            empty=empty,
        )


def _nothing(actual: str | None, predicted: str | None) -> str:
    if actual is None:
        return f"Nothing was taken for {predicted}."
    if predicted is None:
        return f"There is no {actual} here."
    if actual == predicted:
        return f"No {actual} here was recognised."
    return f"No {actual} was taken for {predicted}."
