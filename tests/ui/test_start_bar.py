from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.fake_results import TWO_MINUTES
from ui.components.start_bar import in_words
from ui.components.time_limit import CHOICES
from ui.components.time_limit import in_words as limit_in_words
from ui.words import rough_duration


def test_minutes_and_room_are_told():
    assert in_words(TWO_MINUTES) == (
        "On this computer: 1 to 3 minutes. It needs about 1.2 GB of memory and 0.3 GB of disk."
    )


def test_what_may_stop_early_is_told_as_such():
    told = in_words(replace(TWO_MINUTES, at_most=True, disk_bytes=0))
    assert (
        told
        == "On this computer: 1 to 3 minutes, if it does not stop early. It needs about 1.2 GB of memory."
    )


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.3, 0.9, "up to 1 second"),
        (3.2, 5.1, "3 to 6 seconds"),
        (12, 21, "10 to 25 seconds"),
        (31, 55, "30 to 60 seconds"),
        (70, 130, "1 to 3 minutes"),
        (20, 95, "up to 2 minutes"),
    ],
)
def test_a_span_is_as_rough_as_it_is_known(low: float, high: float, words: str):
    assert rough_duration(low, high) == words


def test_limits_are_offered_in_words():
    assert [limit_in_words(minutes) for minutes in CHOICES][:3] == [
        "As long as it takes",
        "At most 2 minutes",
        "At most 5 minutes",
    ]
    assert limit_in_words(60) == "At most 1 hour"
    assert limit_in_words(180) == "At most 3 hours"
