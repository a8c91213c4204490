import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from core.evaluation.bootstrap import Ranking, around, drawn, f1_of, replicates_for
from tests.evaluation import made


def sets(pictures, groups=None, replicates=20):
    return np.concatenate(list(drawn(pictures, groups, classes=3, replicates=replicates)))


def test_draws_as_many_pictures_as_there_are_and_the_same_ones_again():
    weights = sets(50)

    assert weights.shape == (20, 50)
    assert (weights.sum(axis=1) == 50).all()
    assert (weights == sets(50)).all()


def test_draws_whole_series():
    groups = np.array([7, 7, 7, 2, 2, 5])
    weights = sets(6, groups)

    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 1] == weights[:, 2]).all()
    assert (weights[:, [0, 3, 5]].sum(axis=1) == 3).all()


@pytest.mark.parametrize("ties", [False, True])
def test_areas_agree_with_scikit_learn_where_pictures_come_several_times(ties):
    predictions = made.drawn(200, 3)
    actual, likely = predictions.labels == 1, predictions.probabilities[:, 1]
    likely = likely.round(1) if ties else likely
    weights = sets(200)

    roc, precision = Ranking(actual, likely).areas(weights)

    for row, of in enumerate(weights):
        assert roc[row] == pytest.approx(roc_auc_score(actual, likely, sample_weight=of), abs=1e-6)
        expected = average_precision_score(actual, likely, sample_weight=of)
        assert precision[row] == pytest.approx(expected, abs=1e-6)


def test_f1_agrees_with_scikit_learn_where_pictures_come_several_times():
    predictions = made.drawn(200, 3)
    actual, said = (rows[:, None] == np.arange(3) for rows in (predictions.labels, predictions.predicted))
    weights = sets(200)

    found = f1_of(weights, actual, said)

    for row, of in enumerate(weights):
        expected = f1_score(predictions.labels, predictions.predicted, average=None, sample_weight=of)
        assert found[row] == pytest.approx(expected, abs=1e-6)


def test_a_set_without_a_class_says_nothing_of_it():
    actual = np.array([[True, False], [False, True]])
    weights = np.array([[2.0, 0.0]], dtype=np.float32)

    assert np.isnan(f1_of(weights, actual, actual)[0]).tolist() == [False, True]
    roc, precision = Ranking(actual[:, 1], np.array([0.1, 0.9], dtype=np.float32)).areas(weights)
    assert np.isnan(roc[0])
    assert np.isnan(precision[0])


def test_bounds_lie_around_the_value_without_the_bias_of_the_sets():
    low, high = around(0.5, np.linspace(0.5, 0.7, 1_001))

    assert low == pytest.approx(0.405)
    assert high == pytest.approx(0.595)
    assert around(1.0, np.ones(100)) is None
    assert around(1.0, np.full(100, np.nan)) is None
    assert around(0.99, np.linspace(0.9, 1.0, 101))[1] == 1.0


def test_draws_fewer_sets_of_very_many_pictures():
    assert replicates_for(60, 4) == 1_000
    assert replicates_for(1_500, 40) == 400
    assert replicates_for(100_000, 200) == 200
