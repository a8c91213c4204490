"""The frozen pass happens once, and damaged stores are made anew."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from core.domain.errors import Cancelled
from core.training.features import extract, stored_features

PIXELS = np.arange(40 * 4 * 4 * 3, dtype=np.uint8).reshape(40, 4, 4, 3)


class Means:
    """A stand-in for a network: mean colour per picture; counts the pictures it looked at."""

    def __init__(self) -> None:
        self.looked_at = 0

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        self.looked_at += len(images)
        return images.reshape(len(images), -1, 3).mean(axis=1).astype(np.float32)


def silent(done: int, total: int) -> None: ...


def stored(frozen: Means, cache: Path) -> npt.NDArray[np.float16]:
    return stored_features(lambda: frozen, PIXELS, cache=cache, progress=silent, stopped=lambda: False)


def test_every_picture_gets_its_features_in_order():
    features = extract(Means(), PIXELS, progress=silent, stopped=lambda: False)
    assert features.shape == (40, 3)
    np.testing.assert_allclose(features, PIXELS.reshape(40, -1, 3).mean(axis=1), rtol=1e-6)


def test_progress_is_told_up_to_the_end():
    told: list[tuple[int, int]] = []
    extract(Means(), PIXELS, progress=lambda *t: told.append(t), stopped=lambda: False)
    assert told == [(16, 40), (32, 40), (40, 40)]


def test_stops_within_one_batch():
    frozen = Means()
    with pytest.raises(Cancelled):
        extract(frozen, PIXELS, progress=silent, stopped=lambda: frozen.looked_at > 0)
    assert frozen.looked_at == 16


def test_a_second_time_nothing_is_computed(tmp_path: Path):
    frozen, cache = Means(), tmp_path / "features.npy"
    first = stored(frozen, cache)
    again = stored(frozen, cache)
    assert frozen.looked_at == 40
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\x93NUMPY\x01\x00"])
def test_a_damaged_store_is_made_anew(tmp_path: Path, damage: bytes):
    frozen, cache = Means(), tmp_path / "features.npy"
    cache.write_bytes(damage)
    assert len(stored(frozen, cache)) == 40
    assert frozen.looked_at == 40


def test_a_shortened_store_is_made_anew(tmp_path: Path):
    frozen, cache = Means(), tmp_path / "features.npy"
    stored(frozen, cache)
    cache.write_bytes(cache.read_bytes()[:-10])
    stored(frozen, cache)
    assert frozen.looked_at == 80
