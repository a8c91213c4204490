import numpy as np
import pytest

from core.evaluation.abstain import aimed_threshold, answer_curve, least_promise, promised_threshold


def drawn(pictures, *, seed, worst=0.5):
    """Answers that are right as often as they are sure, from ``worst`` to 1."""
    chance = np.random.default_rng(seed)
    sure = chance.uniform(worst, 1.0, size=pictures)
    return sure, chance.random(pictures) < sure


def test_a_promise_is_kept_nine_times_in_ten():
    """Judged on endless new pictures: answers above t are wrong in (1 - t) / 2 of the cases."""
    broken = given = 0
    for seed in range(200):
        threshold = promised_threshold(*drawn(400, seed=seed), 0.1)
        if threshold is not None:
            given += 1
            broken += (1 - threshold) / 2 > 0.1

    assert given > 120
    assert broken <= 0.1 * 200


def test_a_promise_does_not_send_everything_to_a_person():
    """Truly, the share answered at 10 % wrong is 0.4: of 2,000 pictures most of it must be found."""
    threshold = promised_threshold(*drawn(2_000, seed=1), 0.1)

    assert 0.8 < threshold < 0.9


def test_few_pictures_cannot_bear_out_a_promise():
    """Of 100 right answers up to 2.3 % may be wrong in truth, with 90 % confidence: 0.977 ** 100 is 0.1."""
    sure, right = np.linspace(0.5, 1.0, 100), np.ones(100, dtype=bool)

    assert promised_threshold(sure, right, 0.02) is None
    assert promised_threshold(sure, right, 0.03) == 0.5
    assert least_promise(sure, right) == 0.03
    assert least_promise(sure[:2], right[:2]) is None


def test_pictures_of_series_bear_out_less():
    sure, right = np.linspace(0.5, 1.0, 100), np.ones(100, dtype=bool)

    assert promised_threshold(sure, right, 0.03, independent=0.5) is None
    assert promised_threshold(sure, right, 0.05, independent=0.5) == 0.5


def test_an_aim_is_what_one_counts():
    """Surest first: right, right, wrong, right. At most a third wrong holds down to 0.7, a tenth to 0.8."""
    sure = np.array([0.6, 0.9, 0.7, 0.8])
    right = np.array([True, True, False, True])

    assert aimed_threshold(sure, right, 1 / 3) == 0.6
    assert aimed_threshold(sure, right, 0.1) == 0.8
    assert aimed_threshold(sure, ~right, 0.1) is None


def test_answers_as_sure_as_each_other_stand_or_fall_together():
    sure, right = np.array([0.9, 0.9, 0.9]), np.array([True, True, False])

    assert aimed_threshold(sure, right, 0.2) is None
    assert answer_curve(sure, right, np.ones(3, dtype=bool)).answered == (1.0,)


def test_the_curve_counts_answers_and_mistakes():
    sure = np.array([0.6, 0.9, 0.7, 0.8])
    right = np.array([True, True, False, True])

    curve = answer_curve(sure, right, np.array([True, True, True, False]))

    assert curve.least_sure == (0.9, 0.7, 0.6)
    assert curve.answered == (0.25, 0.5, 0.75)
    assert curve.wrong == pytest.approx((0, 1 / 2, 1 / 3))


def test_without_answers_there_is_no_curve_and_no_promise():
    none = np.zeros(0)

    assert answer_curve(none, none.astype(bool), none.astype(bool)).answered == ()
    assert promised_threshold(none, none.astype(bool), 0.1) is None
    assert aimed_threshold(none, none.astype(bool), 0.1) is None


def test_a_long_curve_is_thinned():
    sure, right = drawn(3_000, seed=0)
    curve = answer_curve(sure, right, np.ones(3_000, dtype=bool))

    assert len(curve.answered) == 200
    assert curve.answered[-1] == 1.0
