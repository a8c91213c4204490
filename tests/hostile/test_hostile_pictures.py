"""Pictures made to hurt, each with what must come of it; all go through one real import of files."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from core.data import sandbox
from core.data.collect import Collected, examine
from core.data.sandbox import Bounds
from core.data.scan import Candidate
from core.domain.dataset import IssueKind, Severity
from core.settings import Limits
from tests.hostile.build import encoded, picture, png

COLORS = np.random.default_rng(0).integers(0, 256, (32, 48, 3), dtype=np.uint8)
RGB = Image.fromarray(COLORS)
RAMP = np.linspace(0, 65_535, 48 * 32, dtype=np.uint16).reshape(32, 48)
PHOTO = picture(9, size=(640, 480), quality=90)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
FRAMES = [Image.new("RGB", (48, 32), (40 * n, 9, 200 - 40 * n)) for n in range(4)]


def _palette() -> bytes:
    image = RGB.quantize(16)
    return encoded(image, "PNG", transparency=3)


def _with_text(value: str) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("note", value, zip=True)
    return info


def _lying_jpeg(width: int, height: int) -> bytes:
    data = bytearray(picture(8))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def _turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture(20 + orientation, exif=exif)


def _profile_bomb() -> bytes:
    return png(8, 8, (b"iCCP", b"x\0\0" + zlib.compress(bytes(90_000_000))), data=b"\0" * 72)


def _broken_checksum() -> bytes:
    data = bytearray(picture(3, "PNG"))
    data[data.index(b"IDAT") + 12] ^= 0xFF
    return bytes(data)


USABLE: dict[str, tuple[Callable[[], bytes], tuple[int, int]]] = {
    "cmyk.jpg": (lambda: encoded(RGB.convert("CMYK"), "JPEG"), (48, 32)),
    "grey16.png": (lambda: encoded(Image.fromarray(RAMP)), (48, 32)),
    "grey16.tif": (lambda: encoded(Image.fromarray(RAMP // 2), "TIFF"), (48, 32)),
    "float.tif": (lambda: encoded(Image.fromarray(RAMP.astype(np.float32) / 9), "TIFF"), (48, 32)),
    "palette.png": (_palette, (48, 32)),
    "palette.gif": (lambda: encoded(RGB.quantize(8), "GIF", transparency=2), (48, 32)),
    "grey-alpha.png": (lambda: encoded(RGB.convert("LA")), (48, 32)),
    "alpha.webp": (lambda: encoded(RGB.convert("RGBA"), "WEBP"), (48, 32)),
    "one-bit.png": (lambda: encoded(RGB.convert("1")), (48, 32)),
    "animated.gif": (lambda: encoded(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]), (48, 32)),
    "animated.webp": (lambda: encoded(FRAMES[1], "WEBP", save_all=True, append_images=FRAMES[2:]), (48, 32)),
    "animated.png": (lambda: encoded(FRAMES[2], "PNG", save_all=True, append_images=FRAMES[3:]), (48, 32)),
    "pages.tif": (lambda: encoded(FRAMES[3], "TIFF", save_all=True, append_images=FRAMES[:2]), (48, 32)),
    **{f"turned-{n}.jpg": (partial(_turned, n), (48, 32) if n < 5 else (32, 48)) for n in range(1, 9)},
    "turned-99.jpg": (lambda: _turned(99), (48, 32)),
    "one-pixel.png": (lambda: encoded(Image.new("RGB", (1, 1), "red")), (1, 1)),
    "a-line.png": (lambda: encoded(Image.new("RGB", (1, 5000), "red")), (1, 5000)),
    "30000-wide.png": (lambda: encoded(Image.new("RGB", (30_000, 20), "red")), (30_000, 20)),
    "profile.jpg": (lambda: picture(31, icc_profile=b"garbage" * 99), (48, 32)),
    "profile.png": (lambda: picture(32, "PNG", icc_profile=b"\xff" * 4000), (48, 32)),
    "good-profile.png": (lambda: picture(33, "PNG", icc_profile=SRGB), (48, 32)),
    "exif.jpg": (lambda: picture(34, exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xff" * 200), (48, 32)),
    "text.png": (lambda: picture(35, "PNG", pnginfo=_with_text("<script>alert(1)</script>")), (48, 32)),
    "really-jpeg.png": (lambda: picture(36), (48, 32)),
    "really-png.jpg": (lambda: picture(37, "PNG"), (48, 32)),
    "no-ending": (lambda: picture(38), (48, 32)),
    "and-a-zip.jpg": (lambda: picture(39) + b"PK\x05\x06" + bytes(18), (48, 32)),
}
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb.png": (lambda: png(30_000, 30_000, data=bytes(1000)), "Too large; the most is 64 megapixels"),
    "lie.jpg": (lambda: _lying_jpeg(40_000, 2_000), "Too large at 40,000 x 2,000 pixels"),
    "88-megapixels.png": (lambda: png(11_000, 8_000), "Too large at 11,000 x 8,000 pixels"),
    "no-pixels.png": (lambda: png(0, 5), "header is broken"),
    "text-bomb.png": (lambda: picture(40, "PNG", pnginfo=_with_text("x" * 80_000_000)), "Damaged"),
    "profile-bomb.png": (_profile_bomb, "Damaged"),
    "nothing.jpg": (lambda: b"", "Empty"),
    "zeros.jpg": (lambda: bytes(4000), "nothing but zeros"),
    "cut-5.jpg": (lambda: PHOTO[: len(PHOTO) // 20], "Cut off"),
    "cut-50.jpg": (lambda: PHOTO[: len(PHOTO) // 2], "Cut off"),
    "cut-95.jpg": (lambda: PHOTO[: len(PHOTO) * 95 // 100], "Cut off"),
    "checksum.png": (_broken_checksum, "Damaged"),
    "page.jpg": (lambda: b"<!DOCTYPE html><html></html>", "really a web page"),
    "paper.jpg": (lambda: b"%PDF-1.7 " + bytes(100), "really a PDF"),
    "print.jpg": (lambda: encoded(RGB, "EPS"), "really a PostScript"),
    "drawing.png": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "really an SVG"),
    "pointer.jpg": (lambda: b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
    "side.jpg": (lambda: b"\x00\x05\x16\x07" + bytes(90), "AppleDouble"),
    "iphone.jpg": (lambda: b"\0\0\0\x18ftypheic" + bytes(80), "HEIC"),
    "archive.jpg": (lambda: b"PK\x03\x04" + bytes(80), "really a zip archive"),
    "words.jpg": (lambda: b"hello", "really a text file"),
}


@dataclass
class Import:
    """What came of a folder of files."""

    files: dict[str, bytes]
    collected: Collected
    kept: dict[str, bytes] = field(default_factory=dict)

    def reasons(self) -> dict[str, str]:
        left = [issue for issue in self.collected.issues if issue.kind is IssueKind.UNREADABLE]
        return {path: issue.message for issue in left for path in issue.paths}

    def sizes(self) -> dict[str, tuple[int, int]]:
        return {picture.path: (picture.width, picture.height) for picture in self.collected.pictures}


def bring_in(folder: Path, files: dict[str, bytes], bounds: Bounds | None = None) -> Import:
    candidates = []
    for number, (name, data) in enumerate(files.items()):
        location = folder / f"{number:06d}"
        location.write_bytes(data)
        candidates.append(Candidate(name=name, location=location, label="a", split=None))
    kept: dict[str, bytes] = {}

    def keep(data: bytes, sha256: str) -> None:
        assert sha256 not in kept
        kept[sha256] = data

    collected = examine(candidates, keep=keep, limits=Limits(), bounds=bounds)
    return Import(files=files, collected=collected, kept=kept)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Import:
    files = {name: build() for name, (build, _) in (*USABLE.items(), *REFUSED.items())}
    return bring_in(tmp_path_factory.mktemp("pictures"), files)


@pytest.mark.parametrize("name", USABLE)
def test_odd_pictures_come_in_upright_and_whole(name: str, imported: Import) -> None:
    assert imported.reasons().get(name) is None
    assert imported.sizes()[name] == USABLE[name][1]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_whole_picture_is_left_out_with_its_reason(name: str, imported: Import) -> None:
    assert name not in imported.sizes()
    assert REFUSED[name][1] in imported.reasons()[name]


def test_files_in_are_pictures_and_files_told(imported: Import) -> None:
    assert imported.sizes().keys() | imported.reasons().keys() == USABLE.keys() | REFUSED.keys()
    assert not imported.sizes().keys() & imported.reasons().keys()


def test_what_is_kept_is_what_was_uploaded(imported: Import) -> None:
    files = {hashlib.sha256(imported.files[name]).hexdigest() for name in USABLE}
    assert imported.kept.keys() == files
    assert all(hashlib.sha256(data).hexdigest() == sha256 for sha256, data in imported.kept.items())
    assert imported.collected.facts.keys() == files


def test_wrong_endings_are_told_and_the_pictures_used(imported: Import) -> None:
    (issue,) = [one for one in imported.collected.issues if one.kind is IssueKind.WRONG_EXTENSION]
    assert issue.severity is Severity.INFORMS
    assert issue.paths == ("really-jpeg.png", "really-png.jpg")
    assert issue.message == "2 pictures have the wrong ending: 'really-jpeg.png' is really JPEG."
    assert set(issue.pictures) <= imported.kept.keys()


def test_pictures_of_several_frames_are_told(imported: Import) -> None:
    (issue,) = [one for one in imported.collected.issues if one.kind is IssueKind.FIRST_FRAME]
    assert issue.paths == ("animated.gif", "animated.webp", "animated.png", "pages.tif")


def test_every_issue_says_what_it_does_to_the_result_and_what_to_do(imported: Import) -> None:
    for issue in imported.collected.issues:
        assert issue.consequence
        assert issue.hint


@pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")
def test_a_crash_a_hang_and_hunger_cost_their_files_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the worst of files would do to a decoder: fault, loop without end, take all the memory."""
    odd = Path(__file__).parents[1] / "data" / "odd_worker.py"
    monkeypatch.setattr(sandbox, "COMMAND", (sys.executable, str(odd)))
    files = {f"{number}.jpg": picture(number) for number in range(30)}
    files |= {"7.jpg": b"SEGV", "16.jpg": b"EATS", "23.jpg": b"HANG"}
    found = bring_in(tmp_path, files, Bounds(seconds=1))
    assert len(found.sizes()) == 27
    assert {path: message.partition(" left out. ")[2] for path, message in found.reasons().items()} == {
        "7.jpg": "Damaged: decoding it crashes the decoder.",
        "16.jpg": "It needs more memory to be decoded than one picture may take.",
        "23.jpg": "Decoding it takes more than 1 s.",
    }


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit is not known to hold")
def test_a_legal_picture_that_needs_all_the_memory_is_decoded(tmp_path: Path) -> None:
    """The limit of memory must not refuse what the limit of pixels allows."""
    target = io.BytesIO()
    Image.new("LA", (7_900, 8_100), (9, 255)).save(target, "PNG", compress_level=1)
    found = bring_in(tmp_path, {"large.png": target.getvalue(), "1.jpg": picture(1)})
    assert found.sizes() == {"large.png": (7_900, 8_100), "1.jpg": (48, 32)}
