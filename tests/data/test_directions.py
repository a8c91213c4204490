"""Features are read a block at a time, in whatever order they are wanted."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.directions import BLOCK, Chosen, Directions, chosen, cosines, directions, in_blocks


class OnDisk:
    """Rows that can only be had a block at a time."""

    def __init__(self, rows):
        self._rows = rows
        self.shape = rows.shape

    def __len__(self):
        return len(self._rows)

    def __getitem__(self, rows):
        found = np.array(self._rows[rows])
        assert len(found) <= BLOCK, "too many rows at once"
        return found


@pytest.fixture
def rows():
    return np.random.default_rng(0).standard_normal((2 * BLOCK + 3, 4)).astype(np.float16)


def test_a_choice_of_a_choice_is_the_rows_themselves(rows):
    first = np.array([5, 3, 9, 3])
    again = Chosen(Chosen(OnDisk(rows), first), np.array([3, 0]))
    assert again.shape == (2, 4)
    np.testing.assert_array_equal(again[:], rows[[3, 5]])
    np.testing.assert_array_equal(again[np.array([1])], rows[[5]])


def test_all_rows_in_their_order_are_no_choice(rows):
    disk = OnDisk(rows)
    assert chosen(disk, np.arange(len(rows))) is disk
    assert chosen(disk, np.arange(len(rows))[::-1]) is not disk
    assert len(chosen(disk, np.arange(3))) == 3


def test_directions_have_length_one_and_survive_zeros():
    found = directions(np.array([[3.0, -4.0], [0.0, 0.0]], dtype=np.float16))
    assert np.linalg.norm(found[0]) == pytest.approx(1)
    np.testing.assert_allclose(found[0], [np.sqrt(3 / 7), -np.sqrt(4 / 7)], rtol=1e-6)
    assert found[1].tolist() == [0, 0]


def test_directions_of_some_rows_are_those_of_all(rows):
    some = Directions(OnDisk(rows))[np.array([7, 1])]
    np.testing.assert_array_equal(some, directions(rows)[[7, 1]])
    assert some.dtype == np.float32


def test_features_stay_as_they_are(rows):
    before = rows.astype(np.float32)
    given = before.copy()
    directions(given)
    np.testing.assert_array_equal(given, before)


def test_blocks_are_all_positions_in_order():
    assert [len(at) for at in in_blocks(2 * BLOCK + 3)] == [BLOCK, BLOCK, 3]
    np.testing.assert_array_equal(np.concatenate(list(in_blocks(10, 4))), np.arange(10))
    np.testing.assert_array_equal(np.concatenate(list(in_blocks(np.array([4, 2, 9]), 2))), [4, 2, 9])
    assert list(in_blocks(0)) == []


def test_cosines_of_more_pairs_than_a_block(rows):
    first = np.arange(len(rows))
    second = first[::-1].copy()
    unit = directions(rows)
    found = cosines(Directions(OnDisk(rows)), first, second)
    np.testing.assert_allclose(found, (unit * unit[::-1]).sum(axis=1), atol=1e-6)
