"""A run's answers, judged by the labels of another version of its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.domain.dataset import Sample, Split
from core.domain.report import Predictions, Scores
from core.evaluation.error_bars import with_error_bars
from core.evaluation.report import judged
from core.evaluation.scores import score


def rescore(
    predictions: Predictions, classes: tuple[str, ...], samples: Sequence[Sample], split: Split
) -> Scores:
    """Return the scores on one split by the labels of ``samples``, those in use of another version.

    Pictures are judged in the split in which they were answered, whatever became of them. Those that are
    left out or gone drop out, and so do those of a class that the model does not know, or of several where
    it can name only one: nothing it says could be right.
    """
    relabelled = with_labels(predictions, classes, samples)
    found = score(relabelled, classes, split)
    return with_error_bars(found, judged(relabelled, len(classes), split))


def with_labels(predictions: Predictions, classes: tuple[str, ...], samples: Sequence[Sample]) -> Predictions:
    """Return the answers to those pictures that ``samples`` hold, with their labels."""
    place = {name: at for at, name in enumerate(classes)}
    most = 1 if predictions.targets is None else len(classes)
    known = {
        one.sha256: [place[name] for name in one.labels]
        for one in samples
        if len(one.labels) <= most and all(name in place for name in one.labels)
    }
    rows = [row for row, sha256 in enumerate(predictions.sha256) if sha256 in known]
    shown = [known[predictions.sha256[row]] for row in rows]
    targets = np.zeros((len(rows), len(classes)), dtype=bool)
    for row, names in enumerate(shown):
        targets[row, names] = True
    return replace(
        predictions,
        paths=tuple(predictions.paths[row] for row in rows),
        sha256=tuple(predictions.sha256[row] for row in rows),
        splits=tuple(predictions.splits[row] for row in rows),
        labels=np.array([names[0] for names in shown], dtype=np.int64),
        probabilities=predictions.probabilities[rows],
        targets=None if predictions.targets is None else targets,
        groups=None if predictions.groups is None else predictions.groups[rows],
        strangeness=None if predictions.strangeness is None else predictions.strangeness[rows],
    )
