"""Labels flipped on purpose are found; those that nobody can tell are left in peace."""

from __future__ import annotations

import numpy as np
import pytest

from core.domain.dataset import Sample, Split
from core.domain.forecast import Evidence
from core.evaluation.label_issues import NEARLY, agreement, ask, doubts, issues, told_better

CLASSES = ("bolt", "gear", "nut", "pin")
FLIPPED = 0.05


def shown(pictures: int = 800, *, apart: float = 4.0, seed: int = 0):
    """Return features of four clouds, what each really is, and labels of which a few are flipped."""
    random = np.random.default_rng(seed)
    really = random.integers(4, size=pictures)
    centres = random.normal(0, 1, (4, 12))
    centres *= apart / np.linalg.norm(centres, axis=1, keepdims=True)
    features = (centres[really] + random.normal(0, 1, (pictures, 12))).astype(np.float32)
    flipped = np.zeros(pictures, dtype=bool)
    flipped[random.choice(pictures, round(FLIPPED * pictures), replace=False)] = True
    labels = np.where(flipped, (really + random.integers(1, 4, pictures)) % 4, really)
    return features, really, labels, flipped


def one_hot(labels) -> np.ndarray:
    return np.eye(len(CLASSES), dtype=np.float32)[labels]


def asked(features, targets, *, several: bool = False, groups=None):
    return ask(
        Evidence(
            features=features,
            targets=targets,
            groups=np.arange(len(features)) if groups is None else groups,
            classes=CLASSES,
            several=several,
        )
    )


def samples_of(targets) -> list[Sample]:
    return [
        Sample(path=f"{row}.jpg", sha256=f"{row:064}", width=8, height=8, label="bolt", split=Split.TRAIN)
        for row in range(len(targets))
    ]


@pytest.fixture(scope="module")
def found():
    features, really, labels, flipped = shown()
    answers = asked(features, one_hot(labels))
    assert answers is not None
    return answers, really, labels, flipped


def test_flipped_labels_are_found_and_the_right_class_is_suggested(found):
    answers, really, labels, flipped = found
    targets = one_hot(labels) > 0
    told = doubts(answers.probabilities, targets)
    likely = told.wrong >= 0.5
    assert (likely & flipped).sum() / likely.sum() > 0.9
    assert (likely & flipped).sum() / flipped.sum() > 0.9
    assert told.share == pytest.approx(FLIPPED, abs=0.01)
    listed = issues(told, targets, samples_of(targets), CLASSES)
    assert len(listed) == likely.sum() + NEARLY
    assert [one.score for one in listed] == sorted((one.score for one in listed), reverse=True)
    first = listed[0]
    row = int(first.sha256)
    assert flipped[row]
    assert (first.given, first.suggested) == ((CLASSES[labels[row]],), (CLASSES[really[row]],))
    assert first.suggested_probability > 0.9 > 0.1 > first.given_probability


def test_the_score_is_by_the_rule_of_bayes():
    """With the fitted share and sharpness, by hand, for the first picture."""
    random = np.random.default_rng(1)
    probabilities = random.dirichlet((4, 1, 1, 1), 300).astype(np.float32)
    targets = one_hot(np.zeros(300, dtype=int)) > 0
    told = doubts(probabilities, targets)
    own = told.likely[0, 0]
    slip = told.share / 3 * (1 - own)
    assert told.wrong[0] == pytest.approx(slip / (slip + (1 - told.share) * own))


def test_guesses_accuse_nobody():
    features, _, labels, _ = shown(400, apart=0.0)
    targets = one_hot(labels)
    answers = asked(features, targets)
    told = doubts(answers.probabilities, targets > 0)
    assert not (told.wrong >= 0.5).any()


def test_of_several_classes_the_flipped_yes_or_no_is_found():
    random = np.random.default_rng(2)
    really = random.random((600, 4)) < 0.4
    features = (really @ random.normal(0, 3, (4, 12)) + random.normal(0, 1, (600, 12))).astype(np.float32)
    flipped = np.zeros_like(really)
    rows = random.choice(600, 30, replace=False)
    flipped[rows, random.integers(4, size=30)] = True
    targets = really ^ flipped
    answers = asked(features, targets.astype(np.float32), several=True)
    told = doubts(answers.probabilities, targets, several=True)
    likely = told.wrong >= 0.5
    assert (likely & flipped.any(axis=1)).sum() / likely.sum() > 0.9
    assert (likely & flipped.any(axis=1)).sum() / 30 > 0.8
    first = issues(told, targets, samples_of(targets), CLASSES)[0]
    row = int(first.sha256)
    assert first.suggested == tuple(name for name, there in zip(CLASSES, really[row], strict=True) if there)
    assert first.given_probability + first.suggested_probability == pytest.approx(1)


def test_a_class_of_a_single_series_is_not_judged():
    features, _, labels, _ = shown(200)
    groups = np.arange(200)
    groups[labels == 3] = 1_000
    answers = asked(features, one_hot(labels), groups=groups)
    assert (answers.judged == (labels != 3)).all()
    alone = asked(features, one_hot(np.zeros(200, dtype=int)), groups=np.zeros(200, dtype=int))
    assert alone is None


def test_pictures_that_another_model_knows_better_are_told_by_it(found):
    answers, really, labels, _ = found
    targets, rows = one_hot(labels) > 0, np.arange(0, 800, 4)
    sure = np.full((200, 4), 0.001, np.float32)
    sure[np.arange(200), really[rows]] = 0.997
    told, better = doubts(answers.probabilities, targets), doubts(sure, targets[rows])
    both = told_better(told, better, rows)
    assert (both.wrong[rows] == better.wrong).all()
    others = np.setdiff1d(np.arange(800), rows)
    assert (both.wrong[others] == told.wrong[others]).all()
    assert both.share == pytest.approx(0.75 * told.share + 0.25 * better.share)


def test_agreement_is_the_share_of_labels_named():
    said = np.array([[0.7, 0.3], [0.6, 0.4], [0.1, 0.9]], np.float32)
    targets = np.array([[True, False], [False, True], [False, True]])
    assert agreement(said, targets, several=False) == pytest.approx(2 / 3)
    assert agreement(said, targets | (said > 0.5), several=True) == pytest.approx(2 / 3)
