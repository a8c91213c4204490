"""Counting what was answered right, per class and over all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.domain.dataset import Split
from core.domain.report import ClassScore, Predictions, Scores
from core.evaluation.counting import class_score, mean_of
from core.evaluation.curves import roc_of
from core.evaluation.intervals import wilson
from core.evaluation.precision_recall import precision_recall_of
from core.evaluation.several import score_several

Counts = npt.NDArray[np.int64]


def score(predictions: Predictions, classes: tuple[str, ...], split: Split) -> Scores:
    """Return everything measured on the pictures of one split; the answer is the most likely class.

    Where pictures may show several classes, it is those that are likely enough: see ``score_several``.
    Macro F1 is the plain mean of F1 over the classes that have pictures in this split, so that a rare class
    counts as much as a common one, and a class that could not be judged does not count at all.
    """
    chosen = rows_of(predictions, split)
    if predictions.targets is not None:
        return score_several(
            predictions.targets[chosen],
            predictions.named[chosen],
            predictions.probabilities[chosen],
            classes=classes,
            split=split,
        )
    labels, probabilities = predictions.labels[chosen], predictions.probabilities[chosen]
    actual = labels[:, None] == np.arange(len(classes))
    confusion = _confusion(labels, predictions.predicted[chosen], len(classes))
    per_class = _per_class(confusion, classes)
    correct = int(np.trace(confusion))
    return Scores(
        split=split,
        pictures=len(labels),
        correct=correct,
        accuracy=wilson(correct, len(labels)),
        macro_f1=mean_of(one.f1 for one in per_class),
        per_class=per_class,
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        roc=roc_of(actual, probabilities, classes),
        precision_recall=precision_recall_of(actual, probabilities, classes),
    )


def rows_of(predictions: Predictions, split: Split) -> npt.NDArray[np.intp]:
    """Return the rows of ``predictions`` that belong to ``split``, ascending."""
    return np.flatnonzero(np.fromiter((one is split for one in predictions.splits), dtype=np.bool_))


def _confusion(labels: Counts, predicted: Counts, classes: int) -> Counts:
    """Return the table of counts (C, C): rows actual, columns predicted."""
    pairs = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return pairs.astype(np.int64).reshape(classes, classes)


def _per_class(confusion: Counts, classes: tuple[str, ...]) -> tuple[ClassScore, ...]:
    right, support, predicted = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
    counts = zip(classes, right.tolist(), support.tolist(), predicted.tolist(), strict=True)
    return tuple(class_score(name, *numbers) for name, *numbers in counts)
