"""Odd, hostile and damaged pictures."""

from __future__ import annotations

import contextlib
import errno
import io
import struct
import subprocess
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile, PngImagePlugin

from core.data import decode, heif
from core.data.decode import inspect, open_picture, open_reduced, thumbnail
from core.domain.errors import PictureError
from tests.data.heif import HEIF, HEIF_OF_A_PHONE, HEIF_OF_TWO

LFS = "a Git LFS pointer without its picture"
APPLE_DOUBLE = "macOS side information (AppleDouble) without its picture"
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def refusal(data: bytes | Path, **options: int) -> str:
    with pytest.raises(PictureError) as caught:
        open_picture(data, **options)
    assert caught.value.hint
    return caught.value.message


def corners() -> Image.Image:
    """Return 32 x 16: red, green, blue and white quarters, from the top left, row by row."""
    image = Image.new("RGB", (32, 16), WHITE)
    for color, at in ((RED, (0, 0)), (GREEN, (16, 0)), (BLUE, (0, 8))):
        image.paste(color, (*at, at[0] + 16, at[1] + 8))
    return image


def near(image: Image.Image, at: tuple[int, int], color: tuple[int, ...], within: int = 12) -> bool:
    pixel = image.getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= within for a, b in zip(pixel, color, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "JPEG2000", "PPM"])
def test_every_listed_format_is_read(kind: str) -> None:
    image = open_picture(encoded(corners(), kind))
    assert (image.mode, image.size, image.info) == ("RGB", (32, 16), {})
    assert near(image, (4, 3), RED, 40)


@pytest.mark.parametrize("photo", [HEIF, HEIF_OF_A_PHONE, HEIF_OF_TWO])
def test_photos_of_phones_are_read_upright(photo: bytes) -> None:
    """Those of iPhones tell twice how to turn them, and may be turned only once."""
    image = open_picture(photo)
    assert (image.mode, image.size, image.info) == ("RGB", (64, 32), {})
    for at, color in (((6, 4), RED), ((50, 4), GREEN), ((6, 28), BLUE), ((50, 28), WHITE)):
        assert near(image, at, color)
    inspected = inspect(photo)
    assert (inspected.width, inspected.height, inspected.format) == (64, 32, "HEIF")
    assert inspected.more_frames is (photo == HEIF_OF_TWO)


def test_the_camera_of_a_phone_is_known() -> None:
    exif = inspect(HEIF_OF_A_PHONE).exif
    assert exif is not None
    assert exif[0x0110] == "Phone 7"


def test_where_nothing_reads_photos_of_phones_it_is_told_how_to_convert_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decode, "FORMATS", tuple(kind for kind in decode.FORMATS if kind != "HEIF"))
    monkeypatch.setattr(heif, "READABLE", False)
    assert refusal(HEIF) == "Really a HEIC photo, which cannot be read here."


@pytest.mark.parametrize("kept", [20, 100, 300, 500, 660])
def test_photos_of_phones_that_are_cut_off_are_told(kept: int) -> None:
    assert refusal(HEIF[:kept]).startswith("Damaged")


@pytest.mark.parametrize("kind", ["EPS", "ICO", "TGA", "PCX", "SGI"])
def test_other_formats_are_refused_and_start_no_program(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_args, **_options: pytest.fail("started a program"))
    assert "icture" in refusal(encoded(corners(), kind))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_upright_whatever_exif_says(kind: str, orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = corners().transpose(undo[orientation]) if orientation > 1 else corners()
    image = open_picture(encoded(stored, kind, exif=exif))
    assert image.size == (32, 16)
    assert near(image, (4, 3), RED, 60)
    assert near(image, (28, 3), GREEN, 90)
    assert near(image, (4, 12), BLUE, 60)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("exif", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b""])
def test_broken_exif_does_not_cost_the_picture(exif: bytes) -> None:
    assert open_picture(encoded(corners(), "JPEG", exif=exif)).size == (32, 16)


def test_invalid_orientation_is_ignored() -> None:
    exif = Image.Exif()
    exif[0x0112] = 99
    assert open_picture(encoded(corners(), "JPEG", exif=exif)).size == (32, 16)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_16_bit_ramp_keeps_its_levels(kind: str) -> None:
    """A plain conversion to RGB makes 99 of 100 such pixels white, without a word."""
    ramp = np.linspace(0, 65_535, 1024, dtype=np.uint16).reshape(4, 256)
    grey = np.asarray(open_picture(encoded(Image.fromarray(ramp), kind)))[..., 0]
    assert len(np.unique(grey)) > 200
    assert (grey.min(), grey.max()) == (0, 255)


