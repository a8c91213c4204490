"""Finding nearly the same picture by what was measured of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.data.likeness import directions, near_duplicates
from tests.data.made_sets import made_facts, made_set


def pairs(made, features=True):
    found = near_duplicates(made.pictures, made.facts, made.features if features else None)
    return {tuple(sorted((made.pictures[a].path, made.pictures[b].path))) for a, b in found.rows.tolist()}


def test_different_pictures_of_a_class_are_no_pair():
    assert pairs(made_set({"a": 60, "b": 60})) == set()


def test_a_copy_with_the_same_hash_and_nearly_the_same_features_is_found():
    made = made_set({"a": 30, "b": 30})
    made.copy_of(3, "a/copy.jpg", noise=0.1)
    assert pairs(made) == {("a/3.jpg", "a/copy.jpg")}


def test_features_that_are_as_good_as_equal_are_enough_whatever_the_hash():
    made = made_set({"a": 30, "b": 30})
    copy = made.pictures[made.copy_of(3, "a/copy.jpg", noise=0.001)]
    made.facts[copy.sha256] = made_facts(copy.sha256)
    assert pairs(made) == {("a/3.jpg", "a/copy.jpg")}


def test_the_same_hash_is_not_enough():
    """Scans of digits share their hashes: what was measured and the features must agree."""
    made = made_set({"a": 30, "b": 30})
    first, second = made.pictures[0].sha256, made.pictures[1].sha256
    made.facts[first] = replace(made.facts[first], difference_hash=made.facts[second].difference_hash)
    assert pairs(made) == set()
    assert pairs(made, features=False) == set()


def test_without_features_a_copy_whose_measurements_agree_is_found():
    made = made_set({"a": 30, "b": 30})
    made.copy_of(3, "a/copy.jpg")
    assert pairs(made, features=False) == {("a/3.jpg", "a/copy.jpg")}


def test_another_shape_is_no_copy_without_features():
    made = made_set({"a": 30, "b": 30})
    copy = made.pictures[made.copy_of(3, "a/copy.jpg")]
    made.facts[copy.sha256] = replace(made.facts[copy.sha256], width=480, height=640)
    assert pairs(made, features=False) == set()


def test_the_order_of_pictures_does_not_matter():
    made = made_set({"a": 700, "b": 700})  # more than one block, and more than the yardstick takes
    for row in range(5):
        made.copy_of(row, f"b/copy {row}.jpg", noise=0.05)
    straight = pairs(made)
    assert len(straight) == 5
    made.pictures.reverse()
    made.features = made.features[::-1]
    assert pairs(made) == straight


def test_each_pair_stands_once_with_the_smaller_row_first():
    made = made_set({"a": 600})
    made.copy_of(2, "a/copy.jpg")
    found = near_duplicates(made.pictures, made.facts, made.features)
    assert found.rows.tolist() == [[2, 600]]
    assert 0 <= found.doubt[0] < 1


@pytest.mark.parametrize("count", [0, 1, 2, 3])
@pytest.mark.parametrize("features", [True, False])
@pytest.mark.parametrize("facts", [True, False])
def test_few_pictures_and_missing_measurements_are_no_trouble(count, features, facts):
    made = made_set({"a": count})
    rows = made.features.reshape(count, 64) if features else None
    assert len(near_duplicates(made.pictures, made.facts if facts else {}, rows)) == 0


def test_two_pictures_alone_can_be_copies():
    made = made_set({"a": 1})
    made.copy_of(0, "a/copy.jpg")
    assert len(pairs(made)) == 1


def test_features_of_other_pictures_are_not_used():
    made = made_set({"a": 5})
    assert len(near_duplicates(made.pictures, made.facts, made.features[:3])) == 0


def test_directions_have_length_one_and_survive_zeros():
    rows = directions(np.array([[3.0, -4.0], [0.0, 0.0]], dtype=np.float16))
    assert np.linalg.norm(rows[0]) == pytest.approx(1)
    assert rows[1].tolist() == [0, 0]
