"""Places on a plane: alike rows lie close together, and the same rows always in the same place."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.embedding import FEWEST, embedding


def clusters(per_cluster: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return features of three kinds of pictures, and the kind of each."""
    random = np.random.default_rng(seed)
    kinds = np.repeat(np.arange(3), per_cluster)
    centres = random.normal(size=(3, 64))
    return (centres[kinds] + 0.2 * random.normal(size=(len(kinds), 64))).astype(np.float32), kinds


@pytest.mark.parametrize("per_cluster", [5, 20])
def test_alike_pictures_are_neighbours(per_cluster):
    features, kinds = clusters(per_cluster)
    places = embedding(features)
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (kinds[apart.argmin(axis=1)] == kinds).all()


def test_the_same_pictures_lie_in_the_same_place():
    features, _ = clusters(12)
    assert np.array_equal(embedding(features), embedding(features))


def test_places_fill_the_map():
    for per_cluster in (3, FEWEST):
        places = embedding(clusters(per_cluster)[0])
        assert np.abs(places).max() == pytest.approx(1.0)


@pytest.mark.parametrize("pictures", [0, 1, 2, 3])
def test_very_few_pictures_have_places_too(pictures):
    places = embedding(np.random.default_rng(0).random((pictures, 8)).astype(np.float32))
    assert places.shape == (pictures, 2)
    assert np.isfinite(places).all()


def test_pictures_that_are_all_the_same_lie_in_the_middle():
    assert not embedding(np.ones((40, 8), np.float32)).any()


def test_length_does_not_count():
    features, _ = clusters(4)
    assert np.allclose(embedding(features), embedding(3 * features), atol=1e-4)
