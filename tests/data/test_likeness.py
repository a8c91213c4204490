"""Finding nearly the same picture by what was measured of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from core.data import likeness
from core.data.bounds import _cosines, worthwhile
from core.data.groups import Linked
from core.data.likeness import near_duplicates
from core.data.pairs import Forest
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


def test_bounds_leave_no_pair_out(monkeypatch):
    """A large set is searched with bounds; they must find what holding all against all does."""
    made = made_set({"a": 700, "b": 700})
    for row in range(0, 1_400, 10):
        made.copy_of(row, f"b/copy {row}.jpg", noise=0.02 + row / 2_000)
    made.features = np.hstack([made.features, np.tile(made.features[:, ::-1], 4)])
    assert worthwhile(made.features)
    quick = near_duplicates(made.pictures, made.facts, made.features)
    monkeypatch.setattr(likeness, "bounds", lambda unit: partial(_cosines, unit))
    slow = near_duplicates(made.pictures, made.facts, made.features)
    assert len(slow) > 90
    np.testing.assert_array_equal(quick.rows, slow.rows)
    np.testing.assert_allclose(quick.doubt, slow.doubt, atol=1e-4)


def test_all_frames_of_a_still_scene_are_one_series_of_few_pairs(monkeypatch):
    """Half a million pairs would take hundreds of megabytes where they are gone through one by one."""
    monkeypatch.setattr(likeness, "Forest", partial(Forest, held=5_000, told=2_000))
    made = made_set({"a": 300})
    made.features[:] = made.features[0] * (1 + 0.001 * np.arange(300)[:, None])
    found = near_duplicates(made.pictures, made.facts, made.features)
    assert len(found) == 299
    linked = Linked(300)
    for first, second in found.rows.tolist():
        linked.link(first, second)
    assert linked.members() == [list(range(300))]
