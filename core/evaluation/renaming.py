"""A run's answers by other names of its classes, where classes were renamed or merged after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.domain.report import Predictions


def renamed(
    predictions: Predictions, classes: tuple[str, ...], names: Sequence[str]
) -> tuple[Predictions, tuple[str, ...]]:
    """Return the answers in columns of the new ``names``, one for each of ``classes``, and these columns.

    Classes of one name become one: of a single class it is as likely as all of them together; where pictures
    may show several, as the likeliest of them, so that it is named where one of them was.
    """
    told = tuple(dict.fromkeys(names))
    if told == classes:
        return predictions, classes
    places = np.array([told.index(name) for name in names], dtype=np.int64)
    likely, targets = predictions.probabilities, predictions.targets
    alike = [likely[:, places == place] for place in range(len(told))]
    joined = [one.sum(axis=1) if targets is None else one.max(axis=1) for one in alike]
    shown = [] if targets is None else [targets[:, places == place].any(axis=1) for place in range(len(told))]
    found = replace(
        predictions,
        labels=places[predictions.labels],
        probabilities=np.stack(joined, axis=1),
        targets=None if targets is None else np.stack(shown, axis=1),
    )
    return found, told
