"""What a plain split would have told, beside the honest one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from core.data.probe import RIDGE, Learner, split_check
from core.data.split import assign
from core.domain.dataset import Split
from core.domain.edit import SplitSettings
from tests.data.made_sets import made_picture

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
    samples, features = series_set()
    check = split_check(samples, features, PLAIN)
    assert (check.series, check.pictures) == (40, 240)
    assert check.plain.accuracy > 0.9
    assert check.honest.accuracy < 0.5
    assert check.honest.low < check.honest.accuracy < check.honest.high
    assert check.leaked > 50


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
    ours = Learner(rows, labels).scores(asked)
    np.testing.assert_allclose(ours, peer.predict(scaled[asked]), atol=1e-4)
