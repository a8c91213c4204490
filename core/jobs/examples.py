"""A few validation pictures that show, while a run goes on, what its network says of them by now."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
import numpy.typing as npt

from core.domain.report import THRESHOLD, Answer
from core.jobs.train_inputs import Inputs

EXAMPLES: Final = 6


def examples(inputs: Inputs, probabilities: npt.NDArray[np.float32]) -> tuple[Answer, ...]:
    """Return the answers to EXAMPLES validation pictures, always the same ones of a run.

    ``probabilities`` (V, C) are those of all validation pictures, in the order of ``inputs.divided``.
    """
    validation = inputs.divided.validation
    return tuple(
        _answer(inputs, int(validation.rows[place]), probabilities[place])
        for place in spread(validation.targets)
    )


def spread(targets: npt.NDArray[np.float32]) -> list[int]:
    """Return which pictures of those that show ``targets`` (V, C) to take: of as many classes as can be."""
    classes, seen = targets.argmax(axis=1).tolist(), Counter[int]()
    turns = []
    for place, name in enumerate(classes):
        turns.append((seen[name], name, place))  # first the first one of each class
        seen[name] += 1
    places = [place for *_, place in sorted(turns)][: max(EXAMPLES, len(seen))]
    chosen = np.linspace(0, len(places) - 1, min(EXAMPLES, len(places))).round().astype(int)
    return [places[at] for at in chosen.tolist()]


def _answer(inputs: Inputs, row: int, probabilities: npt.NDArray[np.float32]) -> Answer:
    sample, classes, several = inputs.samples[row], inputs.dataset.classes, inputs.dataset.several
    best = int(probabilities.argmax())
    found = np.flatnonzero(probabilities >= THRESHOLD).tolist() if several else []
    return Answer(
        path=sample.path,
        label=None if several else sample.label,
        predicted=classes[best],
        confidence=float(probabilities[best]),
        sha256=sample.sha256,
        labels=tuple(name for name in classes if name in sample.labels) if several else (),
        named=tuple(classes[at] for at in found),
        several=several,
    )
