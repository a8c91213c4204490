"""Paired shares of pictures that come in series: by hand, by trying out all signs, and by draws."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from core.evaluation.paired import chance_of, paired_difference, pictures_needed
from core.evaluation.paired_series import Gains


def gains(*series: tuple[int, int, int]) -> Gains:
    """Return those of (pictures, fixed, broken) per series."""
    pictures, fixed, broken = np.array(series, dtype=np.int64).T
    return Gains(pictures=pictures, fixed=fixed, broken=broken)


def test_pictures_are_counted_by_their_series():
    before = np.array([False, True, False, True, True, False])
    after = np.array([True, False, True, True, True, False])
    found = Gains.of(before, after, np.array([7, 3, 7, 7, 3, 9]))
    assert (found.pictures.tolist(), found.fixed.tolist(), found.broken.tolist()) == (
        [2, 3, 1],
        [0, 2, 0],
        [1, 0, 0],
    )


def test_chance_by_hand():
    """+3, +2 and -1 make 4. Of the 8 ways to set the signs, ±(3 + 2 + 1) and ±(3 + 2 - 1) are as uneven."""
    assert gains((5, 3, 0), (5, 4, 2), (5, 0, 1), (5, 2, 2)).chance == pytest.approx(4 / 8)


@pytest.mark.parametrize("seed", range(4))
def test_chance_is_that_of_all_signs_tried_out(seed):
    apart = np.random.default_rng(seed).integers(-4, 6, size=11)
    signs = np.array(list(product((-1, 1), repeat=len(apart))))
    as_uneven = np.abs(signs @ np.abs(apart)) >= abs(apart.sum())
    found = gains(*((9, max(0, one), max(0, -one)) for one in apart.tolist()))
    assert found.chance == pytest.approx(float(as_uneven.mean()))


@pytest.mark.parametrize(("fixed", "broken"), [(12, 9), (30, 4), (5, 0), (0, 6), (0, 0), (400, 350)])
def test_single_pictures_are_tested_as_ever(fixed, broken):
    found = gains(*[(1, 1, 0)] * fixed, *[(1, 0, 1)] * broken, (1, 0, 0))
    assert found.chance == pytest.approx(chance_of(fixed, broken))


def test_however_many_pictures_five_series_can_be_luck():
    assert gains(*[(40, 30, 1)] * 5).chance == pytest.approx(2 / 32)
    assert gains(*[(40, 30, 1)] * 6).chance == pytest.approx(2 / 64)


def test_series_that_change_as_one_count_once():
    """Ten series of four, four of them fixed: 10 / 9 (4 x 2.4² + 6 x 1.6²) / 40² over 0.4 x 0.6 / 40."""
    found = gains(*[(4, 4, 0)] * 4, *[(4, 0, 0)] * 6)
    assert found.design_effect == pytest.approx(40 / 9)
    assert found.effective_pictures == pytest.approx(9 * (1.959964 / 2.262157) ** 2)


def test_where_nothing_changed_a_series_counts_as_one_picture():
    assert gains(*[(4, 0, 0)] * 10).design_effect == 4
    assert gains(*[(4, 4, 0)] * 10).design_effect == 4
    assert gains((30, 4, 1)).effective_pictures == 1


def test_many_series_that_say_nothing_of_their_pictures_cost_next_to_nothing():
    found = gains(*[(2, 1, 1)] * 100, *[(2, 0, 0)] * 100)
    assert found.design_effect == 1
    assert 380 < found.effective_pictures < 400


def test_of_alike_pictures_more_are_needed():
    """Where four of a series change as one, four times as many pictures are needed as if each were alone."""
    alone = pictures_needed(32, 16, 300)
    found = gains(*[(4, 4, 0)] * 8, *[(4, 0, 4)] * 4, *[(4, 0, 0)] * 63)
    assert alone is not None
    assert found.pictures_needed == pytest.approx(alone * found.design_effect, abs=1)
    assert found.design_effect == pytest.approx(4, rel=0.05)
    assert gains((4, 2, 1), (4, 0, 1)).pictures_needed is None


def test_too_few_series_need_more_of_them_whatever_their_pictures_say():
    assert gains(*[(40, 30, 1)] * 4).pictures_needed == 6 * 40


def test_equal_runs_are_told_apart_1_time_in_20_at_most():
    """Two runs as good as each other, on 12 series that each of them finds easy or hard as a whole.

    Counted picture by picture, luck passed for a difference 4 times out of 10, and the interval held the
    truth, which is 0, in little more than half of the cases.
    """
    random, groups = np.random.default_rng(0), np.repeat(np.arange(12), 20)
    alarms, naive, held, draws = 0, 0, 0, 400
    for _ in range(draws):
        hard = random.normal(size=12) + random.normal(size=(2, 12))
        before, after = hard[:, groups] + random.normal(size=(2, 240)) < 1.5
        found = Gains.of(before, after, groups)
        both, fixed, broken = (int(one.sum()) for one in (before & after, after & ~before, before & ~after))
        known = paired_difference(
            both, broken, fixed, 240 - both - fixed - broken, size=found.effective_pictures
        )
        assert known is not None
        alarms += found.chance < 0.05
        naive += chance_of(fixed, broken) < 0.05
        held += known.low <= 0 <= known.high
    assert alarms / draws < 0.06
    assert naive / draws > 0.3
    assert held / draws > 0.94
