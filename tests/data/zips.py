"""Zips made by hand, byte by byte where the standard library would refuse to make them."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(kw_only=True)
class Member:
    """One member; what is left None is filled in truthfully."""

    name: bytes
    data: bytes = b"content"
    method: int = 8
    flags: int = 0
    mode: int = 0
    crc: int | None = None
    size: int | None = None
    packed: bytes | None = None
    extra: bytes = b""
    header: int | None = None  # place told in the list of contents


def write_zip(path: Path, members: list[Member], *, prefix: bytes = b"", suffix: bytes = b"") -> Path:
    """Return the path of a zip with exactly these members."""
    body, directory = bytearray(), bytearray()
    for member in members:
        packed = member.packed if member.packed is not None else _packed(member)
        crc = zlib.crc32(member.data) if member.crc is None else member.crc
        size = len(member.data) if member.size is None else member.size
        header = len(body) if member.header is None else member.header
        common = struct.pack(
            "<HHHHLLLHH",
            member.flags,
            member.method,
            0,
            33,
            crc,
            len(packed),
            size,
            len(member.name),
            len(member.extra),
        )
        if member.header is None:
            body += b"PK\x03\x04\x14\x00" + common + member.name + member.extra + packed
        directory += b"PK\x01\x02\x14\x03\x14\x00" + common
        directory += struct.pack("<HHHLL", 0, 0, 0, member.mode << 16, header) + member.name + member.extra
    end = struct.pack("<HHHHLLH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    path.write_bytes(prefix + body + directory + b"PK\x05\x06" + end + suffix)
    return path


def _packed(member: Member) -> bytes:
    if member.method != 8:
        return member.data
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(member.data) + deflater.flush()
