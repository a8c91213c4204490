from __future__ import annotations

import pytest
import torch

from core.training import head_trial
from core.training.head_trial import ROWS, exact_seconds


@pytest.mark.parametrize(("outputs", "softmax"), [(1, False), (2, False), (3, True), (40, True)])
def test_steps_of_every_kind_of_head_take_time_and_no_randomness(outputs: int, softmax: bool):
    before = torch.get_rng_state()
    step, row = exact_seconds(16, outputs, softmax=softmax)
    assert step >= 0
    assert row >= 0
    assert step + row > 0
    assert torch.equal(torch.get_rng_state(), before)


def test_two_sizes_give_the_line_between_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(head_trial, "_step", lambda rows, *_, softmax: 0.5 + 0.01 * rows)
    assert exact_seconds(16, 3, softmax=True) == (pytest.approx(0.5), pytest.approx(0.01))


def test_a_disturbed_clock_never_makes_rows_earn_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(head_trial, "_step", lambda rows, *_, softmax: 1.0 if rows == ROWS[0] else 0.5)
    assert exact_seconds(16, 3, softmax=True) == (1.0, 0.0)
