"""Everyone is asked about once, groups whole, and turns are alike."""

import numpy as np

from core.training.turns import TURNS, turns


def one_hot(labels) -> np.ndarray:
    return np.asarray(np.eye(int(np.max(labels)) + 1, dtype=np.float32)[labels])


def test_everyone_takes_a_turn_and_turns_are_about_as_large():
    by = turns(one_hot(np.arange(103) % 3), None, seed=0)
    assert by is not None
    assert by.number == TURNS
    np.testing.assert_array_equal(by.rows, np.arange(103))
    assert set(np.bincount(by.turn)) <= {20, 21}
    assert by.judged.all()


def test_each_turn_has_about_as_many_of_each_class():
    labels = np.repeat([0, 1, 2], [70, 20, 13])
    by = turns(one_hot(labels), None, seed=3)
    assert by is not None
    for name, count in enumerate([70, 20, 13]):
        in_turn = np.bincount(by.turn[labels == name], minlength=TURNS)
        assert abs(in_turn - count / TURNS).max() <= 1.4


def test_groups_stay_whole_whatever_they_are_called():
    groups = np.array([f"series {at // 4}" for at in range(60)])
    by = turns(one_hot(np.arange(60) // 4 % 3), groups, seed=0)
    assert by is not None
    for name in set(groups):
        assert len(set(by.turn[groups == name])) == 1
    assert by.number == TURNS


def test_large_groups_are_spread():
    """Ten groups of thirty and many single pictures: no turn may get all the large ones."""
    groups = np.concatenate([np.repeat(np.arange(10), 30), np.arange(10, 60)])
    by = turns(one_hot(np.zeros(350, dtype=int)), groups, seed=1)
    assert by is not None
    np.testing.assert_array_equal(np.bincount(by.turn), [70] * 5)


def test_a_class_with_one_group_is_not_judged():
    labels = np.array([0] * 10 + [1] * 10 + [2] * 4)
    groups = np.array([*range(20), 20, 20, 20, 20])
    by = turns(one_hot(labels), groups, seed=0)
    assert by is not None
    np.testing.assert_array_equal(by.judged, labels != 2)


def test_there_are_no_turns_where_nobody_could_be_judged():
    assert turns(one_hot(np.array([0, 1, 1])), np.array([0, 1, 1]), seed=0) is None
    assert turns(one_hot(np.array([0, 1, 0, 1])), np.zeros(4), seed=0) is None


def test_a_part_of_many_is_drawn_group_by_group():
    groups = np.arange(900) // 3
    by = turns(one_hot(np.arange(900) % 2), groups, seed=0, most=100)
    assert by is not None
    assert 100 <= len(by.rows) <= 102
    assert (np.bincount(groups[by.rows])[groups[by.rows]] == 3).all()
    np.testing.assert_array_equal(by.rows, np.sort(by.rows))


def test_the_seed_decides():
    targets = one_hot(np.arange(50) % 2)
    one, same, other = (turns(targets, None, seed=seed) for seed in (0, 0, 1))
    assert one is not None
    assert same is not None
    assert other is not None
    np.testing.assert_array_equal(one.turn, same.turn)
    assert (one.turn != other.turn).any()
