"""The linear probe gives the answers of ridge regression, and reads features a block at a time."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from core.data.directions import BLOCK
from core.data.learner import RIDGE, Learner


def made(pictures, channels, classes=3):
    random = np.random.default_rng(1)
    rows = random.standard_normal((pictures, channels)) + 5  # far from zero: centring matters
    return rows.astype(np.float32), [chr(97 + n % classes) for n in range(pictures)]


def peer(rows, labels, asked):
    centred = rows - rows.mean(axis=0, dtype=np.float64)
    scaled = centred / np.sqrt((centred**2).mean())
    targets = np.eye(3)[[ord(label) - 97 for label in labels]]
    ridge = Ridge(alpha=RIDGE * (~asked).sum()).fit(scaled[~asked], targets[~asked])
    return ridge.predict(scaled[asked])


@pytest.mark.parametrize(("pictures", "channels"), [(40, 8), (12, 64), (BLOCK + 500, 8)])
def test_scores_are_those_of_ridge_regression(pictures, channels):
    rows, labels = made(pictures, channels)
    asked = np.arange(pictures) % 4 == 0
    told = list(Learner(rows, labels).scores(asked))
    np.testing.assert_array_equal(np.concatenate([at for at, _ in told]), np.flatnonzero(asked))
    ours = np.concatenate([scores for _, scores in told])
    np.testing.assert_allclose(ours, peer(rows, labels, asked), atol=1e-4)


def test_answers_are_the_best_of_the_scores():
    rows, labels = made(60, 8)
    asked = np.arange(60) % 3 == 0
    learner = Learner(rows, labels)
    scores = np.concatenate([scores for _, scores in learner.scores(asked)])
    answers = learner.answers(asked)
    np.testing.assert_array_equal(answers.best, scores.argmax(axis=1))
    np.testing.assert_array_equal(answers.top, scores.max(axis=1))
    np.testing.assert_array_equal(answers.own, scores[np.arange(20), learner.labels[asked]])
    assert learner.right(asked) == (answers.best == learner.labels[asked]).sum()


def test_the_features_are_left_as_they_were():
    rows, labels = made(40, 8)
    before = rows.copy()
    Learner(rows, labels).answers(np.arange(40) < 10)
    np.testing.assert_array_equal(rows, before)


def test_features_that_are_all_the_same_are_no_trouble():
    learner = Learner(np.ones((40, 8), dtype=np.float16), ["a", "b"] * 20)
    assert np.isfinite(learner.answers(np.arange(40) < 10).top).all()
