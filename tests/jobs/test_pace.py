"""The pace of imports, and what is left at that pace."""

from core.jobs.pace import Pace


def test_nothing_is_told_before_anything_moved():
    pace = Pace(now=lambda: 5.0)
    assert pace.rate(0) is None
    assert pace.seconds_left(0, 10) is None


def test_what_is_left_follows_the_pace_so_far():
    moments = iter([0.0, 4.0, 4.0])
    pace = Pace(now=lambda: next(moments))
    pace.rate(0)
    assert pace.rate(8) == 2
    assert pace.seconds_left(8, 20) == 6
