from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, t  # type: ignore[import-untyped]

from core.evaluation.intervals import effective_size, independent_share, wilson, wilson_of_series


@pytest.mark.parametrize(("correct", "total"), [(93, 100), (0, 10), (10, 10), (1, 2), (289, 297), (1, 1)])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_agrees_with_scipy(correct: int, total: int, confidence: float) -> None:
    expected = binomtest(correct, total).proportion_ci(confidence, method="wilson")
    interval = wilson(correct, total, confidence=confidence)
    assert interval is not None
    assert interval.value == correct / total
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))


def test_93_of_100_reaches_from_86_to_97_per_cent() -> None:
    interval = wilson(93, 100)
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.8625, 0.9657)


def test_more_confidence_is_wider() -> None:
    narrow, wide = wilson(93, 100, confidence=0.8), wilson(93, 100, confidence=0.99)
    assert narrow is not None
    assert wide is not None
    assert wide.low < narrow.low < 0.93 < narrow.high < wide.high


def test_nothing_measured_has_no_interval() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize("total", [1, 3, 29, 1_000, 123_457])
def test_always_holds_the_share_itself(total: int) -> None:
    for correct in {0, 1, total // 2, total - 1, total}:
        interval = wilson(correct, total)
        assert interval is not None
        assert 0 <= interval.low <= interval.value <= interval.high <= 1


def test_pictures_answered_alike_count_once() -> None:
    """Forty series of four, each all right or all wrong: as sure as 39 pictures, and a little less."""
    groups = np.repeat(np.arange(40), 4)
    right = np.repeat(np.arange(40) < 28, 4)
    wider = t.ppf(0.975, 39) / t.ppf(0.975, 159)
    assert effective_size(right, groups) == pytest.approx(39 / wider**2)
    interval, few = wilson_of_series(right, groups), wilson(28, 40)
    assert interval is not None
    assert few is not None
    assert interval.value == 0.7
    assert interval.high - interval.low == pytest.approx(few.high - few.low, rel=0.05)


def test_many_series_that_say_nothing_of_their_pictures_cost_nothing() -> None:
    right = np.array([True, False] * 600)
    assert effective_size(right, np.arange(1_200) // 2) == pytest.approx(1_200, rel=0.01)
    assert effective_size(right, np.arange(1_200)) == pytest.approx(1_200, rel=0.001)
    assert wilson_of_series(right, None) == wilson(600, 1_200)


@pytest.mark.parametrize("series", [3, 5, 8])
def test_the_range_from_few_series_holds_the_truth_as_often_as_it_says(series: int) -> None:
    """Without the allowance for few series it does in 85 to 90 of 100 such cases."""
    random = np.random.default_rng(series)
    held = 0
    for _ in range(400):
        sizes = random.integers(1, 16, series)
        shares = np.repeat(random.beta(0.7 * 7 / 3, 0.3 * 7 / 3, series), sizes)
        interval = wilson_of_series(random.random(sizes.sum()) < shares, np.repeat(np.arange(series), sizes))
        assert interval is not None
        held += interval.low <= 0.7 <= interval.high
    assert held / 400 > 0.92


def test_where_all_are_right_a_series_counts_as_one_picture() -> None:
    interval = wilson_of_series(np.ones(12, dtype=bool), np.arange(12) // 4)
    few = wilson(3, 3)
    assert interval is not None
    assert few is not None
    assert interval.low == few.low
    assert wilson_of_series(np.ones(0, dtype=bool), np.ones(0, dtype=np.int64)) is None


def test_pictures_of_a_series_are_one_among_others() -> None:
    assert independent_share(np.array([0, 0, 0, 1])) == 0.5
    assert independent_share(np.array([], dtype=np.int64)) == independent_share(None) == 1.0
