"""The course of the rate: a function of the step alone."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from core.domain.choices import Schedule
from core.training.schedule import Course


def course(kind: Schedule, *, steps: int = 50, warm_up: float = 0.3) -> Course:
    return Course(kind=kind, steps=steps, warm_up=warm_up)


@pytest.mark.parametrize(("steps", "warm_up"), [(50, 0.3), (8, 0.2), (200, 0.5)])
def test_one_cycle_is_that_of_pytorch_in_rate_and_momentum(steps, warm_up):
    optimizer = torch.optim.AdamW(nn.Linear(2, 2).parameters(), lr=0.1)
    reference = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.1, total_steps=steps, pct_start=warm_up
    )
    ours = course(Schedule.ONE_CYCLE, steps=steps, warm_up=warm_up)
    for step in range(steps):
        group = optimizer.param_groups[0]
        assert 0.1 * ours.factor(step) == pytest.approx(group["lr"], rel=1e-6)
        assert ours.momentum(step) == pytest.approx(group["betas"][0], rel=1e-6)
        optimizer.step()
        if step < steps - 1:
            reference.step()


def test_cosine_warms_up_to_the_peak_and_falls_to_nothing():
    ours = course(Schedule.COSINE, steps=50, warm_up=0.2)
    factors = [ours.factor(step) for step in range(50)]
    assert factors[:10] == sorted(factors[:10])
    assert factors[9] == pytest.approx(1.0)
    assert factors[9:] == sorted(factors[9:], reverse=True)
    assert factors[-1] == pytest.approx(0.0, abs=1e-9)


def test_a_constant_rate_stays_once_it_is_warm():
    ours = course(Schedule.CONSTANT, steps=50, warm_up=0.2)
    assert all(ours.factor(step) == 1.0 for step in range(9, 50))
    assert ours.factor(0) < 0.2


@pytest.mark.parametrize("kind", list(Schedule))
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_stages_of_a_few_steps_have_rates_between_nothing_and_the_peak(kind, steps):
    factors = [course(kind, steps=steps).factor(step) for step in range(steps)]
    assert all(0 <= factor <= 1 for factor in factors)
    assert max(factors) > 0


def test_only_one_cycle_moves_the_momentum():
    assert course(Schedule.COSINE).momentum(3) is None
    assert course(Schedule.CONSTANT).momentum(3) is None
