"""Scores by kind of picture, by hand and against scipy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import fisher_exact

from core.domain.dataset import Split
from core.domain.slices import Trait
from core.evaluation.intervals import wilson, wilson_of_series
from core.evaluation.slice_words import name_of, range_of, verdict
from core.evaluation.slices import parts_of, slice_report
from core.evaluation.traits import folder_of
from tests.evaluation.made import answered, told_several
from tests.evaluation.made_slices import dark, facts_of, report_of, sample_of


@pytest.mark.parametrize(("pictures", "sizes"), [(100, [25] * 4), (30, [10] * 3), (25, [12, 13]), (12, [12])])
def test_parts_are_equal_and_large_enough_to_be_judged(pictures, sizes):
    parts = parts_of(np.arange(pictures, dtype=float)[::-1])
    assert [len(part) for part in parts] == sizes
    assert parts[0].max() == pictures - 1  # the lowest value stands last


def test_equal_values_stay_together():
    values = np.array([1.0] * 50 + [2.0] * 30 + [3.0] * 20)
    assert [len(part) for part in parts_of(values)] == [50, 30, 20]
    assert [len(part) for part in parts_of(np.ones(50))] == [50]


def test_values_that_are_not_known_are_in_no_part():
    assert [part.tolist() for part in parts_of(np.array([np.nan] * 5))] == []
    assert sorted(np.concatenate(parts_of(np.array([np.nan, 2.0, 1.0])))) == [1, 2]


def test_a_slice_is_compared_with_all_the_others():
    report = dark(10, 5)
    one = report.worst
    assert (one.trait, one.pictures, one.correct, one.rest, one.rest_correct) == (
        Trait.BRIGHTNESS,
        25,
        15,
        75,
        70,
    )
    assert one.accuracy == wilson(15, 25)
    assert one.difference == pytest.approx(15 / 25 - 70 / 75)
    assert one.p == pytest.approx(fisher_exact([[15, 10], [70, 5]]).pvalue)
    assert report.looks == 2  # the others are a slice as well
    assert one.p_holm == pytest.approx(min(1.0, 2 * one.p))


def test_what_is_more_than_luck_is_told_with_the_looks_it_took():
    told = verdict(dark(10, 5))
    assert told.startswith(
        "On the darker pictures it is right on 60 of 100 (40 to 77), on the others on 93: "
        "that is more than luck, also after 2 looks."
    )


def test_what_may_be_luck_is_not_told():
    assert verdict(dark(3, 4)) == "No kind of picture stands out as worse: 2 kinds were looked at."


def test_a_slice_that_is_better_is_not_told_as_worse():
    report = dark(0, 25)
    assert report.slices[0].stands_out
    assert report.worst is report.slices[1]


def test_harder_classes_are_named_as_the_reason():
    """Dark are the pictures of a class that is as hard in the light: 60 of 100 are right there as well."""
    classes = [1] * 50 + [0] * 50
    wrong = {*range(10), *range(25, 35)}
    pairs = [(actual, 2 if row in wrong else actual) for row, actual in enumerate(classes)]
    report = report_of(
        pairs, facts=[facts_of(row, brightness=0.1 if row < 25 else 0.6) for row in range(100)]
    )
    assert report.worst.expected == pytest.approx(15 / 25)
    assert "But its classes are harder ones: 60 would be expected from them alone." in verdict(report)


def test_the_same_classes_are_no_reason():
    report = dark(10, 5)
    assert report.worst.expected == pytest.approx(70 / 75)  # how the class fares on the other pictures
    assert "Its classes do not explain it: 93 would be expected from them." in verdict(report)


def test_too_few_pictures_are_put_together_without_a_verdict():
    samples = [sample_of(row, path=f"site {row // 3 if row < 9 else 'main'}/{row}.jpg") for row in range(40)]
    report = report_of([(0, 0)] * 40, samples=samples)
    pooled = next(one for one in report.slices if one.pooled)
    assert (pooled.trait, pooled.pooled, pooled.pictures, pooled.p) == (Trait.FOLDER, 3, 9, None)
    assert name_of(pooled) == "pictures whose folder fewer than 10 share"
    assert report.looks == 1


def test_folders_that_are_the_classes_say_nothing_more():
    samples = [sample_of(row, path=f"set {row % 2}/{row}.jpg", label="ab"[row % 2]) for row in range(60)]
    assert report_of([(row % 2, 0) for row in range(60)], samples=samples).slices == ()


def test_a_folder_called_like_the_class_is_not_where_a_picture_comes_from():
    assert folder_of(sample_of(0, "Cat", path="site 2/cat/night/1.jpg")) == "site 2/night"
    assert folder_of(sample_of(0, "Cat", path="1.jpg")) == ""


def test_cameras_series_and_what_is_not_known_are_kinds():
    samples = [sample_of(row, group="walk" if row < 12 else None) for row in range(40)]
    facts = [facts_of(row, camera="Phone" if row < 20 else "") for row in range(40)]
    report = report_of([(0, 0)] * 40, samples=samples, facts=facts)
    assert [(name_of(one), one.pictures) for one in report.slices] == [
        ("pictures by the camera “Phone”", 20),
        ("pictures without a camera's name", 20),
        ("pictures of the series “walk”", 12),
        ("pictures of no series", 28),
    ]


def series_report(wrong, *, series=24, size=10, night=6):
    """Series of alike pictures, of which these are all answered wrongly; the first ones are by night."""
    rows = range(series * size)
    samples = [
        sample_of(
            row, path=f"{'night' if row // size < night else 'day'}/{row}.jpg", group=f"walk {row // size}"
        )
        for row in rows
    ]
    return report_of([(0, 2 if row // size in wrong else 0) for row in rows], samples=samples)


def folders_of(report):
    return {one.value: one for one in report.slices if one.trait is Trait.FOLDER}


def test_a_series_that_is_answered_alike_counts_as_one_picture():
    """Of 60 pictures by night 20 were wrong, of 180 by day 10: but those were two series, and one."""
    report = series_report({0, 1, 6})
    night = folders_of(report)["night"]
    assert (night.pictures, night.correct, night.rest, night.rest_correct) == (60, 40, 180, 170)
    assert night.p > 0.1
    assert night.accuracy == wilson_of_series(np.repeat(np.arange(6) > 1, 10), np.repeat(np.arange(6), 10))
    assert report.worst is None


def test_enough_series_still_tell_a_difference():
    report = series_report({0, 1, 2, 3, 4, 6}, series=40, night=10)
    assert folders_of(report)["night"].worse


def test_fewer_than_five_series_are_not_judged_on_either_side():
    for night in (4, 20):
        assert folders_of(series_report({0, 1, 2, 3}, night=night)) == {}
    assert set(folders_of(series_report({0, 1, 2, 3}, night=5))) == {"night", "day"}


def test_single_series_are_shown_without_a_verdict():
    """Every unlucky series was told as a kind of picture that is worse by more than luck."""
    report = series_report({3}, night=0)
    assert {one.trait for one in report.slices} == {Trait.SERIES}
    assert [one.p for one in report.slices] == [None] * 24
    assert report.looks == 0
    assert verdict(report).startswith(
        "No kind can be judged: kinds of pictures are judged from 10 pictures each"
    )


def test_series_make_no_false_alarms():
    """Counted picture by picture, luck passed for a kind that is worse in more than half of such tests."""
    random, alarms, draws = np.random.default_rng(0), 0, 60
    for _ in range(draws):
        hard = np.repeat(random.normal(size=40), 6) * 0.8 + random.normal(size=240) * 0.6
        light = np.repeat(random.normal(size=40), 6)
        report = report_of(
            [(0, 0 if one < 1 else 2) for one in hard],
            samples=[sample_of(row, group=f"walk {row // 6}") for row in range(240)],
            facts=[facts_of(row, brightness=float(one)) for row, one in enumerate(light)],
        )
        alarms += any(one.stands_out for one in report.slices)
    assert alarms / draws < 0.1


def test_without_facts_only_what_the_data_set_knows_is_looked_at():
    samples = [sample_of(row, width=100 + row) for row in range(40)]
    report = report_of([(0, 0)] * 40, samples=samples)
    assert {one.trait for one in report.slices} == {Trait.SIZE, Trait.SHAPE}
    assert range_of(report.slices[0]) == "48,000 to 52,320 pixels"


def test_nothing_to_judge_is_told():
    assert verdict(report_of([])) == "There are no pictures to judge it on."
    assert verdict(report_of([(0, 0)] * 5)).startswith("There is nothing to tell apart")


def test_several_classes_are_right_only_exactly():
    rows = [("ab", (0.9, 0.9)), ("a", (0.9, 0.9)), ("b", (0.1, 0.9))] * 10
    samples = {f"{row}.jpg": sample_of(row, width=100 + row % 3) for row in range(30)}
    report = slice_report(told_several(rows, "ab"), Split.TEST, samples=samples, facts={})
    assert (report.pictures, report.correct, report.several) == (30, 20, True)
    assert [one.correct for one in report.slices[:3]] == [10, 0, 10]
    assert report.worst.expected is None
    assert "names exactly the right classes on 0 of 100" in verdict(report)


@pytest.mark.parametrize("trait", list(Trait))
@pytest.mark.parametrize("part", [(1, 1), (1, 2), (2, 3), (4, 4), (None, None)])
def test_every_kind_has_a_name(trait, part):
    one = replace(dark(1, 1).slices[0], trait=trait, part=part[0], parts=part[1])
    if trait is Trait.COLUMN:
        one = replace(one, column="age")
    if trait in (Trait.FORMAT, Trait.CAMERA, Trait.FOLDER, Trait.SERIES):
        one = replace(one, part=None, parts=None, value="x" if part[0] else "")
    assert name_of(one)
    assert trait in (Trait.FORMAT, Trait.CAMERA, Trait.FOLDER, Trait.SERIES) or range_of(
        replace(one, low=800_000.0, high=900_000.0)
    )


def by_column(values, *, wrong, classes=None):
    """A report on pictures with one column, "site", and these rows answered wrongly."""
    classes = classes or [0] * len(values)
    pairs = [(actual, 2 if row in wrong else actual) for row, actual in enumerate(classes)]
    samples = [
        sample_of(row, columns=(("site", value),) if value else ()) for row, value in enumerate(values)
    ]
    return report_of(pairs, samples=samples)


def test_words_of_a_column_are_kinds_of_pictures():
    report = by_column(["North"] * 30 + ["South"] * 60 + [""] * 10, wrong=set(range(20)))
    found = [(one.trait, one.column, one.value, one.pictures, one.correct) for one in report.slices]
    assert found == [
        (Trait.COLUMN, "site", "North", 30, 10),
        (Trait.COLUMN, "site", "South", 60, 60),
        (Trait.COLUMN, "site", "", 10, 10),
    ]
    assert report.worst.p == pytest.approx(fisher_exact([[10, 20], [70, 0]]).pvalue)
    assert verdict(report).startswith("On pictures whose “site” is “North” it is right on 33 of 100")
    assert name_of(report.slices[2]) == "pictures without “site”"


def test_numbers_of_a_column_are_parted_from_low_to_high():
    report = by_column([str(row % 40) for row in range(80)], wrong=set(range(10)) | set(range(40, 50)))
    assert [(one.part, one.low, one.high) for one in report.slices] == [
        (1, 0, 9),
        (2, 10, 19),
        (3, 20, 29),
        (4, 30, 39),
    ]
    assert name_of(report.worst) == "pictures with the lowest “site”"
    assert range_of(report.worst) == "0 to 9"


def test_a_few_different_numbers_are_names():
    report = by_column(["1", "2"] * 20, wrong=set())
    assert [one.value for one in report.slices] == ["1", "2"]


@pytest.mark.parametrize("number", ["{}", "code {}"])
def test_a_column_that_is_the_class_again_says_nothing_more(number):
    classes = [row % 10 for row in range(200)]
    samples = [sample_of(row, columns=(("site", number.format(one)),)) for row, one in enumerate(classes)]
    predictions = answered([(one, 0) for one in classes], 10)
    report = slice_report(predictions, Split.TEST, samples={one.path: one for one in samples}, facts={})
    assert report.slices == ()


def test_a_column_that_is_another_one_for_each_picture_says_nothing():
    assert by_column([f"picture {row}" for row in range(60)], wrong={1, 2}).slices == ()
