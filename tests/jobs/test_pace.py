"""The pace of imports, and what is left at that pace."""

from core.jobs.pace import Pace


def test_nothing_is_told_before_anything_moved():
    pace = Pace(now=lambda: 5.0)
    assert pace.rate(0) is None
    assert pace.seconds_left(0, 10) is None


def test_what_is_left_follows_the_pace_so_far():
    moments = iter([0.0, 1.0, 5.0, 5.0])
    pace = Pace(now=lambda: next(moments))
    assert pace.rate(0) is None
    assert pace.rate(1) is None
    assert pace.rate(9) == 2
    assert pace.seconds_left(9, 21) == 6


def test_what_was_known_already_took_no_time():
    """500 pictures were added to 10,000, and "a few seconds left" were told for minutes."""
    moments = iter([0.0, 2.0, 2.0, 12.0, 12.0])
    pace = Pace(now=lambda: next(moments))
    pace.rate(0)
    assert pace.rate(10_016) is None
    assert pace.seconds_left(10_016, 10_500) is None
    assert pace.rate(10_116) == 10
    assert pace.seconds_left(10_116, 10_500) == 38.4


def test_work_that_begins_anew_is_timed_anew():
    moments = iter([0.0, 10.0, 11.0, 13.0])
    pace = Pace(now=lambda: next(moments))
    assert [pace.rate(done) for done in (4, 24, 4, 14)] == [None, 2, None, 5]
