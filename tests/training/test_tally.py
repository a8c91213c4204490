"""Figures of an epoch, counted by picture, wherever it was computed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score

from core.models.outputs import Outputs
from core.training.objective import Objective, one_hot
from core.training.tally import Judged, Tally, noticed
from tests.on_graphics import placed

LOGITS = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 0.0]])
TARGETS = one_hot(torch.tensor([0, 1, 1]), 2)
GOAL = Objective(outputs=Outputs(classes=2), class_weights=torch.tensor([1.0, 3.0]))


def test_parts_of_a_batch_are_counted_by_picture():
    losses = GOAL.losses(LOGITS, TARGETS)
    parts = [noticed(losses[at], LOGITS[at], TARGETS[at], GOAL) for at in (slice(0, 2), slice(2, 3))]
    tally = Tally.of(parts)
    assert (tally.pictures, tally.correct) == (3, 2)
    assert tally.loss == pytest.approx(float(losses.sum()))
    assert tally.judged == pytest.approx(float(GOAL.judged(LOGITS, TARGETS).sum()))


def test_losses_leave_the_device_before_they_become_doubles():
    """Every run on an Apple GPU failed here."""
    goal = Objective(outputs=Outputs(classes=2), class_weights=placed(torch.ones(2)))
    logits, targets = placed(LOGITS), placed(TARGETS)
    tally = Tally.of([noticed(goal.losses(logits, targets), logits, targets, goal)])
    assert tally.accuracy == pytest.approx(2 / 3)


def test_the_first_of_two_heads_is_the_one_that_counts():
    losses = GOAL.losses((LOGITS, LOGITS), TARGETS)
    assert Tally.of([noticed(losses, (LOGITS, -LOGITS), TARGETS, GOAL)]).correct == 2


def judged(answers: np.ndarray, targets: np.ndarray) -> Judged:
    losses = torch.zeros(len(targets))
    return Judged.of(losses, torch.from_numpy(answers).float(), torch.from_numpy(targets).float())


def test_macro_f1_of_a_single_class_is_its_own():
    """By hand: 3 of 4 are found and none is named wrongly, so 6 / 7. It was told as 0.43, the mean with 0."""
    targets = np.eye(2, dtype=int)[[1, 1, 1, 1]]
    assert judged(np.eye(2, dtype=int)[[1, 1, 1, 0]], targets).macro_f1 == pytest.approx(6 / 7)


@pytest.mark.parametrize("several", [False, True])
def test_macro_f1_is_that_of_scikit_learn_over_the_classes_that_have_pictures(several):
    random = np.random.default_rng(0)
    answers, targets = (
        random.integers(0, 2, (50, 4)) if several else np.eye(4, dtype=int)[random.integers(0, 4, 50)]
        for _ in range(2)
    )
    targets[:, 2] = 0
    expected = f1_score(targets[:, [0, 1, 3]], answers[:, [0, 1, 3]], average="macro")
    assert judged(answers, targets).macro_f1 == pytest.approx(expected)


def test_without_any_class_there_is_no_f1_to_reach():
    assert judged(np.ones((2, 3)), np.zeros((2, 3))).macro_f1 == 0.0
