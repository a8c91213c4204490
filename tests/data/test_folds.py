"""Who is judged in which turn, when the pictures of a small set take turns."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from core.data.folds import FOLDS, in_turn, turns
from core.data.split import assign
from core.domain.dataset import Split
from core.domain.edit import SplitSettings
from tests.data.made_sets import made_picture, made_sample


def in_series(series, shots=3, classes=2):
    return [
        made_sample(f"{'abcd'[s % classes]}/{s}_{k}.jpg", group=str(s))
        for s in range(series)
        for k in range(shots)
    ]


@pytest.mark.parametrize("kind", ["honest", "plain"])
def test_each_picture_is_judged_once(kind):
    by = turns(in_series(20), seed=0)
    judged = np.sum(getattr(by, kind), axis=0)
    assert judged.tolist() == [1] * 60
    assert len(getattr(by, kind)) == FOLDS
    assert by.judged == 60


def test_a_series_is_judged_in_one_turn_and_each_class_in_every_turn():
    samples = in_series(20)
    for mask in turns(samples, seed=0).honest:
        asked = [sample for sample, judged in zip(samples, mask, strict=True) if judged]
        assert set(Counter(s.group for s in asked).values()) == {3}
        assert Counter(s.label for s in asked) == {"a": 6, "b": 6}


def test_a_plain_turn_tears_series_apart():
    samples = in_series(20)
    torn = [s.group for s, judged in zip(samples, turns(samples, seed=0).plain[0], strict=True) if judged]
    assert 1 in Counter(torn).values()


def test_there_are_no_more_turns_than_the_smallest_class_has_series():
    samples = in_series(20) + [
        made_sample(f"c/{s}_{k}.jpg", group=f"c{s}") for s in range(3) for k in range(9)
    ]
    assert len(turns(samples, seed=0).honest) == len(turns(samples, seed=0).plain) == 3


def test_the_only_series_of_a_class_is_learnt_from_and_not_judged():
    samples = [*in_series(10), made_sample("c/1.jpg", group="c"), made_sample("c/2.jpg", group="c")]
    by = turns(samples, seed=0)
    assert len(by.rows) == 32
    assert not np.any([mask[-2:] for mask in [*by.honest, *by.plain]])


@pytest.mark.parametrize("many", [3, 5, 7])
def test_few_pictures_take_turns_too(many):
    """Less than six pictures of a class beside those judged ended as a fault of scikit-learn."""
    samples = [made_sample(f"{label}/{n}.jpg") for label in "ab" for n in range(many)]
    divided = in_turn(samples, seed=0)
    assert Counter(s.sha256 for turn in divided for s in turn if s.split is Split.TEST) == Counter(
        s.sha256 for s in samples
    )
    for turn in divided:
        assert {s.label for s in turn if s.split is Split.TRAIN} == {"a", "b"}
        assert any(s.split is Split.VALIDATION for s in turn)


def test_too_few_pictures_take_no_turns():
    assert in_turn([made_sample(f"{label}/{n}.jpg") for label in "ab" for n in range(2)], seed=0) == ()


def test_one_class_takes_no_turns():
    assert turns(in_series(10, classes=1), seed=0) is None
    assert turns([], seed=0) is None


def test_a_series_of_two_classes_is_no_trouble():
    samples = [made_sample(f"{label}/{n}.jpg", group=f"{n}") for label in "ab" for n in range(4)]
    assert turns(samples, seed=0).judged == 8


def given(splits, many=6):
    pictures = [
        made_picture(f"{label}/{split}_{n}.jpg", split)
        for label in "ab"
        for split in splits
        for n in range(many)
    ]
    return assign(pictures, settings=SplitSettings())


def test_a_given_test_is_neither_learnt_from_nor_judged():
    samples = given([Split.TRAIN, Split.TEST])
    by = turns(samples, seed=0)
    assert {samples[row].split for row in by.rows} == {Split.TRAIN, Split.VALIDATION}
    assert by.judged == 12


def test_where_every_split_was_given_no_one_takes_turns():
    assert turns(given([Split.TRAIN, Split.VALIDATION, Split.TEST]), seed=0) is None


def test_training_pictures_that_were_given_with_all_splits_are_only_learnt_from():
    samples = given([Split.TRAIN, Split.VALIDATION, Split.TEST])
    more = [made_sample(f"{label}/free_{n}.jpg") for label in "ab" for n in range(5)]
    by = turns([*samples, *more], seed=0)
    assert (len(by.rows), by.judged) == (22, 10)
    assert not np.any(by.honest, axis=0)[:12].any()


def test_what_is_in_series_with_a_given_test_picture_takes_no_part():
    samples = [*in_series(10), made_sample("a/t.jpg", Split.TEST, group="0", given=True)]
    by = turns(samples, seed=0)
    assert "0" not in {samples[row].group for row in by.rows}


def test_in_each_turn_others_are_judged_and_every_class_is_learnt_and_chosen_with():
    samples = in_series(20)
    divisions = in_turn(samples, seed=0)
    assert len(divisions) == FOLDS
    judged = [s.path for division in divisions for s in division if s.split is Split.TEST]
    assert sorted(judged) == sorted(s.path for s in samples)
    for division in divisions:
        assert [s.path for s in division] == [s.path for s in samples]
        for split in Split:
            assert {s.label for s in division if s.split is split} == {"a", "b"}
        splits_of = {}
        for sample in division:
            splits_of.setdefault(sample.group, set()).add(sample.split)
        assert all(len(splits) == 1 for splits in splits_of.values())
        assert sum(s.split is Split.VALIDATION for s in division) in (6, 9)


def test_pictures_that_cannot_take_turns_have_none():
    assert in_turn([made_sample("a/1.jpg"), made_sample("b/1.jpg")], seed=0) == ()
