"""Bounds on cosines: never too low, and low enough to be worth something."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.bounds import Bounds, bounds
from core.data.directions import directions


def unit_rows(rows=1_300, channels=300, classes=5):
    """Return directions that lie around a few centres, as those of photographs do."""
    random = np.random.default_rng(0)
    centres = random.gamma(0.6, 1, (classes, channels))
    drawn = centres[np.arange(rows) % classes] + random.gamma(0.6, 1, (rows, channels))
    return directions(drawn.astype(np.float32))


@pytest.fixture(scope="module")
def unit():
    return unit_rows()


def test_a_bound_is_never_below_the_cosine(unit):
    whole = slice(0, len(unit))
    assert (Bounds(unit)(whole, whole) >= unit @ unit.T).all()


def test_rows_that_the_sample_has_not_seen_are_bounded_too():
    """Axes are taken from some rows only; here the others lie elsewhere."""
    unit = unit_rows()
    unit[1::2] = 0
    unit[1::2, -1] = 1
    whole = slice(0, len(unit))
    assert (Bounds(unit)(whole, whole) >= unit @ unit.T).all()


def test_few_pairs_are_left_to_be_looked_at(unit):
    whole = slice(0, len(unit))
    cosines, most = unit @ unit.T, Bounds(unit)(whole, whole)
    least = 0.95  # copies; no two of these are
    assert (cosines > least).sum() == len(unit)
    assert (most > least).mean() < 0.05


def test_blocks_tell_what_the_whole_does(unit):
    most = Bounds(unit)
    every = most(slice(0, len(unit)), slice(0, len(unit)))
    np.testing.assert_allclose(most(slice(100, 200), slice(600, 900)), every[100:200, 600:900], atol=1e-5)


@pytest.mark.parametrize(("rows", "channels"), [(50, 300), (1_300, 64)])
def test_few_or_short_rows_are_compared_themselves(rows, channels):
    unit = unit_rows(rows, channels)
    some = bounds(unit)(slice(0, 20), slice(20, 40))
    np.testing.assert_allclose(some, unit[:20] @ unit[20:40].T, atol=2e-4)
    assert (some >= unit[:20] @ unit[20:40].T).all()
