"""A picture without what cameras and programs wrote into its file: place, time, owner, earlier versions.

Pixels stay as they are, bit for bit: only parts of the file that hold none of them are left out. Which way up
the picture is, and its colours, are kept.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Final

from PIL import ExifTags, Image

from core.data.decode import open_picture, orientation

_JPEG: Final = b"\xff\xd8"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_RIFF, _WEBP = b"RIFF", b"WEBP"
_NO_LENGTH: Final = frozenset((0x01, *range(0xD0, 0xD8)))  # markers of JPEG that stand alone
_START_OF_SCAN, _END, _STUFFED = 0xDA, 0xD9, 0x00
_COMMENT, _FIRST_APP, _LAST_APP = 0xFE, 0xE0, 0xEF
_KEPT_APPS: Final = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}  # how colours are meant
_PNG_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs acTL fcTL fdAT".split()
)
_WEBP_KNOWN: Final = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_LAST_WAY_UP: Final = 8  # of EXIF's; the first is upright
_TOLD_OF_EXIF, _TOLD_OF_XMP = 0x08, 0x04  # in the flags of VP8X


def without_camera_data(picture: bytes) -> tuple[bytes, str]:
    """Return the file without what a camera wrote into it, and the ending of its name where that is another.

    JPEG, PNG and WebP keep their form. Whatever else can be read becomes a PNG of what is seen, as
    ``open_picture`` returns it: its first frame or page, with 8 bits per colour. Raises PictureError.
    """
    try:
        if picture.startswith(_JPEG):
            return _jpeg(picture), ""
        if picture.startswith(_PNG):
            return _png(picture), ""
        if picture.startswith(_RIFF) and picture[8:12] == _WEBP:
            return _webp(picture), ""
    except (struct.error, IndexError, ValueError):  # not as the format says, and it can be read all the same
        pass
    drawn = io.BytesIO()
    open_picture(picture).save(drawn, "PNG")
    return drawn.getvalue(), ".png"


def _turned(picture: bytes) -> bytes | None:
    """Return EXIF that only tells which way up the picture is; None where it lies as it should."""
    turn = orientation(picture)
    if turn is None or not 1 < turn <= _LAST_WAY_UP:
        return None
    told = Image.Exif()
    told[ExifTags.Base.Orientation] = turn
    return bytes(told.tobytes())


# JPEG ------------------------------------------------------------------------------------------------------


def _jpeg(picture: bytes) -> bytes:
    parts = [_JPEG]
    if turned := _turned(picture):
        parts.append(b"\xff\xe1" + struct.pack(">H", len(turned) + 2) + turned)
    for marker, part in _segments(picture):
        if marker != _COMMENT and (not _FIRST_APP <= marker <= _LAST_APP or _tells_colours(marker, part)):
            parts.append(part)
    return b"".join(parts)


def _tells_colours(marker: int, part: bytes) -> bool:
    name = _KEPT_APPS.get(marker)
    return name is not None and part[4:].startswith(name)


def _segments(picture: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each marker after the first with what belongs to it, up to the end of the picture.

    What follows that end is left out: a phone's second picture, a film, or whatever was hung on.
    """
    at = len(_JPEG)
    while True:
        at = _next_marker(picture, at)
        marker = picture[at + 1]
        if marker == _END:
            yield marker, picture[at : at + 2]
            return
        behind = at + 2
        if marker not in _NO_LENGTH:
            (length,) = struct.unpack_from(">H", picture, behind)
            behind += length
        if marker == _START_OF_SCAN:
            behind = _end_of_scan(picture, behind)
        if behind > len(picture):
            raise ValueError("a segment goes beyond the end of the file")
        yield marker, picture[at:behind]
        at = behind


def _next_marker(picture: bytes, at: int) -> int:
    """Return where the marker at ``at`` begins; any number of 0xFF may stand before it."""
    if picture[at] != 0xFF:
        raise ValueError("no marker where one belongs")
    while picture[at + 1] == 0xFF:
        at += 1
    return at


def _end_of_scan(picture: bytes, at: int) -> int:
    """Return where the compressed pixels end that begin at ``at``: before a marker that is none of theirs."""
    while True:
        at = picture.index(b"\xff", at)
        if picture[at + 1] != _STUFFED and picture[at + 1] not in _NO_LENGTH:
            return at
        at += 2


# PNG -------------------------------------------------------------------------------------------------------


def _png(picture: bytes) -> bytes:
    parts, at = [_PNG], len(_PNG)
    while True:
        (length,) = struct.unpack_from(">I", picture, at)
        name, behind = picture[at + 4 : at + 8], at + 12 + length
        if behind > len(picture):
            raise ValueError("a chunk goes beyond the end of the file")
        if name in _PNG_KEPT:
            parts.append(picture[at:behind])
        if name == b"IHDR" and (turned := _turned(picture)):
            parts.append(_chunk(b"eXIf", turned.removeprefix(b"Exif\0\0")))
        if name == b"IEND":
            return b"".join(parts)
        at = behind


def _chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


# WebP ------------------------------------------------------------------------------------------------------


def _webp(picture: bytes) -> bytes:
    turned, parts, at = _turned(picture), [], 12
    (told,) = struct.unpack_from("<I", picture, 4)
    end = min(8 + told, len(picture))
    while at + 8 <= end:
        name = picture[at : at + 4]
        (length,) = struct.unpack_from("<I", picture, at + 4)
        behind = at + 8 + length
        if behind > len(picture):
            raise ValueError("a chunk goes beyond the end of the file")
        if name == b"VP8X":
            flags = picture[at + 8] & ~(_TOLD_OF_EXIF | _TOLD_OF_XMP) | (_TOLD_OF_EXIF if turned else 0)
            parts.append(_padded(name, bytes([flags]) + picture[at + 9 : behind]))
        elif name in _WEBP_KNOWN:
            parts.append(_padded(name, picture[at + 8 : behind]))
        at = behind + length % 2
    if turned:
        parts.append(_padded(b"EXIF", turned.removeprefix(b"Exif\0\0")))
    body = _WEBP + b"".join(parts)
    return _RIFF + struct.pack("<I", len(body)) + body


def _padded(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
