"""Two runs before and after labels were put right, both judged by the later labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.domain.dataset import Sample, Split
from core.domain.errors import DatasetError
from core.domain.report import Predictions
from core.evaluation.compare import Contender
from core.evaluation.rescoring import with_labels

_LEAST = 0.5  # share of both runs' test pictures that have to be the same ones


def by_later_labels(
    before: Contender, after: Contender, samples: Sequence[Sample]
) -> tuple[Contender, Contender]:
    """Return both runs with their answers to the test pictures of both, by the labels of ``samples``.

    ``samples`` are the pictures in use of the version that ``after`` was trained on. Pictures of a class that
    ``before`` does not know drop out: nothing it says of them could be right.

    Raises:
        DatasetError: a class is gone, or fewer than half of the test pictures are the same.
    """
    gone = [name for name in before.classes if name not in after.classes]
    if gone:
        raise DatasetError(
            f"{after.name} does not know the class “{gone[0]}” any more.", hint="Choose two other runs."
        )
    ours, theirs = (_tested(one.predictions) for one in (before, after))
    known = [one for one in samples if set(one.labels) <= set(before.classes)]
    same = [one for one in known if one.sha256 in ours & theirs]
    if len(same) < _LEAST * max(len(ours), len(theirs)):
        raise DatasetError(
            f"Only {len(same):,} of the test pictures of {before.name} and {after.name} are the same.",
            hint="Choose two runs that were tested on the same pictures.",
        )
    wider = replace(before, classes=after.classes, predictions=_widened(before, after.classes))
    first, second = (_judged_by(one, same) for one in (wider, after))
    return first, second


def _judged_by(one: Contender, samples: Sequence[Sample]) -> Contender:
    return replace(one, predictions=with_labels(one.predictions, one.classes, samples))


def _tested(predictions: Predictions) -> set[str]:
    told = zip(predictions.sha256, predictions.splits, strict=True)
    return {sha256 for sha256, split in told if split is Split.TEST}


def _widened(one: Contender, classes: tuple[str, ...]) -> Predictions:
    """Return the answers in the columns of ``classes``; a class that was not known was never likely."""
    places = [classes.index(name) for name in one.classes]
    told = one.predictions
    likely = np.zeros((len(told.sha256), len(classes)), dtype=told.probabilities.dtype)
    likely[:, places] = told.probabilities
    targets = None
    if told.targets is not None:
        targets = np.zeros(likely.shape, dtype=bool)
        targets[:, places] = told.targets
    return replace(
        told,
        labels=np.array(places, dtype=np.int64)[told.labels],
        probabilities=likely,
        targets=targets,
    )
