"""What cameras write into files is left out, and nothing of the picture."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from core.data.camera_data import without_camera_data
from core.data.decode import open_picture
from core.domain.errors import PictureError

SECRET = b"Ada Lovelace, 52.5200 N"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def scene(mode: str = "RGB") -> Image.Image:
    """A picture that looks different whichever way it is turned."""
    noise = np.random.default_rng(3).integers(0, 256, (40, 56, 3), dtype=np.uint8)
    noise[:10, :10] = (255, 0, 0)
    return Image.fromarray(noise).convert(mode)


def exif(turn: int) -> Image.Exif:
    told = Image.Exif()
    told[ExifTags.Base.Orientation] = turn
    told[ExifTags.Base.Artist] = SECRET.decode()
    told.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = SECRET.decode()
    return told


def written(kind: str, image: Image.Image | None = None, *, turn: int = 6, **more: object) -> bytes:
    file = io.BytesIO()
    (image or scene()).save(file, kind, exif=exif(turn), **more)
    return file.getvalue()


def png(turn: int = 6) -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", SECRET.decode())
    text.add_text("Comment", SECRET.decode(), zip=True)
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return written("PNG", turn=turn, pnginfo=text, icc_profile=PROFILE)


def as_a_phone_writes(jpeg: bytes) -> bytes:
    """Return a JPEG with a preview, IPTC and a comment in its head, and a film hung on behind its end."""
    further = (
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
        (0xED, b"Photoshop 3.0\0"),
        (0xFE, b""),
        (0xE5, b"maker\0"),
    )
    head = b"".join(
        b"\xff\xff" + bytes([marker]) + struct.pack(">H", 2 + len(name + SECRET)) + name + SECRET
        for marker, name in further
    )
    return jpeg[:2] + head + jpeg[2:] + b"ftypmp42" + SECRET


FILES = {
    "JPEG": as_a_phone_writes(written("JPEG", icc_profile=PROFILE, quality=90)),
    "two pictures of a phone": written("MPO", save_all=True, append_images=[scene().rotate(90)]),
    "progressive JPEG": written("JPEG", progressive=True, comment=SECRET),
    "JPEG in CMYK": written("JPEG", scene("CMYK")),
    "JPEG with restarts": written("JPEG", restart_marker_blocks=2),
    "PNG": png(),
    "PNG with a palette": written("PNG", scene("P")),
    "WebP": written("WEBP", lossless=True, xmp=SECRET, icc_profile=PROFILE),
    "WebP with losses": written("WEBP", quality=70),
    "WebP with holes": written("WEBP", scene("RGBA"), lossless=True),
}


@pytest.mark.parametrize("name", FILES)
def test_pixels_form_and_direction_stay(name: str) -> None:
    before = FILES[name]
    after, ending = without_camera_data(before)
    assert SECRET in before
    assert SECRET not in after
    assert ending == ""
    assert np.array_equal(np.asarray(open_picture(after)), np.asarray(open_picture(before)))
    assert open_picture(after).size == (40, 56)  # turned, as the file says
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(after)) as new:
        assert new.format == old.format.replace("MPO", "JPEG")
        assert new.info.get("icc_profile") == old.info.get("icc_profile")
        assert dict(new.getexif()) == {ExifTags.Base.Orientation: 6}
        assert not new.getexif().get_ifd(ExifTags.IFD.GPSInfo)


@pytest.mark.parametrize("before", [written("JPEG", turn=1), png(turn=1), written("WEBP", turn=1)])
def test_what_lies_as_it_should_is_told_nothing(before: bytes) -> None:
    after, _ = without_camera_data(before)
    assert b"Exif" not in after
    assert b"eXIf" not in after
    assert b"EXIF" not in after
    assert without_camera_data(after) == (after, "")  # nothing is left to leave out


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "GIF"])
def test_other_forms_become_a_png_of_what_is_seen(kind: str) -> None:
    file = io.BytesIO()
    scene().save(file, kind, **({"exif": exif(6)} if kind == "TIFF" else {}))
    after, ending = without_camera_data(file.getvalue())
    assert ending == ".png"
    assert SECRET not in after
    assert np.array_equal(np.asarray(open_picture(after)), np.asarray(open_picture(file.getvalue())))


def test_a_file_that_is_not_as_its_form_says_is_drawn_anew() -> None:
    before = png()[: -len(b"....IEND....")]  # it ends too early, behind all of its pixels
    after, ending = without_camera_data(before)
    assert ending == ".png"
    assert SECRET not in after
    assert np.array_equal(np.asarray(open_picture(after)), np.asarray(open_picture(before)))


def test_what_cannot_be_read_is_told() -> None:
    with pytest.raises(PictureError):
        without_camera_data(b"\xff\xd8 no picture")
