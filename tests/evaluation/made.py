"""Predictions drawn for the tests of evaluation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.domain.dataset import Split
from core.domain.report import Predictions


def answered(pairs: Sequence[tuple[int, int]], classes: int, *, split: Split = Split.TEST) -> Predictions:
    """Return predictions for (actual, predicted) pairs, each a little surer than the one before."""
    sure = np.linspace(0.6, 0.9, len(pairs))
    probabilities = np.repeat(((1 - sure) / max(classes - 1, 1))[:, None], classes, axis=1)
    for row, (_, predicted) in enumerate(pairs):
        probabilities[row, predicted] = sure[row]
    return Predictions(
        paths=tuple(f"{row}.jpg" for row in range(len(pairs))),
        sha256=tuple(f"{row:064x}" for row in range(len(pairs))),
        splits=(split,) * len(pairs),
        labels=np.array([actual for actual, _ in pairs], dtype=np.int64),
        probabilities=probabilities.astype(np.float32),
    )


def drawn(pictures: int, classes: int, *, seed: int = 0, skill: float = 1.5) -> Predictions:
    """Return plausible predictions: ``skill`` 0 is guessing. One third of the pictures is for validation."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, size=pictures)
    logits = random.normal(size=(pictures, classes))
    logits[np.arange(pictures), labels] += skill
    likely = np.exp(logits)
    return Predictions(
        paths=tuple(f"{row}.jpg" for row in range(pictures)),
        sha256=tuple(f"{row:064x}" for row in range(pictures)),
        splits=tuple(Split.TEST if row % 3 else Split.VALIDATION for row in range(pictures)),
        labels=labels,
        probabilities=(likely / likely.sum(axis=1, keepdims=True)).astype(np.float32),
    )


def drawn_several(pictures: int, classes: int, *, seed: int = 0, skill: float = 1.5) -> Predictions:
    """Return plausible predictions for pictures of one to all classes; one third is for validation."""
    random = np.random.default_rng(seed)
    targets = random.random((pictures, classes)) < 0.3
    targets[np.arange(pictures), random.integers(0, classes, size=pictures)] = True
    logits = random.normal(size=(pictures, classes)) + skill * (targets - 0.5)
    return Predictions(
        paths=tuple(f"{row}.jpg" for row in range(pictures)),
        sha256=tuple(f"{row:064x}" for row in range(pictures)),
        splits=tuple(Split.TEST if row % 3 else Split.VALIDATION for row in range(pictures)),
        labels=targets.argmax(axis=1),
        probabilities=(1 / (1 + np.exp(-logits))).astype(np.float32),
        targets=targets,
    )


def told_several(rows: Sequence[tuple[str, tuple[float, ...]]], classes: str) -> Predictions:
    """Return predictions for (actual classes as letters, probability of each class), all for the test."""
    targets = np.array([[letter in actual for letter in classes] for actual, _ in rows], dtype=np.bool_)
    return Predictions(
        paths=tuple(f"{row}.jpg" for row in range(len(rows))),
        sha256=tuple(f"{row:064x}" for row in range(len(rows))),
        splits=(Split.TEST,) * len(rows),
        labels=targets.argmax(axis=1),
        probabilities=np.array([likely for _, likely in rows], dtype=np.float32),
        targets=targets,
    )
