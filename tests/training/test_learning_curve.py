"""Learning curves follow the laws they are drawn from, and say when they cannot tell."""

from __future__ import annotations

import numpy as np
import pytest

from core.domain.errors import Cancelled
from core.domain.forecast import Answered, Evidence, LearningCurve, PowerLaw
from core.training.learning_curve import (
    LEAST_OF_CLASS,
    LEAST_SERIES,
    SHARES,
    fitted,
    learning_curve,
    named_by,
    steps,
)


def clouds(
    sizes: list[int], *, spread: float | list[float] = 1.0, features: int = 24, alike: int = 1, seed: int = 0
) -> Evidence:
    """A cloud per class of so many series of ``alike`` pictures each; ``spread`` of all, or of each class."""
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    wide = np.broadcast_to(spread, len(sizes))[labels]
    centres = np.random.default_rng(7).normal(size=(len(sizes), features))
    found = centres[labels] + wide[:, None] * random.normal(size=(len(labels), features))
    return Evidence(
        features=np.repeat(found, alike, axis=0).astype(np.float32),
        targets=np.repeat(np.eye(len(sizes), dtype=np.float32)[labels], alike, axis=0),
        groups=np.repeat(np.arange(len(labels)), alike),
        classes=tuple("abcdefghijklmnopqrstuvwxyz"[: len(sizes)]),
    )


def all_right(evidence: Evidence, *, wrong: int = 0) -> Answered:
    """Answers of which the first ``wrong`` name the next class."""
    named = evidence.targets > 0.5
    named[:wrong] = np.roll(named[:wrong], 1, axis=1)
    return Answered(named=named, judged=np.ones(len(named), dtype=bool), penalty=10.0)


def curve_of(evidence: Evidence, *, wrong: int = 20, seed: int = 0) -> LearningCurve:
    found = learning_curve(evidence, all_right(evidence, wrong=wrong), seed=seed)
    assert found is not None
    return found


def shares(values: object) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)


@pytest.mark.parametrize(("scale", "exponent"), [(0.1, 0.5), (0.3, 0.25), (0.02, 1.0)])
def test_a_power_law_is_found_again(scale, exponent):
    errors = scale * shares(SHARES)[None] ** -exponent
    found = fitted(errors, np.ones_like(errors), floor=False)
    np.testing.assert_allclose([found.scale[0], found.exponent[0]], [scale, exponent], atol=1e-9)
    np.testing.assert_allclose(found.left_by_doubling, 2**-exponent, atol=1e-9)
    np.testing.assert_allclose(found.misfit, 0, atol=1e-12)


def test_a_floor_is_found_again_and_is_not_mended_by_more_pictures():
    errors = 0.1 * shares(SHARES)[None] ** -1.0 + 0.2
    found = fitted(errors, np.ones_like(errors), floor=True)
    np.testing.assert_allclose(
        [found.scale[0], found.exponent[0], found.floor[0]], [0.1, 1.0, 0.2], atol=1e-9
    )
    np.testing.assert_allclose(found.left_by_doubling, 0.25 / 0.3, atol=1e-9)


def test_many_laws_are_fitted_at_once_as_they_are_one_by_one():
    random = np.random.default_rng(0)
    errors = np.sort(random.random((5, len(SHARES))), axis=1)[:, ::-1]
    surely = random.random(errors.shape)
    together = fitted(errors, surely, floor=True)
    for row in range(5):
        alone = fitted(errors[row : row + 1], surely[row : row + 1], floor=True)
        assert together.exponent[row] == alone.exponent[0]
        np.testing.assert_allclose(together.floor[row], alone.floor[0])


def test_without_errors_there_is_nothing_to_gain():
    none = np.zeros((1, len(SHARES)))
    for floor in (False, True):
        assert fitted(none, np.ones_like(none), floor=floor).left_by_doubling[0] == 1.0


def test_errors_that_rise_with_pictures_promise_nothing():
    errors = shares([[0.1, 0.15, 0.2, 0.25]])
    assert fitted(errors, np.ones_like(errors), floor=False).left_by_doubling[0] == 1.0


def test_a_law_says_what_error_to_expect():
    law = PowerLaw(scale=2.0, exponent=0.5, floor=0.1)
    assert law.error_at(400) == pytest.approx(0.2)
    assert law.error_at(1) == 1.0


def test_heads_that_learn_from_more_pictures_answer_better():
    found = curve_of(clouds([60, 60, 60], spread=2.0))
    assert [one.pictures for one in found.points] == [36, 72, 108, 144]
    assert found.points[-1].accuracy > found.points[0].accuracy
    assert found.law.exponent > 0
    at_the_end = found.law.error_at(found.points[-1].pictures)
    assert at_the_end == pytest.approx(1 - found.points[-1].accuracy, abs=0.05)
    assert found.doubled is not None
    assert 0 <= found.doubled.low <= found.doubled.likely <= found.doubled.high


def test_what_doubling_adds_is_a_share_of_the_errors_that_were_made():
    evidence = clouds([60, 60, 60], spread=2.0)
    few, many = curve_of(evidence, wrong=10).doubled, curve_of(evidence, wrong=20).doubled
    assert few is not None
    assert many is not None
    assert many.likely == pytest.approx(2 * few.likely)
    assert many.high <= 20 / 180


