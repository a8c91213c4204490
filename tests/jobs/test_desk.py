"""What all desks share: one figure of how sure the model is, wherever a picture is shown."""

from __future__ import annotations

import csv
import io

import pytest

from core.domain.dataset import Split
from core.domain.decision import Decision
from core.domain.report import Answer, Doubt
from core.jobs.studio import Studio
from core.sharing.tables import not_inert
from tests.jobs.made_run import judged_run

LIKELY = [(0.9, 0.1), (0.1, 0.9), (0.2, 0.8), (0.6, 0.4), (0.9, 0.1), (0.05, 0.95)]
ROWS = range(len(LIKELY))


@pytest.fixture(scope="module")
def run_id(studio: Studio) -> str:
    """A run that was too sure: 9 to 1 is 3 to 1 with a temperature of 2. It declines below 70 %."""
    made = judged_run(studio, LIKELY)
    studio.decide(made, Decision(temperature=2.0, least_sure=0.7))
    return made


def sure(found: tuple[Answer, ...]) -> dict[str, float]:
    return {one.path: round(one.confidence, 4) for one in found}


def test_every_desk_tells_how_sure_it_is_by_the_same_temperature(studio: Studio, run_id: str) -> None:
    """Where it is worse, Compare and right answers to review told 90 % where all else told 75 %."""
    shown = sure(studio.answers(run_id, Split.TEST))
    assert sorted(shown.values()) == [0.5505, 0.6667, 0.75, 0.75, 0.75, 0.8134]
    assert sure(studio.slice_answers(run_id, ROWS)) == shown
    drawn = sure(studio.right_sample(run_id, len(LIKELY)))
    assert drawn.items() <= shown.items()
    assert len(drawn) == 4
    listed = list(csv.DictReader(io.StringIO(studio.verdicts_csv(run_id))))
    assert {not_inert(one["file"]): float(one["confidence"]) for one in listed}.items() <= shown.items()
    found = studio.compare(judged_run(studio, LIKELY), run_id)
    pairs = (*found.both_right, *found.still_wrong)
    assert sure(tuple(pair.after for pair in pairs)) == shown
    assert {round(pair.before.confidence, 4) for pair in pairs} == {0.6, 0.8, 0.9, 0.95}


def test_a_slice_tells_which_pictures_are_left_to_a_person(studio: Studio, run_id: str) -> None:
    def doubts(found: tuple[Answer, ...]) -> dict[str, Doubt | None]:
        return {one.path: one.doubt for one in found}

    shown = doubts(studio.answers(run_id, Split.TEST))
    assert list(shown.values()).count(Doubt.NOT_SURE) == 2
    assert doubts(studio.slice_answers(run_id, ROWS)) == shown
    assert doubts(studio.right_sample(run_id, len(LIKELY))).items() <= shown.items()
