"""The error bar of an area, against the paper's formula, by draws, and with series."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from core.evaluation.placements import area_bounds


def test_the_bounds_solve_the_formula():
    """Three of four pairs are ranked rightly; the bounds lie 1.96 of their own standard errors away."""
    actual = np.array([True, False, True, False])
    likely = np.array([0.9, 0.6, 0.5, 0.2], dtype=np.float32)

    for bound in area_bounds(actual, likely, None):
        alike = 1 + (1 - bound) / (2 - bound) + bound / (1 + bound)
        assert abs(0.75 - bound) == pytest.approx(
            1.95996 * np.sqrt(bound * (1 - bound) * alike / 4), abs=1e-4
        )


def test_ties_count_half_and_one_kind_has_no_area():
    alike = np.full(4, 0.5, dtype=np.float32)
    low, high = area_bounds(np.array([True, True, False, False]), alike, None)
    assert low == pytest.approx(1 - high, abs=1e-4)
    assert low < 0.15
    assert area_bounds(np.ones(4, dtype=bool), alike, None) is None
    assert area_bounds(np.zeros(4, dtype=bool), alike, None) is None


def test_the_best_and_the_worst_order_have_one_bound_of_their_own():
    likely = np.array([0.9, 0.8, 0.2, 0.1], dtype=np.float32)
    best = area_bounds(np.array([True, True, False, False]), likely, None)
    worst = area_bounds(np.array([False, False, True, True]), likely, None)
    assert best[1] == 1.0
    assert worst[0] == 0.0
    assert worst[1] == pytest.approx(1 - best[0], abs=1e-4)
    assert 0.2 < best[0] < 0.8


@pytest.mark.parametrize("positives", [1, 2, 5])
@pytest.mark.parametrize("area", [0.7, 0.9, 0.97])
def test_the_bounds_hold_the_truth_19_times_out_of_20(positives, area):
    """Those of a bootstrap held it in 23 of 100 draws with one picture, in 83 with five."""
    random, held, draws = np.random.default_rng(0), 0, 400
    actual = np.arange(120) < positives
    for _ in range(draws):
        score = random.normal(size=120) + np.sqrt(2) * norm.ppf(area) * actual
        low, high = area_bounds(actual, score.astype(np.float32), None)
        held += low <= area <= high
    assert held / draws > 0.92


def test_pictures_of_a_series_that_rank_alike_tell_as_much_as_one():
    """Thirty series of eight: half as wide a range would be told if their pictures counted one by one."""
    random, groups, held, naive, draws = np.random.default_rng(0), np.repeat(np.arange(30), 8), 0, 0, 200
    actual = groups < 10
    for _ in range(draws):
        score = (random.normal(size=30)[groups] + 0.3 * random.normal(size=240) + 1.2 * actual).astype(
            np.float32
        )
        truth = norm.cdf(1.2 / np.sqrt(2 * 1.09))
        low, high = area_bounds(actual, score, groups)
        held += low <= truth <= high
        low, high = area_bounds(actual, score, None)
        naive += low <= truth <= high
    assert held / draws > 0.93
    assert naive / draws < 0.75


def test_series_that_rank_as_they_like_cost_little():
    random, groups = np.random.default_rng(1), np.arange(1_200) // 4
    actual = groups < 100
    score = (random.normal(size=1_200) + 1.2 * actual).astype(np.float32)
    alone, together = area_bounds(actual, score, None), area_bounds(actual, score, groups)
    assert together[1] - together[0] < 1.2 * (alone[1] - alone[0])
