"""The verdict in words, and settings as a person reads them."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import pytest

from core.domain.choices import Augmentation, HeadSolver
from core.domain.comparison import Comparison, Difference
from core.domain.config import TrainConfig
from core.domain.setting import settings_of
from core.evaluation.compare import Contender, compare
from core.evaluation.compare_words import about_difference, about_series, how_rarely, verdict
from core.evaluation.setting_words import CHOICES, changed_settings, in_words
from tests.evaluation.made import answered


def compared(both: int, broken: int, fixed: int, neither: int = 0) -> Comparison:
    """Return the comparison that has these counts."""
    was = [True] * (both + broken) + [False] * (fixed + neither)
    now = [True] * both + [False] * broken + [True] * fixed + [False] * neither
    one, two = (
        Contender(
            run_id=name,
            name=name,
            classes=("dirt", "rust"),
            predictions=answered([(0, 0 if right else 1) for right in marks], 2),
        )
        for name, marks in (("Run 1", was), ("Run 2", now))
    )
    return compare(one, two)


def test_a_clear_difference_is_one():
    assert verdict(compared(260, 4, 30, 6)) == (
        "Run 2 is better: it fixes 30 and breaks 4 of 300; so clear a difference comes by luck in fewer "
        "than 1 of 1,000 cases."
    )


def test_so_is_one_for_the_worse():
    assert verdict(compared(80, 12, 2, 6)) == (
        "Run 2 is worse: it fixes 2 and breaks 12 of 100; so clear a difference comes by luck in about 1 of "
        "100 cases."
    )


def test_what_could_be_luck_says_how_many_pictures_would_settle_it():
    """(1.95996 sqrt(s) + 0.84162 sqrt(s - d²))² / d² with s = 21 / 100 and d = 5 / 100 is 656.9; 557 more."""
    assert verdict(compared(70, 8, 13, 9)) == (
        "Run 2 fixes 13 pictures and breaks 8: that could be luck. If it goes on like this, about 560 more "
        "test pictures would settle it."
    )


@pytest.mark.parametrize(("broken", "fixed", "word"), [(0, 5, "better"), (5, 0, "worse")])
def test_what_luck_may_bring_and_the_range_leaves_out_is_borderline(broken, fixed, word):
    """It "could be luck", and right below it lay in truth between +0.5 and +16.4 points."""
    found = compared(40, broken, fixed, 15)
    assert found.chance > 0.05
    ends = "between +0.5 and +16.4." if fixed else "and \N{MINUS SIGN}0.5."
    assert about_difference(found).endswith(ends)
    assert verdict(found) == (
        f"Run 2 fixes {fixed} pictures and breaks {broken}: borderline; it is probably {word}, but not "
        "proved. If it goes on like this, about 32 more test pictures would settle it."
    )


def test_a_clear_test_with_a_range_around_nothing_is_borderline_too():
    found = replace(compared(40, 0, 8, 12), difference=Difference(value=0.13, low=-0.01, high=0.3))
    assert verdict(found) == (
        "Run 2 fixes 8 pictures and breaks 0: borderline; it is probably better, but not proved."
    )


def test_what_no_one_can_settle_is_told_as_near():
    """2.8016² · 21 · 269 is 44,340 pictures, for one more that is broken than fixed."""
    assert verdict(compared(241, 11, 10, 7)) == (
        "Run 2 fixes 10 pictures and breaks 11: that could be luck. They are so near to each other that it "
        "would take about 45,000 more test pictures to tell."
    )


def test_as_many_fixed_as_broken_is_settled_by_no_number():
    assert verdict(compared(20, 1, 1, 3)) == (
        "Run 2 fixes 1 picture and breaks 1: that could be luck. With as many fixed as broken, more test "
        "pictures would say the same."
    )


def test_a_difference_that_cannot_matter_is_told_as_none():
    assert verdict(compared(2880, 9, 12, 99)) == (
        "Run 2 fixes 12 and breaks 9 of 3,000: practically no difference."
    )


def test_the_same_answers_are_told_as_such():
    assert verdict(compared(18, 0, 0, 2)) == (
        "No difference: both runs are right and wrong on the same 20 pictures."
    )


def test_one_picture_is_told_too():
    assert verdict(compared(0, 0, 1)).startswith("Run 2 fixes 1 picture and breaks 0: that could be luck.")


def test_the_difference_has_its_range_rounded_outward():
    found = compared(260, 4, 30, 6)
    told = about_difference(found)
    assert told.startswith("+8.7 percentage points on these pictures; in truth between +")
    low, high = (float(part.strip("+.")) / 100 for part in told.split("between ")[1].split(" and "))
    assert low <= found.difference.low < low + 0.0011
    assert high - 0.0011 < found.difference.high <= high
    assert about_difference(compared(18, 0, 0, 2)).startswith("0 percentage points")


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.0004, "fewer than 1 of 1,000 cases"),
        (0.0041, "about 4 of 1,000 cases"),
        (0.034, "about 3 of 100 cases"),
    ],
)
def test_luck_is_told_in_cases(chance, words):
    assert how_rarely(chance) == words


def test_series_are_told_and_more_of_them_asked_for():
    plain = compared(70, 8, 13, 9)
    found = replace(plain, groups=31)
    assert verdict(found).endswith("about 560 more test pictures, in series like these, would settle it.")
    assert about_series(found) == (
        "Some of the 100 pictures belong to one series and are answered alike: luck and ranges are those of "
        "31 series and single pictures."
    )
    assert about_series(plain) == ""


def test_only_settings_that_differ_are_told_in_the_order_of_the_form():
    plain = TrainConfig()
    other = replace(
        plain,
        backbone="resnet18",
        mirror=not plain.mirror,
        augmentation=Augmentation.TRIVIAL,
        head_solver=HeadSolver.ADAMW,
        fine_tune_learning_rate=0.00025,
    )
    changes = changed_settings(plain, other)
    assert [(change.title, change.after) for change in changes] == [
        ("Backbone", "ResNet-18"),
        ("Fitting the head", "AdamW"),
        ("Learning rate of fine-tuning", "0.00025"),
        ("Strength of variations", "One random change each (TrivialAugment)"),
        ("Mirror left and right", in_words(other.mirror)),
    ]
    assert changed_settings(plain, plain) == ()


def test_for_how_long_several_ways_were_tried_is_no_difference():
    """Beside a training with what its search had chosen, minutes were told as a setting that differs."""
    chosen = replace(TrainConfig(), backbone="resnet18", search_minutes=30)
    again = replace(chosen, search_minutes=0)
    assert changed_settings(chosen, again) == ()
    assert [one.title for one in changed_settings(chosen, replace(again, seed=2))] == ["Seed"]


def test_every_choice_has_words():
    values = (getattr(TrainConfig(), name) for name in settings_of(TrainConfig))
    choices = {choice for value in values if isinstance(value, StrEnum) for choice in type(value)}
    assert choices <= set(CHOICES)


def test_every_setting_can_be_told():
    assert all(in_words(getattr(TrainConfig(), name)) for name in settings_of(TrainConfig))
    assert (in_words(True), in_words(2000), in_words(1e-05)) == ("on", "2,000", "1e-05")
