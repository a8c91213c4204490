"""Series: what belongs together and must not be divided."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.data.group_names import given_names
from core.data.groups import find_series, series_of
from core.domain.edit import SplitSettings
from tests.data.made_sets import made_facts, made_picture, made_sample, made_set

TOGETHER = SplitSettings()
NOON = datetime(2024, 6, 1, 12)  # noqa: DTZ001 - a camera's clock knows no zone


def series(pictures, facts=None, features=None, settings=TOGETHER):
    names = find_series(pictures, facts or {}, features, settings=settings)
    found = {}
    for picture, name in zip(pictures, names, strict=True):
        if name is not None:
            found.setdefault(name, set()).add(picture.path)
    return sorted(map(sorted, found.values()))


def shots(*taken, camera="Make X"):
    pictures = [made_picture(f"a/{number}.jpg") for number in range(len(taken))]
    facts = {
        p.sha256: made_facts(p.sha256, camera=camera, taken_at=NOON + timedelta(seconds=second))
        for p, second in zip(pictures, taken, strict=True)
    }
    return pictures, facts


def test_pictures_that_stand_alone_have_no_series():
    made = made_set({"a": 20, "b": 20})
    assert find_series(made.pictures, made.facts, made.features, settings=TOGETHER) == (None,) * 40


def test_copies_of_copies_are_one_series():
    made = made_set({"a": 30, "b": 30})
    first = made.copy_of(3, "a/copy.jpg")
    made.copy_of(first, "b/copy of copy.jpg")
    assert series(made.pictures, made.facts, made.features) == [
        ["a/3.jpg", "a/copy.jpg", "b/copy of copy.jpg"]
    ]


def test_shots_within_seconds_are_a_burst():
    assert series(*shots(0, 2, 5, 60, 100)) == [["a/0.jpg", "a/1.jpg", "a/2.jpg"]]


def test_another_camera_at_the_same_time_is_no_burst():
    pictures, facts = shots(0, 1)
    facts[pictures[1].sha256] = replace(facts[pictures[1].sha256], camera="Make Y")
    assert series(pictures, facts) == []


def test_without_a_camera_there_is_no_burst():
    assert series(*shots(0, 1, camera="")) == []


def test_shots_that_look_different_are_no_burst():
    made = made_set({"a": 2, "b": 2}, apart=3)
    for number, picture in enumerate(made.pictures):
        taken = NOON + timedelta(seconds=number)
        made.facts[picture.sha256] = replace(made.facts[picture.sha256], camera="X", taken_at=taken)
    made.features[0] = 0
    made.features[0, :4] = 9
    assert ["a/0.jpg", "a/1.jpg"] not in series(made.pictures, made.facts, made.features)
    assert ["b/0.jpg", "b/1.jpg"] in [s[-2:] for s in series(made.pictures, made.facts, made.features)]


def test_names_with_the_same_beginning_belong_together():
    paths = ["a/p1_1.jpg", "a/p1_2.jpg", "b/p1_3.jpg", "a/p2_1.jpg", "a/p3.jpg", "b/p3.jpg"]
    found = series([made_picture(path) for path in paths], settings=SplitSettings(prefix="_"))
    assert found == [["a/p1_1.jpg", "a/p1_2.jpg", "b/p1_3.jpg"]]


def test_given_groups_belong_together_and_keep_their_name():
    pictures = [made_picture("a/1.jpg", group="cow 7"), made_picture("b/1.jpg", group="cow 7")]
    assert find_series(pictures, {}, None, settings=TOGETHER) == ("cow 7", "cow 7")


def test_given_groups_that_share_a_copy_become_one_and_are_recognised_again():
    made = made_set({"a": 30, "b": 30})
    row = made.copy_of(0, "b/copy.jpg")
    made.pictures[0] = replace(made.pictures[0], group="cow 7")
    made.pictures[row] = replace(made.pictures[row], group="cow 8")
    names = find_series(made.pictures, made.facts, made.features, settings=TOGETHER)
    assert names[0] == names[row] == "cow 7 + cow 8"
    later = [made_picture("a/x.jpg", group="cow 7"), made_picture("a/y.jpg", group=names[0])]
    assert find_series(later, {}, None, settings=TOGETHER) == ("cow 7 + cow 8",) * 2


def test_series_found_before_are_found_anew_and_not_believed():
    pictures = [
        made_picture("a/1.jpg", group="~0123456789abcdef"),
        made_picture("a/2.jpg", group="~0123456789abcdef"),
    ]
    assert find_series(pictures, {}, None, settings=TOGETHER) == (None, None)
    assert given_names("~0123456789abcdef") == ()


def test_without_keep_series_only_names_hold_together():
    made = made_set({"a": 30, "b": 30})
    made.copy_of(3, "a/copy.jpg")
    made.pictures[0] = replace(made.pictures[0], group="cow 7")
    made.pictures[1] = replace(made.pictures[1], group="cow 7")
    assert series(made.pictures, made.facts, made.features, SplitSettings(keep_series=False)) == []


def test_names_of_series_do_not_depend_on_the_order():
    made = made_set({"a": 30, "b": 30})
    made.copy_of(3, "a/copy.jpg")
    there = find_series(made.pictures, made.facts, made.features, settings=TOGETHER)
    back = find_series(made.pictures[::-1], made.facts, made.features[::-1], settings=TOGETHER)
    assert there == back[::-1]


def test_a_chain_of_lookalikes_does_not_swallow_the_set():
    """Each picture resembles the next a little; a good part of the set would become one series."""
    made = made_set({"a": 60})
    for number in range(40):
        made.copy_of(len(made.pictures) - 1, f"a/next {number}.jpg", noise=0.32)
    sizes = [len(found) for found in series(made.pictures, made.facts, made.features)]
    assert max(sizes, default=0) < 40


@pytest.mark.parametrize("count", [0, 1])
def test_one_picture_or_none_is_no_trouble(count):
    made = made_set({"a": count})
    settings = SplitSettings(prefix="/")
    assert find_series(made.pictures, {}, None, settings=settings) == (None,) * count
    assert series_of([made_sample("a/1.jpg", group="x")]) == ()


def test_pictures_of_which_a_column_says_the_same_stay_together_across_classes():
    pictures = [
        replace(made_picture(path), columns=(("patient", who),) if who else ())
        for path, who in (
            ("a/1.jpg", "x"),
            ("b/2.jpg", "x"),
            ("a/3.jpg", "y"),
            ("a/4.jpg", ""),
            ("a/5.jpg", ""),
        )
    ]
    assert series(pictures, settings=SplitSettings(column="patient")) == [["a/1.jpg", "b/2.jpg"]]
    assert series(pictures, settings=SplitSettings(column="gone")) == []
    assert series(pictures) == []


def test_pictures_of_one_folder_inside_their_class_stay_together_across_classes():
    paths = ["a/p1/1.jpg", "a/p1/2.jpg", "b/p1/3.jpg", "b/p2/4.jpg", "b/5.jpg", "b/6.jpg"]
    pictures = [made_picture(path) for path in paths]
    assert series(pictures, settings=SplitSettings(folders=True)) == [paths[:3]]
    assert series(pictures) == []
