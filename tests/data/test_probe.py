"""What a plain split would have told, beside the honest one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from core.data.directions import directions
from core.data.folds import turns
from core.data.learner import RIDGE, Learner
from core.data.probe import split_check
from core.data.split import assign
from core.domain.dataset import Split
from core.domain.edit import SplitSettings
from core.evaluation.intervals import wilson
from tests.data.made_sets import made_picture, made_set

PLAIN = SplitSettings()


def series_set(series=40, shots=6, classes=4):
    """Return samples and features where a series is easy to recognise and its class is hardly to be seen."""
    random = np.random.default_rng(0)
    pictures = [
        made_picture(f"{s % classes}/{s}_{k}.jpg", None, str(s)) for s in range(series) for k in range(shots)
    ]
    places = random.standard_normal((series, 64))
    rows = {p.sha256: places[int(p.group)] + 0.1 * random.standard_normal(64) for p in pictures if p.group}
    samples = assign(pictures, settings=PLAIN)
    return samples, np.array([rows[s.sha256] for s in samples], dtype=np.float32)


def test_a_plain_split_of_series_tells_too_much():
    samples, features = series_set(40, 12)
    check = split_check(samples, features, PLAIN)
    assert (check.series, check.pictures, check.folds) == (40, 480, None)
    assert check.plain.accuracy > 0.9
    assert check.honest.accuracy < 0.5
    assert check.honest.low < check.honest.accuracy < check.honest.high
    assert check.leaked > 50


def test_in_a_small_set_each_picture_takes_its_turn():
    samples, features = series_set(20)
    check = split_check(samples, features, PLAIN)
    assert check.folds == 5
    assert check.plain.accuracy > 0.9
    assert check.honest.accuracy < 0.6
    for probe in (check.plain, check.honest):
        peer = wilson(round(probe.accuracy * len(samples)), len(samples))
        assert (probe.accuracy, probe.low, probe.high) == pytest.approx(
            (peer.value, peer.low, peer.high), abs=1e-4
        )


def test_turns_are_those_of_ridge_regression_learnt_without_the_judged():
    samples, features = series_set(20)
    by = turns(samples, seed=0)
    rows, labels = directions(features), np.array([int(s.label) for s in samples])
    rows = (rows - rows.mean(axis=0)) / np.sqrt(((rows - rows.mean(axis=0)) ** 2).mean())
    right = 0
    for asked in by.honest:
        peer = Ridge(alpha=RIDGE * (~asked).sum()).fit(rows[~asked], np.eye(4)[labels[~asked]])
        right += (peer.predict(rows[asked]).argmax(axis=1) == labels[asked]).sum()
    assert split_check(samples, features, PLAIN).honest.accuracy == pytest.approx(right / len(samples))


@pytest.mark.parametrize("seed", [0, 7, 2**40])
def test_turns_are_the_same_every_time_and_others_with_another_seed(seed):
    samples, features = series_set(20)
    first = split_check(samples, features, SplitSettings(seed=seed))
    assert first == split_check(samples, features.copy(), SplitSettings(seed=seed))
    assert first.honest != split_check(samples, features, SplitSettings(seed=seed + 1)).honest


def test_a_set_of_twelve_pictures_is_judged_twelve_times():
    made = made_set({"a": 6, "b": 6}, apart=3)
    check = split_check(assign(made.pictures, settings=PLAIN), made.features, PLAIN)
    assert (check.folds, check.plain) == (5, None)
    assert check.honest.accuracy == 1
    assert check.honest.low == pytest.approx(wilson(12, 12).low, abs=1e-4)


def test_a_class_of_two_pictures_takes_two_turns():
    made = made_set({"a": 20, "b": 2})
    check = split_check(assign(made.pictures, settings=PLAIN), made.features, PLAIN)
    assert check.folds == 2
    assert check.honest is not None


def test_one_class_has_no_score():
    made = made_set({"a": 30})
    check = split_check(assign(made.pictures, settings=PLAIN), made.features, PLAIN)
    assert (check.folds, check.honest) == (None, None)


def test_one_split_is_kept_where_turns_would_judge_fewer():
    """Train, validation and test were all given, so nothing may be divided otherwise."""
    parts = {Split.TRAIN: 20, Split.VALIDATION: 8, Split.TEST: 8}
    pictures = [
        made_picture(f"{label}/{split}_{n}.jpg", split)
        for label in "ab"
        for split, many in parts.items()
        for n in range(many)
    ]
    samples = assign(pictures, settings=PLAIN)
    check = split_check(samples, np.eye(len(samples), dtype=np.float32), PLAIN)
    assert check.folds is None
    assert check.honest is not None


def test_pairs_are_of_one_series_and_their_first_is_learnt_from_by_the_plain_split():
    samples, features = series_set()
    group = {s.sha256: s.group for s in samples}
    pairs = split_check(samples, features, PLAIN).pairs
    assert 0 < len(pairs) <= 24
    assert all(group[a] == group[b] and a != b for a, b in pairs)
    assert len({group[a] for a, _ in pairs}) == len(pairs)


def test_it_is_the_same_every_time():
    samples, features = series_set(12)
    assert split_check(samples, features, PLAIN) == split_check(samples, features.copy(), PLAIN)


def test_without_series_there_is_nothing_a_plain_split_could_tell_better():
    samples, features = series_set()
    check = split_check([replace(s, group=None) for s in samples], features, PLAIN)
    assert (check.series, check.leaked, check.pairs, check.plain) == (0, 0, (), None)
    assert check.honest is not None


def test_without_features_the_torn_pictures_are_still_counted():
    samples, _ = series_set()
    check = split_check(samples, None, PLAIN)
    assert check.leaked > 50
    assert check.pairs
    assert check.plain is None
    assert check.honest is None


def test_excluded_pictures_do_not_count():
    samples, features = series_set()
    check = split_check([replace(s, excluded=s.group != "0") for s in samples], features, PLAIN)
    assert check is None
    samples = [replace(s, excluded=s.split is Split.TEST) for s in samples]
    assert split_check(samples, features, PLAIN).pictures == sum(not s.excluded for s in samples)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_pictures_are_no_trouble(count):
    samples = assign([made_picture(f"a/{n}.jpg") for n in range(count)], settings=PLAIN)
    check = split_check(samples, np.ones((count, 8), dtype=np.float16), PLAIN)
    assert check is None or check.honest is None


@pytest.mark.parametrize(("pictures", "channels"), [(40, 8), (12, 64)])
def test_scores_are_those_of_ridge_regression(pictures, channels):
    random = np.random.default_rng(1)
    rows = random.standard_normal((pictures, channels))
    labels = ["abc"[n % 3] for n in range(pictures)]
    asked = np.arange(pictures) % 4 == 0
    centred = rows - rows.mean(axis=0)
    scaled = centred / np.sqrt((centred**2).mean())
    peer = Ridge(alpha=RIDGE * (~asked).sum()).fit(
        scaled[~asked], np.eye(3)[[ord(c) - 97 for c in labels]][~asked]
    )
    ours = np.concatenate([scores for _, scores in Learner(rows, labels).scores(asked)])
    np.testing.assert_allclose(ours, peer.predict(scaled[asked]), atol=1e-4)
