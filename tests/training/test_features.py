"""The frozen pass happens once for every picture, and a row is the same whoever it was computed with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from core.domain.config import TrainConfig
from core.domain.errors import Cancelled
from core.domain.preprocess import Interpolation, Preprocessing, ResizeMode
from core.models.engine import Precision, frozen_backbone
from core.models.preprocessing import preprocessing_for
from core.models.weights import load_weights
from core.models.zoo import spec_of
from core.training.features import (
    FROZEN_BATCH,
    Frozen,
    feature_key,
    kept_features,
    missing_features,
    stored_features,
)

PIXELS = np.arange(40 * 4 * 4 * 3, dtype=np.uint8).reshape(40, 4, 4, 3)
HASHES = [f"{number:02}" for number in range(40)]
MEANS = PIXELS.reshape(40, -1, 3).mean(axis=1).astype(np.float32)
HOW = Preprocessing(
    image_size=64,
    resize_mode=ResizeMode.SQUASH,
    interpolation=Interpolation.BILINEAR,
    mean=(0.5, 0.5, 0.5),
    std=(0.5, 0.5, 0.5),
)


class Means:
    """A stand-in for a network: mean colour per picture; notes how many pictures it looked at each time."""

    def __init__(self) -> None:
        self.built = 0
        self.batches: list[int] = []

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        self.batches.append(len(images))
        return images.reshape(len(images), -1, 3).mean(axis=1).astype(np.float32)

    def build(self) -> Means:
        self.built += 1
        return self


def stored(frozen: Means, folder: Path, rows: list[int]) -> npt.NDArray[np.float32]:
    hashes = [HASHES[row] for row in rows]
    return stored_features(frozen.build, PIXELS[rows], hashes, folder=folder, key="key")[:]


def test_every_picture_gets_its_features_in_order(tmp_path: Path):
    features = stored_features(Means().build, PIXELS, HASHES, folder=tmp_path, key="key")
    assert (features.shape, features.dtype) == ((40, 3), np.dtype(np.float32))
    np.testing.assert_allclose(features, MEANS, rtol=1e-6)


def test_the_network_always_sees_as_many_pictures(tmp_path: Path):
    frozen = Means()
    stored(frozen, tmp_path, list(range(5)))
    stored(frozen, tmp_path, list(range(40)))
    assert frozen.batches == [FROZEN_BATCH] * 4


def test_adding_ten_pictures_computes_ten(tmp_path: Path):
    """Ten new pictures are one batch of 16: the first ones fill it up, and nothing else is looked at."""
    frozen = Means()
    stored(frozen, tmp_path, list(range(30)))
    before = len(frozen.batches)
    rows = [35, *range(30), *range(30, 35), 36, 37, 38, 39]
    np.testing.assert_allclose(stored(frozen, tmp_path, rows), MEANS[rows], rtol=1e-6)
    assert len(frozen.batches) == before + 1
    assert frozen.built == 2


def test_a_second_time_the_network_is_not_even_built(tmp_path: Path):
    frozen = Means()
    first = stored(frozen, tmp_path, list(range(40)))
    again = stored(frozen, tmp_path, list(range(40))[::-1])
    assert frozen.built == 1
    np.testing.assert_array_equal(first, again[::-1])


def test_known_features_are_found_without_pictures_and_network(tmp_path: Path):
    assert kept_features(HASHES, folder=tmp_path, key="key") is None
    assert missing_features(["a", "b", "a"], folder=tmp_path, key="key") == [0, 1]
    stored(Means(), tmp_path, list(range(40)))
    found = kept_features(HASHES[5:9], folder=tmp_path, key="key")
    assert found is not None
    np.testing.assert_allclose(found, MEANS[5:9], rtol=1e-6)
    assert kept_features([*HASHES, "new"], folder=tmp_path, key="key") is None
    assert missing_features([*HASHES, "new"], folder=tmp_path, key="key") == [40]
    assert kept_features(HASHES, folder=tmp_path, key="other") is None


def test_progress_counts_what_was_there_before(tmp_path: Path):
    stored(Means(), tmp_path, list(range(5)))
    told: list[tuple[int, int]] = []
    stored_features(Means, PIXELS, HASHES, folder=tmp_path, key="key", progress=lambda *now: told.append(now))
    assert told == [(21, 40), (37, 40), (40, 40)]


def test_stops_within_one_batch_and_keeps_it(tmp_path: Path):
    frozen = Means()
    with pytest.raises(Cancelled):
        stored_features(
            frozen.build, PIXELS, HASHES, folder=tmp_path, key="key", stopped=lambda: bool(frozen.batches)
        )
    assert frozen.batches == [FROZEN_BATCH]
    assert len(missing_features(HASHES, folder=tmp_path, key="key")) == 40 - FROZEN_BATCH


@pytest.mark.parametrize("damage", ["row", "short", "empty"])
def test_damaged_rows_are_computed_anew(tmp_path: Path, damage: str):
    stored(Means(), tmp_path, list(range(40)))
    path = next(tmp_path.glob("key/*/*.rows"))
    raw = path.read_bytes()
    path.write_bytes({"row": b"\x7f" * 12 + raw[12:], "short": raw[:-5], "empty": b""}[damage])
    frozen = Means()
    np.testing.assert_allclose(stored(frozen, tmp_path, list(range(40))), MEANS, rtol=1e-6)
    assert len(frozen.batches) == {"row": 1, "short": 1, "empty": 3}[damage]


def test_key_follows_what_changes_features_and_nothing_else():
    key = feature_key("net", "0" * 64, HOW)
    assert key == feature_key("net", "0" * 64, replace(HOW), precision="fp32", view="plain")
    others = [
        feature_key("other", "0" * 64, HOW),
        feature_key("net", "1" * 64, HOW),
        feature_key("net", "0" * 64, replace(HOW, image_size=96)),
        feature_key("net", "0" * 64, replace(HOW, mean=(0.4, 0.5, 0.5))),
        feature_key("net", "0" * 64, replace(HOW, std=(0.4, 0.5, 0.5))),
        feature_key("net", "0" * 64, replace(HOW, resize_mode=ResizeMode.PAD)),
        feature_key("net", "0" * 64, HOW, precision="bf16"),
        feature_key("net", "0" * 64, HOW, view="mirrored"),
    ]
    assert len({key, *others}) == 9
    assert key.startswith("net-64-")


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Precision], Frozen]:
    """The bundled backbone for small pictures, prepared once."""
    folder = tmp_path_factory.mktemp("engines")
    spec = spec_of("efficientnet_lite0")
    how = preprocessing_for(spec, TrainConfig(image_size=64))
    return lambda precision: frozen_backbone(
        spec, how, weights=lambda: load_weights(spec, folder), cache=folder, precision=precision
    )


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_row_does_not_depend_on_which_rows_were_computed_with_it(
    tmp_path: Path, engines: Callable[[Precision], Frozen], precision: Precision
):
    """With the real engine, bit for bit: in one go, one by one, backwards, and beside other pictures."""
    engine = engines(precision)
    pixels = np.random.default_rng(0).integers(0, 256, (37, 64, 64, 3), dtype=np.uint8)
    hashes = [str(number) for number in range(37)]

    def looked(folder: str, *parts: list[int]) -> npt.NDArray[np.float32]:
        for part in parts:
            chosen = [hashes[row] for row in part]
            stored_features(lambda: engine, pixels[part], chosen, folder=tmp_path / folder, key="key")
        found = kept_features(hashes, folder=tmp_path / folder, key="key")
        assert found is not None
        return found[:]

    every = list(range(37))
    together = looked("together", every)
    assert np.ptp(together, axis=0).max() > 0
    np.testing.assert_array_equal(looked("one by one", *([row] for row in every[:9]), every), together)
    np.testing.assert_array_equal(looked("backwards", every[::-1]), together)
    np.testing.assert_array_equal(looked("odd ones first", every[1::2], every[::2]), together)
