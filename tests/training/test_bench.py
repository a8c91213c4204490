from __future__ import annotations

import pytest

from core.training.bench import undisturbed


def test_one_disturbed_step_does_not_count():
    assert undisturbed([1.0, 1.0, 1.0, 10.0]) == 1.0


def test_most_steps_may_be_disturbed_somewhat():
    assert undisturbed([1.0, 1.2, 3.0, 2.0, 9.0]) == pytest.approx(1.2)


def test_a_single_time_is_what_there_is():
    assert undisturbed([2.5]) == 2.5
