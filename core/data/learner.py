"""A linear classifier on frozen features, solved in closed form: ridge regression onto one target per class.

Features are read a block at a time and never held all at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.data.directions import Features, Rows, Singles, in_blocks
from core.data.folds import Mask

Doubles = npt.NDArray[np.float64]

RIDGE: Final = 0.3  # pull towards zero, against features that vary by 1 on average


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is answered for pictures (A,): the best class, its score, and the score of their own class."""

    best: Rows
    top: Singles
    own: Singles


@dataclass(frozen=True, slots=True)
class _Products:
    """Sums over pictures, in double precision because they are subtracted from each other."""

    rows_by_rows: Doubles  # (D, D)
    rows_by_targets: Doubles  # (D, C)
    rows: Doubles  # (D,)
    targets: Doubles  # (C,)


@dataclass(frozen=True, slots=True)
class _Solution:
    """Weights (D, C), the learnt pictures' mean (D,) and their usual answer (C,)."""

    weights: Singles
    middle: Singles
    usual: Singles


class Learner:
    """The linear probe on fixed pictures; answers of several divisions share what they can."""

    def __init__(self, features: Features, labels: Sequence[str]) -> None:
        """``features`` (N, D) belong to ``labels``; they are centred and scaled as they are read."""
        self._features = features
        self._mean, self._scale = _mean_and_scale(features)
        self.classes = sorted(set(labels))
        index = {name: at for at, name in enumerate(self.classes)}
        self.labels = np.array([index[label] for label in labels], dtype=np.int64)
        self._whole: _Products | None = None

    def scores(self, asked: Mask) -> Iterator[tuple[Rows, Singles]]:
        """Yield some of the pictures that are ``asked`` about, with scores (A, C) learnt from all others."""
        many = int((~asked).sum()) > self._features.shape[1]
        learnt = self._primal(asked) if many else self._dual(asked)
        for at in in_blocks(np.flatnonzero(asked)):
            scores = (self._rows(at) - learnt.middle) @ learnt.weights + learnt.usual
            yield at, scores.astype(np.float32, copy=False)

    def answers(self, asked: Mask) -> Answers:
        """Return the answers for the pictures that are ``asked`` about, in their order."""
        found = Answers(
            best=np.zeros(int(asked.sum()), np.int64),
            top=np.zeros(int(asked.sum()), np.float32),
            own=np.zeros(int(asked.sum()), np.float32),
        )
        done = 0
        for at, scores in self.scores(asked):
            here, every = slice(done, done + len(at)), np.arange(len(at))
            found.best[here] = scores.argmax(axis=1)
            found.top[here] = scores[every, found.best[here]]
            found.own[here] = scores[every, self.labels[at]]
            done += len(at)
        return found

    def right(self, asked: Mask) -> int:
        """Return how many of the pictures that are ``asked`` about are answered rightly."""
        return int((self.answers(asked).best == self.labels[asked]).sum())

    def _rows(self, at: Rows) -> Singles:
        """Return these rows, so that over all pictures the mean is 0 and the variance 1 on average."""
        rows: Singles = np.array(self._features[at], dtype=np.float32)
        rows -= self._mean
        rows /= self._scale
        return rows

    def _targets(self, at: Rows) -> Singles:
        targets = np.zeros((len(at), len(self.classes)), dtype=np.float32)
        targets[np.arange(len(at)), self.labels[at]] = 1
        return targets

    def _dual(self, asked: Mask) -> _Solution:
        """Solve a system as large as the learnt pictures, which are few."""
        learnt = np.flatnonzero(~asked)
        known, targets = self._rows(learnt), self._targets(learnt)
        middle, usual = known.mean(axis=0), targets.mean(axis=0)
        known -= middle
        gram = _pulled(known @ known.T, len(known))
        return _Solution(known.T @ np.linalg.solve(gram, targets - usual), middle, usual)

    def _primal(self, asked: Mask) -> _Solution:
        """Solve a system as large as the features.

        Products of all pictures are made once, and those of the asked ones taken away.
        """
        if self._whole is None:
            self._whole = self._products(np.arange(len(self._features)))
        whole, part = self._whole, self._products(np.flatnonzero(asked))
        known = int((~asked).sum())
        middle = (whole.rows - part.rows) / known
        usual = (whole.targets - part.targets) / known
        gram = np.subtract(whole.rows_by_rows, part.rows_by_rows, out=part.rows_by_rows)
        for at in in_blocks(len(gram), 128):
            gram[at] -= np.outer(known * middle[at], middle)
        cross = whole.rows_by_targets - part.rows_by_targets - known * np.outer(middle, usual)
        weights = np.linalg.solve(_pulled(gram, known), cross)
        return _Solution(weights.astype(np.float32), middle.astype(np.float32), usual.astype(np.float32))

    def _products(self, over: Rows) -> _Products:
        """Return the sums over these pictures."""
        channels, classes = self._features.shape[1], len(self.classes)
        found = _Products(
            np.zeros((channels, channels)),
            np.zeros((channels, classes)),
            np.zeros(channels),
            np.zeros(classes),
        )
        for at in in_blocks(over):
            rows, targets = self._rows(at), self._targets(at)
            np.add(found.rows_by_rows, rows.T @ rows, out=found.rows_by_rows)
            np.add(found.rows_by_targets, rows.T @ targets, out=found.rows_by_targets)
            np.add(found.rows, rows.sum(axis=0, dtype=np.float64), out=found.rows)
            np.add(found.targets, targets.sum(axis=0, dtype=np.float64), out=found.targets)
        return found


def _mean_and_scale(features: Features) -> tuple[Singles, np.float32]:
    """Return the mean of the rows (D,), and the root of their mean variance."""
    total, squares = np.zeros(features.shape[1]), 0.0
    for at in in_blocks(len(features)):
        rows = np.asarray(features[at], dtype=np.float32)
        total += rows.sum(axis=0, dtype=np.float64)
        squares += float(np.einsum("nd,nd->n", rows, rows).sum(dtype=np.float64))
    mean = total / max(1, len(features))
    variance = squares / max(1, len(features) * len(total)) - float(np.mean(mean**2))
    return mean.astype(np.float32), np.float32(max(1e-9, max(0.0, variance) ** 0.5))


def _pulled(gram: npt.NDArray[Any], pictures: int) -> npt.NDArray[Any]:
    """Return the system (S, S), changed where it lies, with the pull towards zero on its diagonal."""
    gram.flat[:: len(gram) + 1] += RIDGE * pictures
    return gram
