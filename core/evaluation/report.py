"""A run's report, and the answers behind each of its numbers.

The numbers are of the plain answers: the most likely class, or of several classes those as likely as not. A
rule that minds costs may answer otherwise; ``ruled_answers`` are by it. All others take from what a rule
``decided`` only which pictures are in doubt.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.domain.dataset import Split
from core.domain.report import Answer, Predictions, Report
from core.evaluation.calibration import calibration, fit_temperature
from core.evaluation.deciding import Decided, Floats
from core.evaluation.error_bars import Judged, with_error_bars
from core.evaluation.scores import rows_of, score

Marks = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]


class _Said(NamedTuple):
    """What is said about all pictures."""

    predicted: Rows  # (N,)
    named: Marks  # (N, C)
    sure: Floats | None = None  # (N,) of all that is named


def build_report(
    run_id: str, classes: tuple[str, ...], predictions: Predictions, *, temperature: float | None = None
) -> Report:
    """Return the evaluation of a run on its validation and its test pictures, with all error bars.

    Without a ``temperature`` it is fitted on the validation pictures; it is measured on both.
    """
    validation, test = (judged(predictions, len(classes), split) for split in (Split.VALIDATION, Split.TEST))
    several = predictions.targets is not None
    if temperature is None:
        temperature = fit_temperature(
            validation.likely, validation.actual, several=several, independent=validation.independent
        )
    sure = [
        calibration(one.likely, one.actual, temperature=temperature, several=several, groups=one.groups)
        for one in (validation, test)
    ]
    return Report(
        run_id=run_id,
        classes=classes,
        validation=with_error_bars(score(predictions, classes, Split.VALIDATION), validation),
        test=with_error_bars(score(predictions, classes, Split.TEST), test),
        validation_calibration=sure[0],
        test_calibration=sure[1],
    )


def judged(predictions: Predictions, classes: int, split: Split) -> Judged:
    """Return what the pictures of one split show, and what was answered."""
    chosen = rows_of(predictions, split)
    actual, said = _marks(predictions, classes)
    return Judged(
        actual=actual[chosen],
        said=said[chosen],
        likely=predictions.probabilities[chosen],
        groups=None if predictions.groups is None else predictions.groups[chosen],
    )


def mistakes(
    predictions: Predictions, classes: tuple[str, ...], split: Split, *, decided: Decided | None = None
) -> tuple[Answer, ...]:
    """Return the wrong answers on one split, the surest first.

    Where pictures may show several classes, the surest is the one with the surest wrong yes or no.
    """
    chosen = rows_of(predictions, split)
    if predictions.targets is not None:
        off = np.abs(predictions.probabilities[chosen] - predictions.targets[chosen])
        off[predictions.named[chosen] == predictions.targets[chosen]] = -1.0
        worst = off.max(axis=1, initial=-1.0)
        order = np.argsort(-worst, kind="stable")
        return _told(predictions, classes, chosen[order[worst[order] >= 0]], decided=decided)
    wrong = predictions.predicted[chosen] != predictions.labels[chosen]
    return _surest_first(predictions, classes, chosen[wrong], decided=decided)


def answers(
    predictions: Predictions,
    classes: tuple[str, ...],
    *,
    split: Split,
    actual: str | None = None,
    predicted: str | None = None,
    decided: Decided | None = None,
) -> tuple[Answer, ...]:
    """Return the answers on one split, the surest first.

    ``actual`` and ``predicted`` are names of classes, None for any; both given, they are one cell of the
    confusion matrix. A name that is no class has no answers. Where pictures may show several classes, they
    are those that show ``actual``, and those that ``predicted`` was named for.
    """
    chosen = rows_of(predictions, split)
    is_actual, is_predicted = _marks(predictions, len(classes))
    for name, marks in ((actual, is_actual), (predicted, is_predicted)):
        if name is not None:
            chosen = chosen[marks[chosen, classes.index(name)]] if name in classes else chosen[:0]
    return _surest_first(predictions, classes, chosen, decided=decided)


def answers_about(  # noqa: PLR0913 - a question and how it came out, by name
    predictions: Predictions,
    classes: tuple[str, ...],
    *,
    split: Split,
    name: str,
    shown: bool,
    named: bool,
    decided: Decided | None = None,
) -> tuple[Answer, ...]:
    """Return the answers to whether pictures show the class ``name``, the surest first.

    They are those of pictures that do or do not show it, for which it was or was not named: one of four.
    ``predicted`` is the class that was asked about, and ``confidence`` how likely the model took it to be.
    """
    chosen, place = rows_of(predictions, split), classes.index(name)
    is_actual, is_named = _marks(predictions, len(classes))
    about = _Said(np.full(len(is_named), place), is_named)
    chosen = chosen[(is_actual[chosen, place] == shown) & (is_named[chosen, place] == named)]
    likely = predictions.probabilities[chosen, place]
    order = np.argsort(-likely if named else likely, kind="stable")
    return _told(predictions, classes, chosen[order], said=about, decided=decided)


def ruled_answers(
    predictions: Predictions, classes: tuple[str, ...], rows: Rows, *, decided: Decided
) -> tuple[Answer, ...]:
    """Return the answers to these rows of ``predictions`` as the rule gives them, the surest first."""
    sure = predictions.probabilities[rows, decided.predicted[rows]]
    said = _Said(decided.predicted, decided.said, decided.sure)
    return _told(predictions, classes, rows[np.argsort(-sure, kind="stable")], said=said, decided=decided)


def _marks(predictions: Predictions, classes: int) -> tuple[Marks, Marks]:
    """Return which classes each picture shows, and which were answered, both (N, C)."""
    if predictions.targets is not None:
        return predictions.targets, predictions.named
    every = np.arange(classes)
    return predictions.labels[:, None] == every, predictions.predicted[:, None] == every


def _surest_first(
    predictions: Predictions, classes: tuple[str, ...], rows: Rows, *, decided: Decided | None
) -> tuple[Answer, ...]:
    """Return the answers of these rows; equally sure ones stay in the order of the pictures."""
    confidence = predictions.probabilities[rows].max(axis=1, initial=0.0)
    return _told(predictions, classes, rows[np.argsort(-confidence, kind="stable")], decided=decided)


def _told(
    predictions: Predictions,
    classes: tuple[str, ...],
    rows: Rows,
    *,
    said: _Said | None = None,
    decided: Decided | None = None,
) -> tuple[Answer, ...]:
    """Return the answers of these rows, in their order; the plain ones unless ``said`` tells others."""
    several = predictions.targets is not None
    is_actual, is_named = _marks(predictions, len(classes))
    answered, named, sure = said or _Said(predictions.predicted, is_named)
    return tuple(
        Answer(
            path=predictions.paths[row],
            label=classes[predictions.labels[row]],
            predicted=classes[answered[row]],
            confidence=float(predictions.probabilities[row, answered[row]]),
            sha256=predictions.sha256[row],
            labels=_names(is_actual[row], classes) if several else (),
            named=_names(named[row], classes) if several else (),
            several=several,
            doubt=decided.doubt_of(row) if decided else None,
            sure=float(sure[row]) if several and sure is not None else None,
        )
        for row in rows.tolist()
    )


def _names(marks: Marks, classes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(classes[place] for place in np.flatnonzero(marks))