def test_12_bits_in_16_use_the_whole_range() -> None:
    ramp = np.linspace(0, 4095, 256, dtype=np.uint16).reshape(16, 16)
    assert len(np.unique(np.asarray(open_picture(encoded(Image.fromarray(ramp), "TIFF"))))) > 200


@pytest.mark.parametrize(
    ("low", "high"),
    [(0.0, 1.0), (0.0, 1.02), (0.0, 2.5), (0.0, 4.0), (0.0, 255.0), (-3.5, 7.25), (0.0, 1e9)],
)
def test_float_pictures_are_scaled(low: float, high: float) -> None:
    ramp = np.linspace(low, high, 256, dtype=np.float32).reshape(16, 16)
    grey = np.asarray(open_picture(encoded(Image.fromarray(ramp), "TIFF")))[..., 0]
    assert len(np.unique(grey)) > 200
    assert (grey.min(), grey.max()) == (0, 255)


def test_a_little_above_1_is_not_black() -> None:
    """A float picture whose largest value was 1.02 once had two levels of grey: 0 and 1 of 255."""
    values = np.full((8, 8), 0.5, dtype=np.float32)
    values[0, 0] = 1.02
    assert np.asarray(open_picture(encoded(Image.fromarray(values), "TIFF")))[4, 4, 0] == 125


@pytest.mark.parametrize("values", [np.full((4, 4), -7, np.int32), np.full((4, 4), -0.5, np.float32)])
def test_where_nothing_is_to_be_scaled_a_picture_is_black(values: np.ndarray) -> None:
    """A constant below zero was once divided by zero, and told as damaged."""
    assert not np.asarray(open_picture(encoded(Image.fromarray(values), "TIFF"))).any()


def test_whole_numbers_beyond_16_bits_are_scaled() -> None:
    ramp = np.linspace(-(2**30), 2**30, 256).astype(np.int32).reshape(16, 16)
    assert len(np.unique(np.asarray(open_picture(encoded(Image.fromarray(ramp), "TIFF"))))) > 200


def test_numbers_that_are_none_become_black() -> None:
    values = np.array([[np.nan, np.inf], [0.5, 1.0]], dtype=np.float32)
    assert np.asarray(open_picture(encoded(Image.fromarray(values), "TIFF")))[0].max() == 0


def test_cmyk_keeps_its_colours() -> None:
    image = open_picture(encoded(corners().convert("CMYK"), "JPEG", quality=95, subsampling=0))
    assert near(image, (4, 3), RED, 6)
    assert near(image, (28, 12), WHITE, 6)


def transparent_pictures() -> dict[str, bytes]:
    rgba = Image.new("RGBA", (8, 8), (*RED, 0))
    rgba.paste((0, 0, 0, 255), (4, 0, 8, 8))
    palette = Image.new("P", (8, 8), 0)
    palette.putpalette([*RED, 0, 0, 0])
    palette.paste(1, (4, 0, 8, 8))
    keyed = Image.new("RGB", (8, 8), RED)
    keyed.paste((0, 0, 0), (4, 0, 8, 8))
    return {
        "RGBA": encoded(rgba),
        "LA": encoded(rgba.convert("LA")),
        "palette, one": encoded(palette, transparency=0),
        "palette, many": encoded(palette, transparency=b"\0\xff"),
        "GIF": encoded(palette, "GIF", transparency=0),
        "RGB with a key": encoded(keyed, transparency=RED),
        "WebP": encoded(rgba, "WEBP", lossless=True),
    }


@pytest.mark.parametrize("kind", transparent_pictures())
def test_transparent_parts_are_white(kind: str) -> None:
    image = open_picture(transparent_pictures()[kind])
    assert (image.getpixel((1, 1)), image.getpixel((6, 6))) == (WHITE, (0, 0, 0))


def test_one_bit_pictures_become_black_and_white() -> None:
    image = open_picture(encoded(Image.new("1", (8, 8), 1)))
    assert image.getpixel((0, 0)) == WHITE


