import numpy as np
import pytest

from core.evaluation.separation import least_areas


@pytest.mark.parametrize(("positives", "negatives"), [(5, 5), (10, 40)])
def test_a_model_at_the_bound_looks_perfect_once_in_forty_test_sets(positives, negatives):
    from scipy.stats import norm

    area, _ = least_areas(positives, negatives)
    apart = norm.ppf(area) * np.sqrt(2)
    chance = np.random.default_rng(0)
    lowest = chance.normal(apart, size=(20_000, positives)).min(axis=1)
    highest = chance.normal(size=(20_000, negatives)).max(axis=1)

    assert (lowest > highest).mean() == pytest.approx(0.025, abs=0.004)


def test_more_pictures_leave_less_doubt():
    bounds = [least_areas(count, count) for count in (2, 10, 100)]

    assert bounds == sorted(bounds)
    assert 0 < bounds[0][0] < 0.5
    assert bounds[-1][0] > 0.99
    assert bounds[-1][1] > 0.99


def test_nothing_is_known_of_a_class_without_pictures():
    assert least_areas(0, 10) == (0.0, 0.0)
    assert least_areas(10, 0) == (0.0, 0.0)
