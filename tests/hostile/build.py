"""Builders of archives and pictures that nobody should be able to hurt us with."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from tests.data.zips import Member


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def picture(seed: int = 0, kind: str = "JPEG", size: tuple[int, int] = (48, 32), **options: object) -> bytes:
    """Return a picture of coarse colours, encoded; every seed gives another."""
    coarse = np.random.default_rng(seed).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    return encoded(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC), kind, **options)


def plain_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def streamed_zip(path: Path, files: dict[str, bytes]) -> Path:
    """Write a zip as one that could not go back in its file: sizes follow each member, all in 64 bits."""

    class OneWay(io.RawIOBase):
        def __init__(self) -> None:
            self.parts = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object, /) -> int:
            raw = bytes(data)  # type: ignore[call-overload]
            self.parts += raw
            return len(raw)

    target = OneWay()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                member.write(data)
    path.write_bytes(target.parts)
    return path


def many_entries_zip(path: Path, files: dict[str, bytes], *, junk: int) -> Path:
    """Write a zip64 with so many entries that 16 bits do not hold their number."""
    members = [Member(name=name.encode(), data=data, method=0) for name, data in files.items()]
    members += [Member(name=b"a/.%05d/.DS_Store" % number, data=b"", method=0) for number in range(junk)]
    write_zip_64(path, members)
    return path


def write_zip_64(path: Path, members: list[Member], *, claimed: int | None = None) -> Path:
    """Write a zip whose end says everything in 64 bits; ``claimed``: the number of entries it tells."""
    body, directory = bytearray(), bytearray()
    for member in members:
        packed = member.data if member.method == 0 else _deflated(member.data)
        numbers = (zlib.crc32(member.data), len(packed), len(member.data), len(member.name), 0)
        common = struct.pack("<HHHHLLLHH", member.flags, member.method, 0, 33, *numbers)
        directory += b"PK\x01\x02\x2d\x03\x2d\x00" + common
        directory += struct.pack("<HHHLL", 0, 0, 0, member.mode << 16, len(body)) + member.name
        body += b"PK\x03\x04\x2d\x00" + common + member.name + packed
    count = len(members) if claimed is None else claimed
    end64 = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), len(body)
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body) + len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(bytes(body + directory) + end64 + locator + end)
    return path


def _deflated(data: bytes) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(data) + deflater.flush()


def png(width: int, height: int, *chunks: tuple[bytes, bytes], data: bytes = b"") -> bytes:
    """Return a PNG of 8-bit grey that claims this size, with these chunks before its data."""
    header = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))
        for kind, content in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body
