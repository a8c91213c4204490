"""A run's report, and the answers behind each of its numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.domain.dataset import Split
from core.domain.report import Answer, Predictions, Report
from core.evaluation.scores import rows_of, score


def build_report(run_id: str, classes: tuple[str, ...], predictions: Predictions) -> Report:
    """Return the evaluation of a run on its validation and its test pictures."""
    return Report(
        run_id=run_id,
        classes=classes,
        validation=score(predictions, classes, Split.VALIDATION),
        test=score(predictions, classes, Split.TEST),
    )


def mistakes(predictions: Predictions, classes: tuple[str, ...], split: Split) -> tuple[Answer, ...]:
    """Return the wrong answers on one split, the surest first."""
    chosen = rows_of(predictions, split)
    wrong = predictions.predicted[chosen] != predictions.labels[chosen]
    return _surest_first(predictions, classes, chosen[wrong])


def answers(
    predictions: Predictions,
    classes: tuple[str, ...],
    *,
    split: Split,
    actual: str | None = None,
    predicted: str | None = None,
) -> tuple[Answer, ...]:
    """Return the answers on one split, the surest first.

    ``actual`` and ``predicted`` are names of classes, None for any; both given, they are one cell of the
    confusion matrix. A name that is no class has no answers.
    """
    chosen = rows_of(predictions, split)
    for name, found in ((actual, predictions.labels), (predicted, predictions.predicted)):
        if name is not None:
            index = classes.index(name) if name in classes else -1
            chosen = chosen[found[chosen] == index]
    return _surest_first(predictions, classes, chosen)


def _surest_first(
    predictions: Predictions, classes: tuple[str, ...], rows: npt.NDArray[np.intp]
) -> tuple[Answer, ...]:
    """Return the answers of these rows; equally sure ones stay in the order of the pictures."""
    predicted = predictions.predicted
    confidence = predictions.probabilities[rows].max(axis=1, initial=0.0)
    ordered = np.argsort(-confidence, kind="stable")
    return tuple(
        Answer(
            path=predictions.paths[row],
            label=classes[predictions.labels[row]],
            predicted=classes[predicted[row]],
            confidence=float(confidence[place]),
            sha256=predictions.sha256[row],
        )
        for place, row in zip(ordered.tolist(), rows[ordered].tolist(), strict=True)
    )
