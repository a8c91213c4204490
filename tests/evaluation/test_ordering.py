import numpy as np

from core.evaluation.ordering import confused_together


def test_classes_that_are_confused_stand_side_by_side():
    """a and d are taken for each other, b and c never; the confused pair comes first."""
    confusion = [[5, 0, 0, 5], [0, 9, 0, 0], [0, 0, 9, 0], [4, 0, 0, 6]]

    order = confused_together(confusion)

    assert set(order[:2]) == {0, 3}
    assert sorted(order) == [0, 1, 2, 3]


def test_few_classes_stay_as_they_are():
    assert confused_together([[1, 2], [3, 4]]) == (0, 1)
    assert confused_together([]) == ()


def test_a_class_without_pictures_is_no_trouble():
    assert sorted(confused_together(np.zeros((5, 5), dtype=int).tolist())) == [0, 1, 2, 3, 4]


def test_two_hundred_classes():
    chance = np.random.default_rng(0)
    assert sorted(confused_together(chance.integers(0, 3, size=(200, 200)).tolist())) == list(range(200))
