import numpy as np
import pytest

from core.domain.decision import MOST_REMEMBERED
from core.evaluation.novelty import (
    farthest_of,
    memory_of,
    nearest,
    remembered,
    strangeness,
)


def clouds(count, *, seed, around=(1.0, 0.0, 0.0)):
    return (np.array(around) + np.random.default_rng(seed).normal(scale=0.1, size=(count, 3))).astype("f4")


def memory(count=40):
    return memory_of(clouds(count, seed=0), tuple(map(str, range(count))), np.zeros(count, dtype=np.int64))


def test_what_was_learnt_from_is_near_and_something_else_is_far():
    alike, other = clouds(50, seed=1), clouds(50, seed=2, around=(0.0, 1.0, 0.0))

    assert strangeness(memory(), other).min() > 10 * strangeness(memory(), alike).max()


def test_the_distance_is_one_minus_the_cosine_to_the_fifth_nearest():
    kept = memory()
    picture = clouds(1, seed=3)
    unit = picture / np.linalg.norm(picture)
    cosines = np.sort(kept.features.astype("f4") @ unit[0])[::-1]

    assert strangeness(kept, picture)[0] == pytest.approx(1 - cosines[4], abs=1e-6)
    assert strangeness(memory(2), picture)[0] > 0  # fewer than five: the farthest of them


def test_of_its_own_kind_at_most_one_in_fifty_is_taken_for_something_else():
    farthest = farthest_of(strangeness(memory(200), clouds(500, seed=4)))

    alarms = strangeness(memory(200), clouds(5_000, seed=5)) > farthest
    assert 0.005 < alarms.mean() < 0.04


def test_of_few_validation_pictures_the_farthest_is_the_bound():
    assert farthest_of(np.array([0.1, 0.4, 0.2], dtype=np.float32)) == pytest.approx(0.4)
    assert farthest_of(np.zeros(0, dtype=np.float32)) is None


def test_remembers_all_or_two_thousand():
    assert remembered(10, seed=0).tolist() == list(range(10))
    many = remembered(5_000, seed=0)
    assert len(set(many.tolist())) == MOST_REMEMBERED
    assert (np.diff(many) > 0).all()


def test_finds_the_most_alike_first():
    kept = memory()
    assert nearest(kept, kept.features.astype("f4")[[7]], most=2)[0, 0] == 7
