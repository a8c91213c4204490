"""Fitting pictures into a square, and keeping them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.pixels import LazyPixels, fit, load_pixels, pixel_key, stored_pixels
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
        stored = stored_pixels(["photo"], lambda _: path, how, folder=tmp_path / "cache")[:]
        assert (load_pixels(path, how) == stored[0]).all()
        assert (load_pixels(path.read_bytes(), how) == stored[0]).all()


@dataclass
class Shelf:
    """Pictures by their hash, counted when they are opened; each hash is the name of its file."""

    folder: Path
    opened: list[str] = field(default_factory=list)

    def __call__(self, sha256: str) -> Path:
        self.opened.append(sha256)
        return self.folder / sha256

    def add(self, *names: str, colour: int | None = None) -> list[str]:
        for name in names:
            red = int(name) if colour is None else colour
            Image.new("RGB", (40, 20), (red, 100, 200)).save(self.folder / name, "PNG")
        return list(names)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    (tmp_path / "shelf").mkdir()
    return Shelf(tmp_path / "shelf")


def test_stored_pixels_are_those_of_prediction(shelf: Shelf, tmp_path: Path):
    hashes = shelf.add(*"34567")
    for how in (SQUASH, PAD, CROP):
        pixels = stored_pixels(hashes, shelf, how, folder=tmp_path / "cache")
        assert (pixels.shape, pixels.dtype) == ((5, 32, 32, 3), np.uint8)
        for row, name in enumerate(hashes):
            np.testing.assert_array_equal(pixels[row], load_pixels(shelf.folder / name, how))


def test_adding_ten_pictures_decodes_ten(shelf: Shelf, tmp_path: Path):
    first = shelf.add(*(str(number) for number in range(40)))
    stored_pixels(first, shelf, SQUASH, folder=tmp_path)
    shelf.opened.clear()
    added = shelf.add(*(str(number) for number in range(40, 50)))
    mixed = [*added[:5], *reversed(first), *added[5:]]
    pixels = stored_pixels(mixed, shelf, SQUASH, folder=tmp_path)
    assert shelf.opened == added
    assert pixels[:][:, 5, 5, 0].tolist() == [int(name) for name in mixed]


def test_pictures_that_come_twice_are_decoded_once(shelf: Shelf, tmp_path: Path):
    shelf.add("1", "2")
    pixels = stored_pixels(["1", "2", "1"], shelf, SQUASH, folder=tmp_path)
    assert shelf.opened == ["1", "2"]
    assert pixels[:][:, 0, 0, 0].tolist() == [1, 2, 1]


def test_progress_counts_what_was_there_before(shelf: Shelf, tmp_path: Path):
    hashes = shelf.add(*(str(number) for number in range(100)))
    stored_pixels(hashes[:20], shelf, SQUASH, folder=tmp_path)
    told: list[tuple[int, int]] = []
    stored_pixels(hashes, shelf, SQUASH, folder=tmp_path, progress=lambda *now: told.append(now))
    assert told == [(52, 100), (84, 100), (100, 100)]


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_kept(shelf: Shelf, tmp_path: Path):
    """Training ended with "The file cannot be opened", and nobody knew which of thousands."""
    hashes = shelf.add(*(str(number) for number in range(40)))
    (shelf.folder / "31").unlink()
    named = "owls/{}.jpg".format
    with pytest.raises(PictureError) as told:
        LazyPixels(hashes, shelf, SQUASH, folder=tmp_path, name_of=named).of(hashes)
    assert told.value.message == (
        "“owls/31.jpg” cannot be read any more. The file cannot be opened: No such file or directory."
    )
    assert told.value.hint == "Add the file again, or leave the picture out."
    shelf.add("31")
    shelf.opened.clear()
    assert len(stored_pixels(hashes, shelf, SQUASH, folder=tmp_path)) == 40
    assert shelf.opened == ["31"]


def test_all_pictures_that_cannot_be_read_are_told_at_once(shelf: Shelf, tmp_path: Path):
    hashes = shelf.add(*(str(number) for number in range(70)))
    for name in hashes[:65]:  # the first batch has no picture that is whole
        (shelf.folder / name).write_bytes(b"broken")
    with pytest.raises(PictureError) as told:
        LazyPixels(hashes, shelf, SQUASH, folder=tmp_path, name_of="{}.jpg".format).of(hashes)
    assert told.value.message == (
        "65 pictures cannot be read any more: “0.jpg”, “1.jpg”, “2.jpg” and 62 more. "
        "The first: Not a picture: really a text file."
    )


def test_stopping_keeps_what_was_decoded(shelf: Shelf, tmp_path: Path):
    hashes = shelf.add(*(str(number) for number in range(100)))
    answers = iter([False] * 50 + [True] * 99)
    with pytest.raises(Cancelled):
        stored_pixels(hashes, shelf, SQUASH, folder=tmp_path, stopped=lambda: next(answers))
    shelf.opened.clear()
    stored_pixels(hashes, shelf, SQUASH, folder=tmp_path)
    assert len(shelf.opened) == 68


def test_lazy_pixels_are_decoded_when_they_are_read(shelf: Shelf, tmp_path: Path):
    hashes = shelf.add(*(str(number) for number in range(20)))
    pixels = LazyPixels(hashes, shelf, SQUASH, folder=tmp_path)
    assert (len(pixels), shelf.opened) == (20, [])
    assert pixels[np.array([7, 3, 7])][:, 0, 0, 0].tolist() == [7, 3, 7]
    assert shelf.opened == ["7", "3"]
    assert len(stored_pixels(hashes[:8], shelf, SQUASH, folder=tmp_path)) == 8
    assert len(shelf.opened) == 8


def test_pixel_key_follows_what_changes_pixels_and_nothing_else():
    assert pixel_key(SQUASH) == pixel_key(replace(SQUASH, mean=(0.1, 0.2, 0.3), std=(1.0, 1.0, 1.0)))
    others = [PAD, CROP, replace(SQUASH, image_size=64), replace(SQUASH, interpolation=Interpolation.BICUBIC)]
    assert len({pixel_key(how) for how in (SQUASH, *others)}) == 5
