"""The frozen pass: what the part of a network that does not learn makes of every picture, once and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from core.data.parallel import check, ignore_progress, never
from core.data.pixels import pixel_key
from core.data.rows import Computed, Rows, RowStore, filled
from core.domain.preprocess import Preprocessing

Pixels = npt.NDArray[np.uint8]
Frozen = Callable[[Pixels], npt.NDArray[np.float32]]  # (B, H, W, 3) -> (B, D)

FROZEN_BATCH: Final = 16
_VERSION: Final = 2  # raise it when the same network would be given other input, or keys were wrong


class Pictures(Protocol):
    """Pictures (N, H, W, 3) that are read when they are indexed: stored ones, an array, or changed views."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: npt.NDArray[np.int64], /) -> npt.NDArray[Any]: ...


def feature_key(
    spec_key: str,
    weights_sha256: str,
    preprocessing: Preprocessing,
    *,
    precision: str = "fp32",
    view: str = "plain",
) -> str:
    """Return a name for all that decides over features besides the picture's content.

    ``view`` says how pictures are changed before they are looked at; ``precision`` also where and by what,
    when that matters to the last digit.
    """
    how = [weights_sha256, pixel_key(preprocessing), preprocessing.mean, preprocessing.std, precision, view]
    digest = hashlib.sha256(json.dumps([_VERSION, spec_key, *how]).encode()).hexdigest()
    return f"{spec_key}-{preprocessing.image_size}-{digest[:24]}"


def kept_features(hashes: Sequence[str], *, folder: Path, key: str) -> Rows | None:
    """Return the features (N, D) if those of every picture are stored, else None; nothing is computed."""
    store = RowStore.found(folder / key)
    return store.rows(hashes) if store is not None and not store.missing(hashes) else None


def missing_features(hashes: Sequence[str], *, folder: Path, key: str) -> list[int]:
    """Return the positions of pictures whose features are to be computed, of repeated ones the first."""
    store = RowStore.found(folder / key)
    if store is not None:
        return store.missing(hashes)
    first: dict[str, int] = {}
    for position, sha256 in enumerate(hashes):
        first.setdefault(sha256, position)
    return list(first.values())


def stored_features(  # noqa: PLR0913 - where, under which name, and the two that every long work takes
    frozen: Callable[[], Frozen],
    pixels: Pictures,
    hashes: Sequence[str],
    *,
    folder: Path,
    key: str,
    progress: Callable[[int, int], None] = ignore_progress,
    stopped: Callable[[], bool] = never,
) -> Rows:
    """Return the features (N, D) float32 of ``pixels``, whose content hashes, at least one, are ``hashes``.

    Only those are computed that ``folder`` does not hold under ``key`` yet; ``frozen`` builds the network and
    is called when there are any. The network always sees FROZEN_BATCH pictures, the first ones again where
    there are fewer: a row does not depend on which others were computed with it.

    Raises Cancelled, or OSError; what was computed until then is kept.
    """
    network = cache(frozen)
    total = len(hashes)

    def computed(missing: Sequence[int]) -> Computed:
        for start in range(0, len(missing), FROZEN_BATCH):
            check(stopped)
            positions = missing[start : start + FROZEN_BATCH]
            yield positions, _looked_at(network(), pixels, positions)
            progress(total - len(missing) + start + len(positions), total)

    store = RowStore.found(folder / key)
    if store is None:  # only the network knows how long its rows are
        check(stopped)
        first = missing_features(hashes, folder=folder, key=key)[:FROZEN_BATCH]
        rows = _looked_at(network(), pixels, first)
        store = RowStore(folder / key, row_shape=rows.shape[1:], dtype=np.float32)
        store.append([hashes[position] for position in first], rows)
    return filled(store, hashes, computed)


def passed(
    network: Frozen,
    pixels: Pictures,
    *,
    progress: Callable[[int], None] = lambda _done: None,
    stopped: Callable[[], bool] = never,
) -> npt.NDArray[np.float32]:
    """Return what ``network`` makes of all pictures, (N, D), without keeping it. Raises Cancelled."""
    parts = []
    for start in range(0, len(pixels), FROZEN_BATCH):
        check(stopped)
        positions = range(start, min(start + FROZEN_BATCH, len(pixels)))
        parts.append(_looked_at(network, pixels, positions))
        progress(positions.stop)
    return np.concatenate(parts)


def _looked_at(network: Frozen, pixels: Pictures, positions: Sequence[int]) -> npt.NDArray[np.float32]:
    """Return the rows of these pictures from a batch that is always as large."""
    rows = np.resize(np.asarray(positions, np.int64), FROZEN_BATCH)  # begins again where there are fewer
    return network(np.ascontiguousarray(pixels[rows]))[: len(positions)]
