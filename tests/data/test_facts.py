"""What is measured of a picture, against cases done by hand."""

from __future__ import annotations

import io
from datetime import datetime

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageFilter

from core.data.decode import SMALL, inspect, open_picture
from core.data.facts import difference_hash, jpeg_quality, measure, sharpness
from core.domain.errors import PictureError
from core.domain.facts import PictureFacts


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def facts_of(data: bytes) -> PictureFacts:
    return measure(inspect(data), sha256="0" * 64, file_bytes=len(data))


def textured(size: tuple[int, int], seed: int = 0) -> Image.Image:
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    return coarse.resize(size, Image.Resampling.BICUBIC)


def distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_brightness_contrast_and_colours_of_a_plain_picture() -> None:
    facts = facts_of(encoded(Image.new("RGB", (20, 10), (255, 51, 0))))
    assert facts.mean_color == (1.0, 0.2, 0.0)
    assert facts.brightness == pytest.approx(round(0.299 * 255 + 0.587 * 51) / 255, abs=0.005)
    assert (facts.contrast, facts.sharpness, facts.border_contrast) == (0.0, 0.0, 0.0)
    assert (facts.width, facts.height, facts.format) == (20, 10, "PNG")


def test_contrast_of_half_black_half_white_is_one_half() -> None:
    image = Image.new("L", (40, 20), 0)
    image.paste(255, (20, 0, 40, 20))
    facts = facts_of(encoded(image))
    assert facts.brightness == pytest.approx(0.5)
    assert facts.contrast == pytest.approx(0.5)


def test_the_border_is_a_tenth_of_the_width_on_every_side() -> None:
    image = Image.new("RGB", (100, 60), (255, 0, 0))
    image.paste((0, 0, 255), (10, 10, 90, 50))
    facts = facts_of(encoded(image))
    assert facts.border_color == (1.0, 0.0, 0.0)
    assert facts.border_contrast == 0.0
    assert facts.mean_color[2] == pytest.approx(80 * 40 / 6000)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (2, 2), (500, 1), (3, 3)])
def test_pictures_of_any_shape_are_measured(size: tuple[int, int]) -> None:
    facts = facts_of(encoded(Image.new("RGB", size, "white")))
    assert (facts.width, facts.height, facts.brightness) == (*size, 1.0)
    assert facts.border_color == (1.0, 1.0, 1.0)


def test_sharpness_is_the_variance_of_the_laplacian() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (9, 7), dtype=np.uint8)
    rows = [
        4.0 * grey[y, x] - grey[y - 1, x] - grey[y + 1, x] - grey[y, x - 1] - grey[y, x + 1]
        for y, x in np.ndindex(9, 7)
        if 0 < y < 8 and 0 < x < 6
    ]
    assert sharpness(grey) == pytest.approx(np.var(rows))


def test_a_blurred_copy_is_less_sharp() -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8))
    blurred = image.filter(ImageFilter.GaussianBlur(4))
    assert facts_of(encoded(blurred)).sharpness < facts_of(encoded(image)).sharpness / 20


def test_the_hash_says_where_brightness_rises() -> None:
    rising = Image.fromarray(np.tile(np.arange(9, dtype=np.uint8), (8, 1)))
    assert difference_hash(rising) == "f" * 16
    assert difference_hash(rising.transpose(Image.Transpose.FLIP_LEFT_RIGHT)) == "0" * 16


def test_the_hash_stays_near_for_copies_and_is_far_for_others() -> None:
    image = textured((640, 480))
    own = facts_of(encoded(image)).difference_hash
    copies = [
        encoded(image, "JPEG", quality=40),
        encoded(image.resize((200, 150)), "WEBP"),
        encoded(image.resize((2000, 1500)), "JPEG"),
    ]
    assert max(distance(own, facts_of(copy).difference_hash) for copy in copies) <= 3
    assert distance(own, facts_of(encoded(textured((640, 480), 1))).difference_hash) > 15


def test_what_is_measured_hardly_depends_on_the_size_of_a_photo() -> None:
    image = textured((3000, 2000))
    large, small = facts_of(encoded(image, "JPEG")), facts_of(encoded(image.resize((600, 400)), "PNG"))
    assert (large.width, large.height) == (3000, 2000)
    assert large.mean_color == pytest.approx(small.mean_color, abs=0.01)
    assert large.contrast == pytest.approx(small.contrast, abs=0.01)


def test_camera_and_time_come_from_exif_and_the_place_does_not() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Canon", "Canon EOS 5D\0"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2024:05:06 07:08:09"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[1] = "N"
    facts = facts_of(encoded(Image.new("RGB", (8, 8)), "JPEG", exif=exif))
    assert facts.camera == "Canon EOS 5D"
    assert facts.taken_at == datetime(2024, 5, 6, 7, 8, 9)  # noqa: DTZ001 - EXIF knows no zone


@pytest.mark.parametrize("told", ["0000:00:00 00:00:00", "yesterday", "", "\udcff", 7])
def test_nonsense_in_exif_tells_nothing(told: object) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = told
    exif[ExifTags.Base.Model] = "x" * 500
    try:
        data = encoded(Image.new("RGB", (8, 8)), "PNG", exif=exif)
    except (UnicodeEncodeError, TypeError, ValueError):
        pytest.skip("such EXIF cannot be written")
    facts = facts_of(data)
    assert facts.taken_at is None
    assert len(facts.camera) == 80


@pytest.mark.parametrize("quality", [10, 35, 50, 75, 90, 95])
def test_the_quality_of_a_jpeg_is_told(quality: int) -> None:
    assert facts_of(encoded(textured((64, 64)), "JPEG", quality=quality)).jpeg_quality == quality


def test_only_jpegs_have_a_quality() -> None:
    assert facts_of(encoded(textured((64, 64)))).jpeg_quality is None
    assert jpeg_quality({}) is None


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_turned_photo_is_measured_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = encoded(textured((2000, 1000)), "JPEG", exif=exif)
    upright, inspected = open_picture(data), inspect(data)
    assert (inspected.width, inspected.height) == upright.size
    assert max(inspected.small.size) == SMALL
    near = np.asarray(upright.resize(inspected.small.size, Image.Resampling.BOX)).astype(int)
    assert np.abs(np.asarray(inspected.small).astype(int) - near).mean() < 3


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_reduced_decoding_finds_the_same_damage_as_full_decoding(options: dict[str, object]) -> None:
    """A large JPEG is inspected at reduced size; it must be refused exactly when a full decode refuses it."""
    random = np.random.default_rng(3)
    data = encoded(textured((1200, 900)), "JPEG", **options)
    refused = 0
    for number in range(40):
        broken = bytearray(data)
        if number % 2:
            broken = broken[: int(random.integers(10, len(data)))]
        else:
            for place in random.integers(0, len(data), 5):
                broken[place] = int(random.integers(0, 256))
        reduced, full = (_refusal(way, bytes(broken)) for way in (inspect, open_picture))
        assert reduced == full
        refused += full is not None
    assert refused > 10


def _refusal(way: object, data: bytes) -> str | None:
    try:
        way(data)  # type: ignore[operator]
    except PictureError as fault:
        return fault.message
    return None
