"""Counting what was answered right where a picture may show several classes: each is a yes or no."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from core.domain.dataset import Split
from core.domain.report import ClassScore, Scores
from core.evaluation.counting import class_score, mean_of
from core.evaluation.curves import roc_of
from core.evaluation.intervals import wilson
from core.evaluation.precision_recall import precision_recall_of

Marks = npt.NDArray[np.bool_]
Shares = npt.NDArray[np.float32]


def score_several(
    targets: Marks, named: Marks, probabilities: Shares, *, classes: tuple[str, ...], split: Split
) -> Scores:
    """Return everything measured on these pictures; all three are (N, C), ``named`` is what was answered.

    A picture is right when exactly its classes were named. Macro F1 and mean average precision are plain
    means over the classes that have pictures; micro F1 pools all yes-or-no answers, picture by class.
    """
    exact = int((targets == named).all(axis=1).sum())
    per_class = _per_class(targets, named, probabilities, classes)
    right = int((targets & named).sum())
    said_or_there = int(targets.sum() + named.sum())
    return Scores(
        split=split,
        pictures=len(targets),
        correct=exact,
        accuracy=wilson(exact, len(targets)),
        macro_f1=mean_of(one.f1 for one in per_class),
        per_class=per_class,
        confusion=(),
        roc=roc_of(targets, probabilities, classes),
        precision_recall=precision_recall_of(targets, probabilities, classes),
        several=True,
        micro_f1=2 * right / said_or_there if targets.any() else None,
        mean_average_precision=mean_of(one.average_precision for one in per_class),
    )


def _per_class(
    targets: Marks, named: Marks, probabilities: Shares, classes: tuple[str, ...]
) -> tuple[ClassScore, ...]:
    scores = []
    for place, name in enumerate(classes):
        actual, answered = targets[:, place], named[:, place]
        right = int((actual & answered).sum())
        one = class_score(name, right, int(actual.sum()), int(answered.sum()))
        precision = _average_precision(actual, probabilities[:, place])
        scores.append(replace(one, right=right, average_precision=precision))
    return tuple(scores)


def _average_precision(actual: Marks, likely: Shares) -> float | None:
    return float(average_precision_score(actual, likely)) if actual.any() else None
