from __future__ import annotations

import pytest

from core.domain.choices import Preset
from core.domain.forecast import (
    ClassGain,
    CurvePoint,
    Forecast,
    Gain,
    LearningCurve,
    LikelyConfusion,
    PowerLaw,
    ScoreRange,
)
from core.domain.report import Interval
from core.evaluation.forecast_words import expectation, expected_confusions, more_pictures, outcome


def expected(low: float, high: float, preset: Preset = Preset.QUICK) -> ScoreRange:
    return ScoreRange(preset=preset, low=low, likely=(low + high) / 2, high=high)


def told(
    *ranges: ScoreRange,
    accuracy: Interval | None = Interval(value=0.9, low=0.85, high=0.95),  # noqa: B008 - frozen
    confusions: tuple[LikelyConfusion, ...] = (),
    curve: LearningCurve | None = None,
) -> Forecast:
    return Forecast(
        pictures=200,
        series=180,
        test_pictures=30 if ranges else 0,
        accuracy=accuracy,
        ranges=ranges,
        confusions=confusions,
        curve=curve,
    )


def curve(doubled: Gain | None = None, **classes: tuple[float, float, float] | None) -> LearningCurve:
    return LearningCurve(
        points=(CurvePoint(pictures=160, accuracy=0.9),),
        law=PowerLaw(scale=1.0, exponent=0.5, floor=0.0),
        doubled=doubled,
        classes=tuple(
            ClassGain(
                name=name,
                support=50,
                f1=0.9,
                gain=None if gain is None else Gain(low=gain[0], likely=gain[1], high=gain[2]),
            )
            for name, gain in classes.items()
        ),
    )


@pytest.mark.parametrize(
    ("low", "high", "sentence"),
    [
        (0.912, 0.957, "Expect about 91 to 96 of 100 right."),
        (0.29, 0.31, "Expect about 29 to 31 of 100 right."),  # 0.29 * 100 is 28.999999999999996
        (0.533, 0.75, "Expect about 50 to 75 of 100 right."),
        (0.71, 1.0, "Expect about 70 to 100 of 100 right."),
        (0.98, 0.98, "Expect about 98 of 100 right."),
    ],
)
def test_a_range_is_told_as_the_pictures_can_carry_it(low, high, sentence):
    assert expectation(told(expected(low, high)), Preset.QUICK) == sentence


def test_each_preset_has_its_own_range():
    found = told(expected(0.8, 0.9), expected(0.85, 0.97, Preset.BALANCED))
    assert expectation(found, Preset.BALANCED) == "Expect about 85 to 97 of 100 right."


def test_without_test_pictures_no_score_is_told():
    assert expectation(told(), Preset.QUICK) == (
        "There are no new pictures to judge it on, so no score can be told."
    )


def test_where_nobody_can_be_judged_nothing_is_told():
    assert expectation(told(accuracy=None), Preset.QUICK) == (
        "Nothing can be told yet: at least two classes need pictures of two series or more."
    )


def test_the_worst_confusions_are_told_first():
    confusions = tuple(
        LikelyConfusion(actual=actual, predicted=predicted, count=9, support=50)
        for actual, predicted in (("rust", "dirt"), ("dent", "ok"), ("ok", "dent"))
    )
    found = told(confusions=confusions)
    assert expected_confusions(found) == (
        "It will most often take “rust” for “dirt”.",
        "It will also take “dent” for “ok”.",
    )
    assert len(expected_confusions(found, most=5)) == 3
    assert expected_confusions(told()) == ()


def test_the_class_worth_more_pictures_is_named_and_one_that_is_not():
    found = curve(Gain(low=0.02, likely=0.03, high=0.04), rust=(0.03, 0.042, 0.06), ok=(0.0, 0.001, 0.004))
    assert more_pictures(told(curve=found)) == (
        "Twice as many pictures of “rust” would add about 4 points to its F1; more of “ok” almost nothing.",
        "Twice as many pictures of every class would add about 3 points to the score.",
    )


def test_a_gain_that_is_known_badly_is_told_as_a_range():
    found = curve(Gain(low=0.011, likely=0.05, high=0.075), rust=(0.02, 0.06, 0.13))
    assert more_pictures(told(curve=found)) == (
        "Twice as many pictures of “rust” would add about 2 to 13 points to its F1.",
        "Twice as many pictures of every class would add about 1 to 8 points to the score.",
    )


def test_one_point_is_one_point():
    found = curve(Gain(low=0.008, likely=0.011, high=0.02), rust=(0.005, 0.012, 0.02))
    assert more_pictures(told(curve=found)) == (
        "Twice as many pictures of “rust” would add about 1 point to its F1.",
        "Twice as many pictures of every class would add about 1 point to the score.",
    )


def test_what_may_as_well_be_nothing_is_not_promised():
    found = curve(Gain(low=0.0, likely=0.02, high=0.05), rust=(0.0, 0.03, 0.09), ok=(0.0, 0.0, 0.0))
    assert more_pictures(told(curve=found)) == (
        "More pictures of a single class would add almost nothing that can be told.",
        "Twice as many pictures of every class would add almost nothing that can be told.",
    )


def test_a_class_that_is_promised_little_does_not_hide_one_that_is_promised_more():
    """The largest gain was too unsure to tell, and the next, which was sure, was left out with it."""
    found = curve(rust=(0.0, 0.06, 0.2), dent=(0.03, 0.04, 0.05))
    assert more_pictures(told(curve=found))[0] == (
        "Twice as many pictures of “dent” would add about 4 points to its F1."
    )


def test_what_cannot_be_told_is_said():
    assert more_pictures(told(curve=curve(rust=None, ok=None))) == (
        "Of which class more pictures would help cannot be told: there are too few of each so far.",
        "What twice as many pictures of every class would add cannot be told.",
    )
    assert more_pictures(told()) == (
        "Whether more pictures would help cannot be told: there are too few so far.",
    )


@pytest.mark.parametrize(
    ("score", "sentence"),
    [
        (0.93, "The forecast was 91 to 96 of 100; the result is 93: inside the range."),
        (0.958, "The forecast was 91 to 96 of 100; the result is 96: inside the range."),
        (0.98, "The forecast was 91 to 96 of 100; the result is 98: better than expected."),
        (0.963, "The forecast was 91 to 96 of 100; the result is 96.3: better than expected."),
        (
            0.8,
            "The forecast was 91 to 96 of 100; the result is 80: below it; that happens by chance about once "
            "in 20 times, or the new pictures differ from the others.",
        ),
        (
            0.908,
            "The forecast was 91 to 96 of 100; the result is 90.8: below it; that happens by chance about "
            "once in 20 times, or the new pictures differ from the others.",
        ),
    ],
)
def test_the_result_is_set_beside_the_forecast(score, sentence):
    assert outcome(expected(0.912, 0.957), score) == sentence


def test_a_hair_outside_is_never_told_as_a_bound():
    assert "result is 96.01: better" in outcome(expected(0.912, 0.957), 0.9601)
