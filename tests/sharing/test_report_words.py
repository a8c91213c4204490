"""The sentences of reports and model cards."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.domain.decision import Decision
from core.domain.report import Interval
from core.sharing.report_words import NO_FIGURE, day, figure, learnt_from, limits, listed, plain, share
from tests.sharing.made_report import contents

ROUGH = Interval(value=0.9444, low=0.91019, high=0.96501)


def test_ranges_are_rounded_outward():
    assert share(ROUGH) == "94.4 % (91.0 to 96.6)"
    assert figure(0.9444, ROUGH) == "0.94 (0.91 to 0.97)"
    assert figure(0.29, Interval(value=0.29, low=0.29, high=0.29)) == "0.29 (0.29 to 0.29)"


def test_what_is_undefined_is_a_dash_and_never_0():
    assert figure(None) == share(None) == NO_FIGURE


@pytest.mark.parametrize(
    ("names", "told"),
    [(("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c"), ((), "")],
)
def test_names_are_listed_as_people_do(names: tuple[str, ...], told: str):
    assert listed(names) == told


def test_of_very_many_names_the_first_are_listed():
    assert listed([str(n) for n in range(20)], most=2) == "0, 1 and 18 more"


def test_text_cannot_turn_around_what_follows_it():
    assert plain("a\u202eb\nc\x00\ud800") == "ab c\ufffd\ufffd"


def test_it_is_told_what_it_learnt_from_and_was_judged_on():
    assert learnt_from(contents()) == (
        "It learnt from 180 pictures on 1 March 2026. 30 others helped to see when to stop, and 60 were kept "
        "aside: it has never learnt from these, and the figures below are about them."
    )


def test_few_test_pictures_are_a_limit():
    told = " ".join(limits(contents()))
    assert "It was tested on 60 pictures only. That is why the ranges are wide." in told
    assert "fewer than 30 pictures" in told


def test_a_promise_holds_only_for_pictures_like_these():
    made = contents()
    promised = replace(made.prospect, decision=Decision(most_wrong=0.1, promised=True, least_sure=0.5))
    assert any(
        "only while new pictures are like the validation pictures" in one
        for one in limits(replace(made, prospect=promised))
    )
    aimed = replace(made.prospect, decision=Decision())
    assert any("is not promised" in one for one in limits(replace(made, prospect=aimed)))


@pytest.mark.parametrize(
    ("zone", "told"),
    [("UTC0", "31 December 2026"), ("TST-9", "1 January 2027"), ("TST+12", "31 December 2026")],
)
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system has one time zone per machine")
def test_a_day_is_that_of_this_machine(zone: str, told: str, monkeypatch: pytest.MonkeyPatch):
    """East of Greenwich a report told the day before, beside the right one on the screens."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert day(datetime(2026, 12, 31, 20, tzinfo=UTC)) == told
    finally:
        monkeypatch.undo()
        time.tzset()
