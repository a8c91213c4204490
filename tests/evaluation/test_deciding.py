"""How close a picture is to a limit of the rule."""

from __future__ import annotations

import numpy as np
import pytest

from core.domain.decision import Decision
from core.evaluation.deciding import at_a_limit

SURE = np.array([0.9, 0.9009, 0.8989, 0.5])
STRANGE = np.array([0.1, 0.1, 0.1, 0.2995], np.float32)


@pytest.mark.parametrize(
    ("rule", "near"),
    [
        (Decision(), [False, False, False, False]),
        (Decision(least_sure=0.9), [True, True, False, False]),
        (Decision(farthest=0.3), [False, False, False, True]),
        (Decision(least_sure=0.9, farthest=0.3), [True, True, False, True]),
    ],
)
def test_finds_pictures_close_to_a_limit_on_either_side(rule: Decision, near: list[bool]) -> None:
    assert at_a_limit(rule, SURE, STRANGE, within=0.001).tolist() == near


def test_without_a_memory_no_picture_is_strange() -> None:
    assert not at_a_limit(Decision(farthest=0.3), SURE, None, within=0.001).any()
