"""Many features laid out on a plane."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

FEWEST: Final = 30  # pictures; fewer have too few neighbours for t-SNE
_KEPT: Final = 50  # directions that t-SNE compares pictures by; the others are mostly noise
_PERPLEXITY: Final = 30.0  # how many neighbours count, about

Floats = npt.NDArray[np.float32]


def embedding(features: Floats, *, seed: int = 0) -> Floats:
    """Return a place in [-1, 1] by [-1, 1] for each row of ``features`` (N, D), alike ones close together.

    t-SNE (van der Maaten and Hinton, 2008) from the first two principal components, which are the result
    themselves for fewer than 30 rows. Rows are compared by direction, not by length. It takes some seconds
    for thousands of rows, and cannot be stopped. The same arguments give the same places.
    """
    if len(features) < 2 or not np.ptp(features, axis=0).any():
        return np.zeros((len(features), 2), np.float32)
    main = _main_directions(
        features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12), seed
    )
    if len(main) < FEWEST or not main[:, 0].std():
        return _within(main[:, :2])
    return _within(_neighbours(main, seed))


def _main_directions(rows: Floats, seed: int) -> Floats:
    """Return the rows (N, K) along their principal components, at least two, the widest first."""
    from sklearn.decomposition import PCA
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    most = min(_KEPT, *rows.shape)
    # one thread: two that share a busy processor wait for each other, which takes ten times as long
    with threadpool_limits(1):
        method = PCA(most, svd_solver="randomized", random_state=seed)
        found: Floats = method.fit_transform(rows - rows.mean(axis=0))
    return np.pad(found, ((0, 0), (0, max(0, 2 - found.shape[1])))).astype(np.float32)


def _neighbours(main: Floats, seed: int) -> Floats:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    method = TSNE(
        init=main[:, :2] / main[:, 0].std() * 1e-4,  # as scikit-learn begins with PCA
        perplexity=min(_PERPLEXITY, (len(main) - 1) / 3),
        random_state=seed,
    )
    with threadpool_limits(1, user_api="openmp"):
        places: Floats = method.fit_transform(main)
    return places


def _within(places: Floats) -> Floats:
    """Return the places moved to the middle and made to fill [-1, 1], as wide as they are high."""
    low, high = places.min(axis=0), places.max(axis=0)
    reach = float((high - low).max()) / 2
    moved: Floats = ((places - (low + high) / 2) / (reach or 1.0)).astype(np.float32)
    return moved
