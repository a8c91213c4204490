"""Fitting pictures into a square, and the file that keeps them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.pixels import cache_key, decode_all, fit, load_pixels
from core.domain.errors import Cancelled, PictureError
from core.domain.preprocess import Interpolation, Preprocessing, ResizeMode

SQUASH = Preprocessing(
    image_size=32,
    resize_mode=ResizeMode.SQUASH,
    interpolation=Interpolation.BILINEAR,
    mean=(0.5, 0.5, 0.5),
    std=(0.5, 0.5, 0.5),
)
PAD, CROP = replace(SQUASH, resize_mode=ResizeMode.PAD), replace(SQUASH, resize_mode=ResizeMode.CROP)


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    found = []
    for number in range(12):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (40, 20), (number, 100, 200)).save(path)
        found.append(path)
    return found


def halves() -> Image.Image:
    """Return 60 x 20: red, green and blue thirds."""
    image = Image.new("RGB", (60, 20), (0, 255, 0))
    image.paste((255, 0, 0), (0, 0, 20, 20))
    image.paste((0, 0, 255), (40, 0, 60, 20))
    return image


def test_squash_keeps_everything() -> None:
    pixels = fit(halves(), SQUASH)
    assert pixels[16, 1].tolist() == [255, 0, 0]
    assert pixels[16, 30].tolist() == [0, 0, 255]


def test_crop_keeps_the_middle() -> None:
    assert (fit(halves(), CROP)[:, 2:-2] == (0, 255, 0)).all()


def test_pad_keeps_everything_and_its_proportions() -> None:
    pixels = fit(halves(), PAD)
    assert pixels[0, 0].tolist() == pixels[31, 31].tolist() == [124, 116, 104]
    assert pixels[16, 1].tolist() == [255, 0, 0]
    assert ((pixels != (124, 116, 104)).any(axis=(1, 2))).sum() == 11


@pytest.mark.parametrize("how", [SQUASH, PAD, CROP])
@pytest.mark.parametrize("size", [(1, 1), (1, 9000), (9000, 1), (32, 32)])
def test_pictures_of_any_shape_fit(size: tuple[int, int], how: Preprocessing) -> None:
    pixels = fit(Image.new("RGB", size), how)
    assert (pixels.shape, pixels.dtype) == ((32, 32, 3), np.uint8)
    assert pixels.flags.writeable


def test_training_and_prediction_see_the_same_pixels(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise).save(path, exif=exif)
    for how in (SQUASH, PAD, CROP):
        stored = decode_all([path], how, cache=tmp_path / f"{how.resize_mode}.npy")
        assert (load_pixels(path, how) == stored[0]).all()
        assert (load_pixels(path.read_bytes(), how) == stored[0]).all()


def test_pixels_are_stored_whole_and_read_only(sources: list[Path], tmp_path: Path) -> None:
    cache = tmp_path / "deep" / "pixels.npy"
    told: list[tuple[int, int]] = []
    pixels = decode_all(sources, SQUASH, cache=cache, progress=lambda *now: told.append(now))
    assert (pixels.shape, pixels.dtype) == ((12, 32, 32, 3), np.uint8)
    assert pixels[:, 5, 5, 0].tolist() == list(range(12))
    assert isinstance(pixels, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        pixels[0] = 0
    assert list(cache.parent.iterdir()) == [cache]
    assert told[-1] == (12, 12)


def test_a_complete_file_is_used_again(sources: list[Path], tmp_path: Path) -> None:
    cache = tmp_path / "pixels.npy"
    first = np.array(decode_all(sources, SQUASH, cache=cache))
    for path in sources:
        path.unlink()
    assert (decode_all(sources, SQUASH, cache=cache) == first).all()


@pytest.mark.parametrize("damage", ["cut", "empty", "no header", "other size", "other type", "pickle"])
def test_a_damaged_file_is_written_anew(damage: str, sources: list[Path], tmp_path: Path) -> None:
    cache = tmp_path / "pixels.npy"
    whole = np.array(decode_all(sources, SQUASH, cache=cache))
    raw = cache.read_bytes()
    if damage == "other size":
        np.save(cache, whole[:3])
    elif damage == "other type":
        np.save(cache, whole.astype(np.int8))
    elif damage == "pickle":
        np.save(cache, np.array([{}], dtype=object), allow_pickle=True)
    else:
        cache.write_bytes({"cut": raw[:-1], "empty": b"", "no header": raw[200:]}[damage])
    assert (decode_all(sources, SQUASH, cache=cache) == whole).all()
    assert cache.read_bytes() == raw


def test_nothing_appears_when_a_picture_cannot_be_read(sources: list[Path], tmp_path: Path) -> None:
    sources[7].write_bytes(b"broken")
    with pytest.raises(PictureError):
        decode_all(sources, SQUASH, cache=tmp_path / "cache" / "pixels.npy")
    assert list((tmp_path / "cache").iterdir()) == []


def test_nothing_appears_when_stopped(sources: list[Path], tmp_path: Path) -> None:
    answers = iter([False] * 11 + [True] * 99)
    with pytest.raises(Cancelled):
        decode_all(sources, SQUASH, cache=tmp_path / "cache" / "p.npy", stopped=lambda: next(answers))
    assert list((tmp_path / "cache").iterdir()) == []


def test_key_follows_what_changes_pixels_and_nothing_else() -> None:
    key = cache_key(["a", "b"], SQUASH)
    assert key == cache_key(["a", "b"], replace(SQUASH, mean=(0.1, 0.2, 0.3), std=(1.0, 1.0, 1.0)))
    others = {
        cache_key(["b", "a"], SQUASH),
        cache_key(["ab"], SQUASH),
        cache_key(["a", "b"], PAD),
        cache_key(["a", "b"], replace(SQUASH, image_size=64)),
        cache_key(["a", "b"], replace(SQUASH, interpolation=Interpolation.BICUBIC)),
    }
    assert len(others) == 5
    assert key not in others
    assert key.isalnum()
