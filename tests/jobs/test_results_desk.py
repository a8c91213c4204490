"""Answers of a run whose rule minds costs: what its scores count, and what it would say."""

from __future__ import annotations

import pytest

from core.domain.dataset import Split
from core.domain.decision import Cost, Decision
from core.domain.errors import DatasetError
from core.domain.report import Answer
from core.domain.review import Judgement, VerdictKind
from core.jobs.studio import Studio
from tests.jobs.made_run import judged_run

# bolts and nuts in turn: the third is a bolt taken for a nut, the second and the last are right
LIKELY = [(0.9, 0.1), (0.2, 0.8), (0.3, 0.7), (0.1, 0.9)]
DEAR = Decision(costs=(Cost(actual="bolt", said="nut", cost=10.0),))


@pytest.fixture(scope="module")
def run_id(studio: Studio) -> str:
    made = judged_run(studio, LIKELY)
    studio.decide(made, DEAR)
    return made


def told(found: tuple[Answer, ...]) -> dict[str, tuple[str, bool]]:
    return {one.path: (one.predicted, one.right) for one in found}


def test_pictures_are_shown_with_the_answer_that_put_them_there(studio: Studio, run_id: str) -> None:
    """A bolt taken for a nut stood among the mistakes, and in that cell, as a bolt rightly recognised."""
    wrong = {"bolt/2.jpg": ("nut", False)}
    assert studio.report(run_id).test.confusion == ((1, 1), (0, 2))
    assert told(studio.mistakes(run_id)) == wrong
    assert told(studio.answers(run_id, Split.TEST, actual="bolt", predicted="nut")) == wrong
    assert told(studio.answers(run_id, Split.TEST, actual="nut", predicted="nut")) == {
        "nut/1.jpg": ("nut", True),
        "nut/3.jpg": ("nut", True),
    }
    assert sum(one.right for one in studio.answers(run_id, Split.TEST)) == 3


def test_by_the_rule_costs_are_minded(studio: Studio, run_id: str) -> None:
    every = {
        "bolt/0.jpg": ("bolt", True),
        "bolt/2.jpg": ("bolt", True),
        "nut/1.jpg": ("bolt", False),
        "nut/3.jpg": ("bolt", False),
    }
    assert told(studio.ruled_answers(run_id, Split.TEST)) == every
    del every["bolt/0.jpg"]
    assert told(studio.changed(run_id, DEAR)) == every


def test_a_mistake_can_be_reviewed_whatever_mistakes_cost(studio: Studio, run_id: str) -> None:
    """The list said that the model was right, and the verdict that it was right was refused."""
    (one,) = studio.mistakes(run_id)
    with pytest.raises(DatasetError, match="whose mistake it is"):
        studio.judge(run_id, {one.sha256: Judgement(kind=VerdictKind.RIGHT)})
    assert not one.right
    studio.judge(run_id, {one.sha256: Judgement(kind=VerdictKind.MODEL_WRONG)})
    assert studio.error_budget(run_id).counts == ((VerdictKind.MODEL_WRONG, 1),)
