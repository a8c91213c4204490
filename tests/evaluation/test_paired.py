"""The figures of paired shares, against published examples, scipy and draws by lot."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from core.evaluation.intervals import wilson
from core.evaluation.paired import chance_of, paired_difference, pictures_needed


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        # Bentur et al. 2009, in Fagerland, Lydersen and Laake 2014
        ((1, 1, 7, 12), 0.026, 0.507),
        # Altman et al., Statistics with Confidence, 2000, table 6.2
        ((14, 0, 5, 22), 0.011, 0.226),
    ],
)
def test_the_interval_is_that_of_published_examples(table, low, high):
    found = paired_difference(*table)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-4)


def test_no_pictures_no_figure():
    assert paired_difference(0, 0, 0, 0) is None


@pytest.mark.parametrize("table", [(1, 0, 0, 0), (0, 0, 0, 1), (0, 1, 0, 0), (0, 0, 1, 0)])
def test_one_picture_says_next_to_nothing(table):
    found = paired_difference(*table)
    assert found is not None
    assert found.value == table[2] - table[1]
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert found.high - found.low > 0.7


def test_without_a_change_the_interval_lies_around_nothing():
    found = paired_difference(90, 0, 0, 10)
    assert found is not None
    assert found.value == 0
    assert found.low < 0 < found.high
    alone = wilson(90, 100)
    assert alone is not None
    assert found.high < (alone.high - alone.low) / 2  # the same pictures tell more than other ones would


def test_swapping_the_runs_turns_the_interval_round():
    one, other = paired_difference(70, 4, 12, 14), paired_difference(70, 12, 4, 14)
    assert one is not None
    assert other is not None
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))


def test_the_interval_holds_the_truth_19_times_out_of_20():
    """100,000 draws of 60 pictures of which 6 % become right and 3 % wrong."""
    shares = (0.86, 0.03, 0.06, 0.05)
    tables, often = np.unique(
        np.random.default_rng(0).multinomial(60, shares, size=100_000), axis=0, return_counts=True
    )
    held = 0
    for (both, broken, fixed, neither), times in zip(tables.tolist(), often.tolist(), strict=True):
        found = paired_difference(both, broken, fixed, neither)
        assert found is not None
        held += times * (found.low <= 0.03 <= found.high)
    assert 0.945 < held / 100_000 < 0.985


@pytest.mark.parametrize(("fixed", "broken"), [(12, 9), (30, 4), (5, 0), (0, 6), (1, 0), (400, 350)])
def test_chance_is_the_exact_binomial_one(fixed, broken):
    fewer = min(fixed, broken)
    by_hand = min(1.0, 2 * float(binom.cdf(fewer, fixed + broken, 0.5)))
    assert chance_of(fixed, broken) == pytest.approx(by_hand)
    assert chance_of(fixed, broken) == binomtest(broken, fixed + broken, 0.5).pvalue


def test_nothing_changed_is_no_sign_of_anything():
    assert chance_of(0, 0) == 1.0


def test_five_of_five_can_be_luck_and_six_of_six_hardly():
    assert chance_of(5, 0) == pytest.approx(2 / 32)
    assert chance_of(6, 0) == pytest.approx(2 / 64)


def test_pictures_needed_by_hand():
    """Connor 1987, 10 % and 5 %: (1.95996 sqrt(0.15) + 0.84162 sqrt(0.1475))² / 0.0025 = 468.6."""
    assert pictures_needed(10, 5, 100) == 469
    assert pictures_needed(5, 10, 100) == 469
    assert pictures_needed(7, 7, 100) is None


def test_so_many_pictures_do_settle_it_4_times_out_of_5():
    needed = pictures_needed(10, 5, 100)
    assert needed is not None
    drawn = np.random.default_rng(0).multinomial(needed, (0.1, 0.05, 0.85), size=4_000)
    tables, often = np.unique(drawn[:, :2], axis=0, return_counts=True)
    settled = sum(
        times
        for (fixed, broken), times in zip(tables.tolist(), often.tolist(), strict=True)
        if chance_of(fixed, broken) < 0.05
    )
    assert 0.74 < settled / 4_000 < 0.84
