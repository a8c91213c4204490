from __future__ import annotations

import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]

from core.evaluation.intervals import wilson


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