def frames() -> list[Image.Image]:
    return [Image.new("RGB", (8, 8), color) for color in (RED, GREEN, BLUE)]


def in_frames(kind: str, **options: object) -> bytes:
    first, *others = frames()
    return encoded(first, kind, save_all=True, append_images=others, **options)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_first_frame_of_an_animation_is_taken(kind: str) -> None:
    assert near(open_picture(in_frames(kind)), (4, 4), RED)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_further_frames_are_noticed(kind: str) -> None:
    """All but the first page of a TIFF were once lost without a word."""
    assert inspect(in_frames(kind)).more_frames
    assert not inspect(encoded(frames()[0], kind)).more_frames


@pytest.mark.parametrize("kind", ["JPEG", "BMP", "JPEG2000", "PPM"])
def test_formats_of_one_picture_have_no_further_frames(kind: str) -> None:
    assert not inspect(encoded(frames()[0], kind)).more_frames


def test_the_second_picture_of_a_phone_is_no_frame() -> None:
    assert not inspect(in_frames("MPO")).more_frames


@pytest.mark.parametrize(("role", "more"), [(0, True), (1, False), (2, True), (4, False)])
def test_a_smaller_copy_or_a_mask_inside_a_tiff_is_no_page(role: int, more: bool) -> None:
    second = frames()[1].resize((4, 4))
    second.encoderinfo = {"tiffinfo": {254: role}}
    assert inspect(encoded(frames()[0], "TIFF", save_all=True, append_images=[second])).more_frames is more


def test_looking_for_further_pages_leaves_the_first_ones_exif() -> None:
    first, second, _ = frames()
    exif = Image.Exif()
    exif[0x0110] = "first camera"
    second.encoderinfo = {"tiffinfo": {0x0110: "second camera"}}
    found = inspect(encoded(first, "TIFF", save_all=True, append_images=[second], tiffinfo=exif))
    assert found.more_frames
    assert found.exif is not None
    assert found.exif[0x0110] == "first camera"


def test_frames_that_a_file_only_claims_are_never_looked_for() -> None:
    animated = bytearray(encoded(frames()[0], "PNG", save_all=True, append_images=frames()[1:2]))
    claim = animated.index(b"acTL") + 4
    animated[claim : claim + 4] = (2_000_000_000).to_bytes(4)
    animated[claim + 8 : claim + 12] = zlib.crc32(animated[claim - 4 : claim + 8]).to_bytes(4)
    begun = time.monotonic()
    assert inspect(bytes(animated)).more_frames
    assert time.monotonic() - begun < 1


