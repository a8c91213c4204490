"""What the curves say about learning by heart and learning too little."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.domain.run import EpochRow, Run, RunStatus
from tests.ui.fake_studio import FakeStudio
from ui.fit_words import about_fit

Epoch = tuple[float, float, float, float]  # training loss and accuracy, validation loss and accuracy


def run_of(epochs: Sequence[Epoch], status: RunStatus = RunStatus.DONE) -> Run:
    made = FakeStudio("done").runs_[0]
    pattern = made.history[0]
    rows = tuple(_row(pattern, number, values) for number, values in enumerate(epochs, start=1))
    return replace(made, history=rows, status=status)


def _row(pattern: EpochRow, number: int, values: Epoch) -> EpochRow:
    train_loss, train_accuracy, val_loss, val_accuracy = values
    return replace(
        pattern,
        epoch=number,
        train_loss=train_loss,
        train_accuracy=train_accuracy,
        val_loss=val_loss,
        val_accuracy=val_accuracy,
    )


GOOD = [(1.0, 0.6, 1.0, 0.6), (0.5, 0.85, 0.5, 0.85), (0.3, 0.92, 0.32, 0.91), (0.25, 0.94, 0.3, 0.92)]
GOOD += [(0.24, 0.94, 0.301, 0.92), (0.23, 0.94, 0.3, 0.92)]


def test_curves_that_go_together_need_no_advice():
    assert about_fit(run_of(GOOD)) is None


def test_a_loss_that_rises_again_is_learning_by_heart_and_the_best_is_named():
    rising = [(0.2, 0.95, 0.4, 0.9), (0.1, 0.97, 0.45, 0.9), (0.05, 0.99, 0.5, 0.89)]
    advice = about_fit(run_of(GOOD + rising))
    assert advice is not None
    assert "by heart (overfitting)" in advice.finding
    assert "right on 99 % of the training pictures, but on 89 % of the validation" in advice.finding
    assert "epoch 4, before it got worse" in advice.finding
    assert "More pictures help most" in advice.suggestion


def test_a_wide_gap_is_learning_by_heart_although_the_loss_falls():
    wide = [(1.0 / n, min(0.99, 0.7 + n / 10), 1.2 / n**0.3, 0.7) for n in range(1, 7)]
    advice = about_fit(run_of(wide))
    assert advice is not None
    assert "right on 99 % of the training pictures, but on 70 %" in advice.finding


def test_a_run_that_was_still_getting_better_wants_more_epochs():
    falling = [(1.2 / n, 0.5 + n / 20, 1.3 / n, 0.5 + n / 20) for n in range(1, 7)]
    advice = about_fit(run_of(falling))
    assert advice is not None
    assert "still getting better when it ended" in advice.finding
    for status in (RunStatus.RUNNING, RunStatus.PAUSED, RunStatus.STOPPED):
        assert about_fit(run_of(falling, status)) is None


def test_a_run_that_hardly_learns_is_told_so():
    flat = [(1.09, 0.4, 1.1, 0.38)] * 8
    advice = about_fit(run_of(flat))
    assert advice is not None
    assert "It hardly learns (underfitting)" in advice.finding
    assert "only 40 % are answered right" in advice.finding


@pytest.mark.parametrize("epochs", [GOOD[:4], [], [(math.nan, 0.5, math.nan, 0.5)] * 9])
def test_without_enough_epochs_nothing_is_said(epochs):
    assert about_fit(run_of(epochs)) is None
