"""A further test against the run's own, checked with the worked example of the paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.domain.dataset import Split
from core.domain.further_test import FurtherTest
from core.domain.report import Interval, Scores
from core.domain.slices import Origin, Trait
from core.evaluation.further_words import (
    about_difference,
    about_turns,
    about_unseen,
    difference,
    how_turns,
    verdict,
)
from core.evaluation.intervals import wilson


def interval(correct: int, pictures: int) -> Interval:
    found = wilson(correct, pictures)
    assert found is not None
    return found


def scores(correct: int, pictures: int) -> Scores:
    return Scores(
        split=Split.TEST,
        pictures=pictures,
        correct=correct,
        accuracy=wilson(correct, pictures),
        macro_f1=None,
        per_class=(),
        confusion=(),
        roc=(),
    )


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [  # R. G. Newcombe 1998, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_range_is_that_of_the_paper(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
):
    found = difference(interval(*second), interval(*first))
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    turned = difference(interval(*first), interval(*second))
    assert (turned.low, turned.high) == (pytest.approx(-high, abs=5e-5), pytest.approx(-low, abs=5e-5))


@pytest.mark.parametrize(
    ("own", "further", "told"),
    [
        ((450, 500), (452, 500), "That is about what its own test promised."),
        ((18, 20), (7, 9), "That is about what its own test promised, as far as so few pictures can tell."),
        (
            (450, 500),
            (300, 500),
            "That is clearly worse than its own test: these pictures may be of another kind.",
        ),
        (
            (300, 500),
            (450, 500),
            "That is clearly better than its own test: these pictures may be easier ones.",
        ),
        ((0, 0), (5, 9), ""),
    ],
)
def test_the_verdict_goes_by_more_than_luck(own: tuple[int, int], further: tuple[int, int], told: str):
    assert verdict(scores(*own), scores(*further)) == told


def test_the_difference_is_told_with_its_range():
    told = about_difference(scores(48, 80), scores(56, 70))
    assert told == "+20 percentage points against its own test; in truth between +5 and +34."
    assert about_difference(scores(56, 70), scores(48, 80)).startswith("\N{MINUS SIGN}20 percentage points")
    assert about_difference(scores(0, 0), scores(48, 80)) == ""


@pytest.mark.parametrize(
    ("own", "checked", "told"),
    [
        ((25, 30), (170, 200), "It bears out its own test. With all pictures judged the range is narrower"),
        ((30, 30), (150, 200), "Its own test was a lucky draw"),
        ((15, 30), (180, 200), "Its own test was an unlucky draw"),
        ((180, 200), (182, 200), "It bears out its own test."),
        ((0, 0), (5, 9), ""),
    ],
)
def test_a_cross_check_says_whether_its_own_test_was_lucky(
    own: tuple[int, int], checked: tuple[int, int], told: str
):
    said = about_turns(scores(*own), scores(*checked))
    assert said.startswith(told)
    assert bool(said) == bool(told)


def unseen_test(origins: int) -> FurtherTest:
    return FurtherTest(
        id="t",
        run_id="r",
        name="Each camera unseen",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        pictures=100,
        turns=5,
        unseen=Origin(trait=Trait.CAMERA),
        origins=origins,
    )


@pytest.mark.parametrize(
    ("own", "unseen", "told"),
    [
        ((450, 500), (452, 500), "It holds for a new camera: it is about as good there as its own test"),
        ((18, 20), (7, 9), "Whether it is as good for a new camera, these pictures cannot tell for sure."),
        ((450, 500), (300, 500), "For a new camera it is clearly worse than its own test promised: expect"),
    ],
)
def test_what_unseen_origins_say_of_the_own_test(own: tuple[int, int], unseen: tuple[int, int], told: str):
    said = about_unseen(scores(*own), scores(*unseen), unseen_test(7))
    assert said.startswith(told)
    assert "Only" not in said
    assert "Only 3 were judged" in about_unseen(scores(*own), scores(*unseen), unseen_test(3))


def test_how_turns_were_made_is_told():
    assert how_turns(unseen_test(7)).endswith(
        "each judged on pictures from a camera of which it had seen nothing."
    )
    plain = replace(unseen_test(0), unseen=None)
    assert how_turns(plain).endswith("each judged on pictures it had not seen.")
    assert about_unseen(scores(9, 10), scores(9, 10), plain) == ""
