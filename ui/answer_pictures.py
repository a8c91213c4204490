"""The answers in numbers, and the pictures behind the one that was chosen."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.report import Scores
from ui import results, tiles
from ui.components import confusion_picker, gallery, outcome_picker


def of_matrix(run_id: str, scores: Scores, classes: Sequence[str], *, key: str) -> None:
    """Draw the confusion matrix, and the pictures of the cell that is chosen."""
    cell = confusion_picker.show(scores, classes, key=key)
    if cell is None:
        return
    actual, predicted = cell
    found = results.answers(run_id, scores.split, actual=actual, predicted=predicted)
    gallery.show(
        tiles.of_answers(found),
        key=f"cell_{key}_{classes.index(actual)}_{classes.index(predicted)}",
        label="Pictures of this cell",
        empty=f"No {actual} was taken for {predicted}."
        if actual != predicted
        else f"No {actual} here was recognised.",
    )


def of_outcomes(run_id: str, scores: Scores, classes: Sequence[str], *, key: str) -> None:
    """Draw what came of each of several classes to a picture, and the pictures of the chosen outcome."""
    chosen = outcome_picker.show(scores, key=key)
    if chosen is None:
        return
    name, outcome = chosen
    found = results.answers_about(run_id, scores.split, name=name, shown=outcome.shown, named=outcome.named)
    gallery.show(
        tiles.of_answers(found),
        key=f"outcome_{key}_{classes.index(name)}_{outcome.name}",
        label="Pictures of this outcome",
        empty="There is no such picture.",
    )
