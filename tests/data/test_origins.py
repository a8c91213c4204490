"""Turns in which each picture is judged by what was learnt from other origins than its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from core.data.folds import FOLDS
from core.data.origins import choices, said, unseen_in_turn
from core.data.split import assign
from core.domain.dataset import Split
from core.domain.edit import SplitSettings
from core.domain.slices import Origin, Trait
from tests.data.made_sets import made_facts, made_picture, made_sample

HOSPITAL = Origin(trait=Trait.COLUMN, column="hospital")


def from_places(places, each=4, classes="ab", **other):
    return [
        made_sample(f"{label}/{place}_{n}.jpg", columns=(("hospital", place),), **other)
        for place in places
        for label in classes
        for n in range(each)
    ]


def turns_of(samples):
    return unseen_in_turn(samples, said(samples, HOSPITAL, {}), seed=0)


def places(samples, *splits):
    return {dict(s.columns)["hospital"] for s in samples if s.split in splits}


@pytest.mark.parametrize("number", [2, 3, 7])
def test_each_is_judged_once_and_what_is_learnt_is_from_elsewhere(number):
    samples = from_places([f"town {n}" for n in range(number)])
    divided = turns_of(samples)
    assert len(divided) == min(number, FOLDS)
    judged = Counter(s.sha256 for turn in divided for s in turn if s.split is Split.TEST)
    assert judged == Counter(s.sha256 for s in samples)
    for turn in divided:
        assert not places(turn, Split.TEST) & places(turn, Split.TRAIN, Split.VALIDATION)
        assert {s.label for s in turn if s.split is Split.TRAIN} == {"a", "b"}
        assert any(s.split is Split.VALIDATION for s in turn)


def test_pictures_of_unknown_origin_take_no_part():
    samples = [*from_places(["Brno", "Graz"]), made_sample("a/x.jpg"), made_sample("b/y.jpg")]
    assert {s.path for turn in turns_of(samples) for s in turn}.isdisjoint({"a/x.jpg", "b/y.jpg"})


def test_a_series_that_spans_two_origins_is_not_learnt_from_where_it_is_judged():
    samples = from_places(["Brno", "Graz", "Linz"])
    samples[0], samples[8] = (replace(samples[row], group="one scene") for row in (0, 8))  # Brno and Graz
    divided = turns_of(samples)
    assert [places(turn, Split.TEST) for turn in divided] != []
    for turn in divided:
        scene = {s.split for s in turn if s.group}
        assert scene in ({Split.TEST}, {Split.TRAIN}, {Split.VALIDATION})
    judged = Counter(s.sha256 for turn in divided for s in turn if s.split is Split.TEST)
    assert judged == Counter(s.sha256 for s in samples)


def test_a_class_that_only_one_origin_shows_is_not_judged_there():
    samples = [*from_places(["Brno", "Graz"]), *from_places(["Linz"], classes="abc")]
    judged = [s.label for turn in turns_of(samples) for s in turn if s.split is Split.TEST]
    assert Counter(judged) == {"a": 12, "b": 12}


def test_origins_that_are_the_classes_again_take_no_turns():
    samples = [*from_places(["Brno"], classes="a"), *from_places(["Graz"], classes="b")]
    assert turns_of(samples) == ()
    assert choices(samples, {}) == ()


def test_what_the_user_gave_for_the_test_takes_no_part():
    pictures = [
        replace(made_picture(f"{label}/{place}_{n}.jpg", split), columns=(("hospital", place),))
        for label in "ab"
        for place in ("Brno", "Graz", "Linz")
        for split in (None, Split.TEST)
        for n in range(10 * (split is Split.TEST), 10 * (split is Split.TEST) + 6)
    ]
    samples = assign(pictures, settings=SplitSettings())
    taking = {s.path for turn in turns_of(samples) for s in turn}
    assert taking
    assert taking.isdisjoint(s.path for s in samples if s.given and s.split is Split.TEST)


def test_columns_folders_and_cameras_are_offered_where_they_tell_something():
    samples = [
        replace(s, path=f"{s.label}/day {n % 3}/{n}.jpg", columns=(*s.columns, ("taken by", "Eva")))
        for n, s in enumerate(from_places(["Brno", "Graz"]))
    ]
    facts = {s.sha256: made_facts(s.sha256, camera=f"Camera {n % 2}") for n, s in enumerate(samples)}
    found = choices(samples, facts)
    assert [(one.origin.name, one.kinds) for one in found] == [
        ("“hospital”", 2),
        ("folder", 3),
        ("camera", 2),
    ]


def test_a_column_that_names_each_picture_is_not_offered():
    samples = [replace(s, columns=(("number", str(n)),)) for n, s in enumerate(from_places(["Brno", "Graz"]))]
    assert choices(samples, {}) == ()


def test_too_few_pictures_take_no_turns():
    assert turns_of(from_places(["Brno", "Graz"], each=1)) == ()
    assert turns_of([]) == ()