def test_where_nothing_is_left_to_learn_more_pictures_add_nothing():
    found = curve_of(clouds([50, 50], spread=0.05), wrong=0)
    assert found.doubled is not None
    assert found.doubled.high == 0
    assert all(one.f1 == 1.0 and one.gain is not None and one.gain.high == 0 for one in found.classes)


def test_a_rare_class_gains_more_than_a_frequent_one():
    found = curve_of(clouds([30, 150, 150], spread=2.0, features=60), wrong=12)
    rare, frequent = found.classes[0].gain, found.classes[1].gain
    assert rare is not None
    assert frequent is not None
    assert rare.likely > frequent.likely
    assert [one.support for one in found.classes] == [30, 150, 150]


def test_a_range_too_wide_tells_nothing(monkeypatch):
    monkeypatch.setattr("core.training.learning_curve.WIDEST", 0.05)
    found = curve_of(clouds([14, 150, 150], spread=[1.6, 1.2, 1.2], seed=1), wrong=14)
    assert found.classes[0].gain is None
    assert found.classes[0].f1 == 0
    assert found.classes[1].gain is not None


def test_heads_that_made_no_mistake_promise_nothing_for_those_that_others_made():
    """With all errors of the trial gone, twice the pictures were promised to mend all that are left."""
    found = curve_of(clouds([30, 150, 150], spread=2.0, features=150), wrong=12)
    assert found.points[-1].accuracy > 0.99
    rare = found.classes[0]
    assert rare.f1 is not None
    assert rare.f1 < 0.8
    assert rare.gain is None or rare.gain.high < 0.1


def test_a_class_of_too_few_series_is_not_told_about():
    few = LEAST_OF_CLASS - 1
    found = curve_of(clouds([few, 40, 40], alike=2))
    assert found.classes[0].gain is None
    assert found.classes[0].support == 2 * few
    assert found.classes[1].gain is not None


def test_series_count_and_not_pictures():
    few = clouds([6, 6], alike=20)
    assert len(few.targets) > LEAST_SERIES > len(np.unique(few.groups))
    assert learning_curve(few, all_right(few), seed=0) is None


def test_only_a_part_of_very_many_pictures_is_learnt_from(monkeypatch):
    monkeypatch.setattr("core.training.learning_curve.MOST_PICTURES", 60)
    found = curve_of(clouds([60, 60]))
    assert found.points[-1].pictures <= 0.8 * 61
    assert [one.support for one in found.classes] == [60, 60]


def test_pictures_may_show_several_classes():
    one = clouds([40, 40, 40], spread=0.8)
    targets = one.targets.copy()
    targets[:40, 1] = 1  # every picture of the first class shows the second too
    evidence = Evidence(
        features=one.features, targets=targets, groups=one.groups, classes=one.classes, several=True
    )
    found = curve_of(evidence, wrong=6)
    assert [each.support for each in found.classes] == [40, 80, 40]
    assert found.points[-1].accuracy > 0.7


def test_many_classes_are_thinned_some_together():
    found: list[tuple[int, int]] = []
    evidence = clouds([6] * 24)
    curve = learning_curve(
        evidence, all_right(evidence), seed=0, progress=lambda done, total: found.append((done, total))
    )
    assert curve is not None
    assert len(curve.classes) == 24
    assert steps(24) == 4 + 8
    assert found == [(at, 12) for at in range(1, 13)]


def test_logits_name_classes():
    one = np.array([[-1.0], [2.0]], dtype=np.float32)
    np.testing.assert_array_equal(named_by(one, several=False), [[True, False], [False, True]])
    three = np.array([[0.5, 2.0, -1.0]], dtype=np.float32)
    np.testing.assert_array_equal(named_by(three, several=False), [[False, True, False]])
    np.testing.assert_array_equal(named_by(three, several=True), [[True, True, False]])


def test_constant_features_do_no_harm():
    one = clouds([30, 30])
    features = np.zeros((60, 60), dtype=np.float32)
    features[:, :24] = one.features
    found = curve_of(Evidence(features=features, targets=one.targets, groups=one.groups, classes=one.classes))
    assert found.points[-1].accuracy > 0.8


def test_weights_of_pictures_count():
    """A rare class whose pictures count more is named more often."""
    even = clouds([12, 100], spread=2.5, features=6)
    heavy = Evidence(
        features=even.features,
        targets=even.targets,
        groups=even.groups,
        classes=even.classes,
        weights=np.where(even.targets[:, 0] > 0, 20.0, 1.0),
    )
    assert curve_of(heavy).points[-1].accuracy != curve_of(even).points[-1].accuracy


def test_the_seed_decides():
    evidence = clouds([30, 30, 30], spread=2.0)
    assert curve_of(evidence, seed=1) == curve_of(evidence, seed=1)
    assert curve_of(evidence, seed=1) != curve_of(evidence, seed=2)


def test_it_stops_when_asked():
    evidence = clouds([30, 30])
    with pytest.raises(Cancelled):
        learning_curve(evidence, all_right(evidence), seed=0, stopped=lambda: True)