def test_a_huge_second_frame_is_never_made_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GIF of 8 x 8 pixels whose second frame claims 13,000 x 13,000 took 650 MB when it was stepped to."""
    noise = [Image.effect_noise((8, 8), 90 + number) for number in range(2)]
    data = bytearray(encoded(noise[0], "GIF", save_all=True, append_images=noise[1:], disposal=2, duration=9))
    second = data.rindex(b"\x21\xf9\x04") + 8
    data[second + 5 : second + 9] = (13_000).to_bytes(2, "little") * 2
    made: list[tuple[int, int]] = []
    fill = Image.core.fill

    def noted(mode: str, size: tuple[int, int], *colour: object) -> object:
        made.append(size)
        return fill(mode, size, *colour)

    monkeypatch.setattr(Image.core, "fill", noted)
    assert inspect(bytes(data)).more_frames
    assert all(width * height <= 64 for width, height in made)


def test_a_tiff_whose_pages_lead_back_to_the_first_has_one() -> None:
    looped = bytearray(encoded(frames()[0], "TIFF"))
    first = int.from_bytes(looped[4:8], "little")
    end = first + 2 + 12 * int.from_bytes(looped[first : first + 2], "little")
    looped[end : end + 4] = looped[4:8]
    assert not inspect(bytes(looped)).more_frames


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_what_follows_the_first_frame_never_costs_it(kind: str) -> None:
    """Where the rest is damaged, what is known of the first frame does not change, or is a sentence."""
    whole = in_frames(kind)
    for at in range(len(whole) // 2, len(whole), 3):
        damaged = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        with contextlib.suppress(PictureError):
            first = open_picture(damaged)
            assert inspect(damaged).width == first.width


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Empty: the file has no content."),
        (b"%PDF-1.7\n" + b"x" * 99, "Not a picture: really a PDF document."),
        (b"<!DOCTYPE html><html>", "Not a picture: really a web page (HTML)."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Not a picture: really an SVG drawing."),
        (b"<?xml version='1.0'?><svg/>", "Not a picture: really an SVG drawing."),
        (
            b"\0\0\0\x18ftypheic" + b"\0" * 99,
            "Damaged: it begins like a HEIC photo, but its header is broken.",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            f"Not a picture: really {LFS}.",
        ),
        (
            b"\0\x05\x16\x07" + b"\0" * 99,
            f"Not a picture: really {APPLE_DOUBLE}.",
        ),
        (b"8BPS" + b"\1" * 99, "Not a picture: really a Photoshop document."),
        (b"\0" * 4096, "Not a picture: really nothing but zeros: it was lost while being copied."),
        (b"\x89PNG\r\n\x1a\n", "Damaged: it begins like a PNG picture, but its header is broken."),
        (b"\x01\x02" * 99, "Not a picture of a kind that can be read here."),
    ],
)
def test_says_what_is_wrong(data: bytes, words: str) -> None:
    assert refusal(data) == words


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"])
def test_cut_off_pictures_are_never_used(kind: str, share: float) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    whole = encoded(noise, kind)
    assert refusal(whole[: int(len(whole) * share)])
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_cut_off_jpeg_says_so() -> None:
    whole = encoded(corners().resize((320, 160)), "JPEG")
    assert refusal(whole[:-400]) == "Cut off: the end of the picture is missing."


def test_png_with_a_broken_middle_is_not_black() -> None:
    """Reading EXIF first raises on such a file, and Pillow then gives all zeros without an error."""
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    data = bytearray(encoded(noise))
    middle = data.index(b"IDAT") + 40
    data[middle : middle + 400] = b"\xff" * 400
    assert refusal(bytes(data)).startswith("Damaged")


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))
        )

    size = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("width", "height"), [(8001, 8000), (30_000, 30_000), (60_000, 2_000)])
def test_too_many_pixels_are_refused_from_the_header(width: int, height: int) -> None:
    assert refusal(png_header(width, height)).endswith("the most is 64 megapixels.")


def test_the_limit_of_pixels_can_be_chosen() -> None:
    assert refusal(encoded(corners()), max_pixels=511) == (
        "Too large at 32 x 16 pixels; the most is 0.000511 megapixels."
    )
    assert open_picture(encoded(corners()), max_pixels=512).size == (32, 16)


def test_metadata_bomb_is_refused() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("bomb", "x" * 80_000_000, zip=True)
    assert refusal(encoded(corners(), pnginfo=info))


def test_missing_file_is_told_in_words(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.jpg") == "The file cannot be opened: No such file or directory."


def test_a_bad_sector_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "open", lambda *_: Failing())
    assert refusal(tmp_path / "bad.jpg") == "The disk cannot read this file."


def test_no_flipped_byte_makes_anything_but_a_sentence() -> None:
    for kind in ("PNG", "GIF", "BMP", "WEBP", "PPM", "JPEG"):
        whole = encoded(corners(), kind)
        for at in range(0, len(whole), 3):
            with contextlib.suppress(PictureError):
                open_picture(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])


def test_reduced_jpeg_is_smaller_but_never_too_small() -> None:
    large = encoded(Image.new("RGB", (1600, 1200), RED), "JPEG")
    assert open_reduced(large, at_least=100).size == (400, 300)
    assert open_reduced(large, at_least=1000).size == (1600, 1200)
    assert open_picture(large).size == (1600, 1200)


def test_thumbnail_carries_no_metadata() -> None:
    exif = Image.Exif()
    exif[0x010F] = "secret maker"
    exif.get_ifd(0x8825)[1] = "N"
    data = thumbnail(
        encoded(corners(), "JPEG", exif=exif, comment=b"secret words", icc_profile=b"secret"), size=16
    )
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == ("JPEG", (16, 8))
    assert b"secret" not in data
    assert not image.getexif()
    assert "comment" not in image.info


def test_thumbnail_of_a_thread_thin_picture() -> None:
    assert Image.open(io.BytesIO(thumbnail(encoded(Image.new("RGB", (1, 3000))), size=64))).size == (1, 64)
