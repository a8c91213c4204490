"""Figures of an epoch, counted by picture, wherever it was computed."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

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


def test_an_answer_is_right_where_all_of_its_classes_are():
    likely, targets = torch.tensor([[0.9, 0.4], [0.6, 0.5]]), torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    goal = replace(GOAL, outputs=Outputs(classes=2, several=True))
    judged = Judged.of(torch.tensor([0.5, 1.0]), likely, targets, goal)
    assert (judged.loss, judged.accuracy, judged.probabilities) == (0.75, 0.5, likely)
    one = Judged.of(torch.tensor([0.5, 1.0]), likely, targets, replace(GOAL, outputs=Outputs(classes=2)))
    assert one.accuracy == 1.0
