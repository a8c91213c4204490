from __future__ import annotations

from core.domain.outlook import BackboneLook
from core.domain.report import Interval
from core.training.recommend import ranked, recommend, rivals


def look(title: str, accuracy: float, speed: float, *, reach: float = 0.02) -> BackboneLook:
    return BackboneLook(
        key=title.lower(),
        title=title,
        accuracy=Interval(value=accuracy, low=accuracy - reach, high=accuracy + reach),
        pictures_per_second=speed,
        parameters=1,
    )


def test_a_clearly_better_one_wins_however_slow():
    chosen = recommend([look("Fast", 0.80, 200), look("Good", 0.90, 20)])
    assert chosen.key == "good"
    assert chosen.reason == "Good tells your classes apart best of the 2 that are ready."


def test_within_the_error_bar_of_the_best_the_quicker_one_wins():
    chosen = recommend([look("Fast", 0.89, 200), look("Good", 0.90, 20), look("Bad", 0.5, 900)])
    assert chosen.key == "fast"
    assert (
        chosen.reason == "Fast is as good as Good as far as your pictures can tell, and 10.0 times as fast."
    )


def test_a_hair_quicker_is_no_reason():
    assert recommend([look("Fast", 0.89, 105), look("Good", 0.90, 100)]).key == "good"


def test_the_only_one_is_told_as_such():
    reason = recommend([look("Lite", 0.9, 100)]).reason
    assert reason == "Lite is the only backbone that is ready on this computer."


def test_equal_ones_stand_by_their_speed():
    assert [one.title for one in ranked([look("A", 0.9, 1), look("B", 0.9, 2), look("C", 0.95, 1)])] == [
        "C",
        "B",
        "A",
    ]


def test_rivals_reach_into_the_error_bar_of_the_best():
    looks = [look("Best", 0.9, 10), look("Near", 0.885, 50), look("Far", 0.7, 99)]
    assert [one.title for one in rivals(looks, "near")] == ["Best"]
    assert [one.title for one in rivals(looks, "best")] == ["Near"]
    assert [one.title for one in rivals(looks, "far")] == ["Best", "Near"]
    assert rivals([], "best") == ()
