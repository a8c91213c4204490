"""The list of contents of a zip, read without trusting it: sizes and counts are checked first.

The standard library's reader is not used: it builds its whole list before a limit can be applied, gives up
the archive for one name in a wrong encoding, and in many Pythons does not notice overlapping members.
Format: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from core.data.kinds import HEAD_BYTES, what_it_is
from core.data.names import readable
from core.domain.errors import ArchiveError
from core.settings import Limits

_END: Final = struct.Struct("<4s4H2LH")
_END64_LOCATOR: Final = struct.Struct("<4sLQL")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_ENTRY: Final = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_MOST_COMMENT: Final = 65_535
_ENCRYPTED: Final = 0b0010_0000_0100_0001  # flag bits 0 (member), 6 (strong), 13 (list of contents)
_AGAIN: Final = "Make the zip again, or copy it again."


@dataclass(frozen=True, slots=True)
class Entry:
    """One member as the list of contents describes it; nothing in here is to be trusted."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int  # bytes in the archive
    size: int  # bytes unpacked
    header: int  # where its local header begins in the file
    mode: int  # Unix file mode, 0 where the archive was made elsewhere

    @property
    def is_folder(self) -> bool:
        """Whether it only names a folder."""
        return self.name.endswith("/") or stat.S_ISDIR(self.mode)

    @property
    def is_file(self) -> bool:
        """Whether it is a plain file: no folder, link, device, pipe or socket."""
        return not self.is_folder and (stat.S_IFMT(self.mode) == 0 or stat.S_ISREG(self.mode))


@dataclass(frozen=True, slots=True)
class _Directory:
    """Where the list of contents lies, and how many entries it claims to have."""

    entries: int
    size: int
    start: int  # in the file
    shift: int  # bytes in front of the archive proper, as in a self-extracting one


def read_entries(stream: IO[bytes], *, limits: Limits) -> tuple[Entry, ...]:
    """Return all members in the order of the list. Raises ArchiveError, saying what the file really is."""
    directory = _find_directory(stream, limits)
    stream.seek(directory.start)
    raw = stream.read(directory.size)
    entries = []
    for entry in _parse(raw, directory.shift):
        entries.append(entry)
        if len(entries) > limits.archive_entries:
            raise _too_many(f"more than {limits.archive_entries:,}", limits)
    if any(entry.flags & _ENCRYPTED for entry in entries):
        raise ArchiveError("The zip is password-protected.", hint="Make it again without a password.")
    return tuple(entries)


def data_start(stream: IO[bytes], entry: Entry) -> int | None:
    """Return where a member's packed bytes begin; None where its local header is not what it should be."""
    stream.seek(entry.header)
    raw = stream.read(_LOCAL.size)
    if len(raw) < _LOCAL.size or not raw.startswith(b"PK\x03\x04"):
        return None
    *_, name_length, extra_length = _LOCAL.unpack(raw)
    return entry.header + _LOCAL.size + int(name_length) + int(extra_length)


def _find_directory(stream: IO[bytes], limits: Limits) -> _Directory:
    size = stream.seek(0, 2)
    tail_start = max(0, size - _END.size - _MOST_COMMENT)
    stream.seek(tail_start)
    tail = stream.read()
    # The last mark counts, as in the standard library: one reading, whatever a comment may hold.
    at = tail.rfind(b"PK\x05\x06", 0, max(0, len(tail) - _END.size + 4))
    if at < 0:
        raise _no_zip(stream, size)
    _, disk, first_disk, _, entries, length, offset, _ = _END.unpack_from(tail, at)
    end = tail_start + at
    if 0xFFFF in (disk, entries) or 0xFFFFFFFF in (length, offset):
        wide = _end64(stream, end)
        if wide is not None:
            end, disk, first_disk, entries, length, offset = wide
    if disk or first_disk:
        raise ArchiveError("This is one part of a zip in several parts.", hint="Make one single zip.")
    return _checked(_Directory(entries, length, end - length, end - length - offset), limits)


def _end64(stream: IO[bytes], end: int) -> tuple[int, int, int, int, int, int] | None:
    """Return where the list ends, disk, first disk, entries, length and offset; None if not zip64."""
    stream.seek(max(0, end - _END64_LOCATOR.size))
    raw = stream.read(_END64_LOCATOR.size)
    if end < _END64_LOCATOR.size + _END64.size or not raw.startswith(b"PK\x06\x07"):
        return None
    start = end - _END64_LOCATOR.size - _END64.size
    stream.seek(start)
    raw = stream.read(_END64.size)
    if not raw.startswith(b"PK\x06\x06"):
        raise ArchiveError("The zip is damaged: its list of contents cannot be found.", hint=_AGAIN)
    _, _, _, _, disk, first_disk, _, entries, length, offset = _END64.unpack(raw)
    return start, disk, first_disk, entries, length, offset


def _checked(directory: _Directory, limits: Limits) -> _Directory:
    if directory.entries > limits.archive_entries:
        raise _too_many(f"{directory.entries:,}", limits)
    if directory.size > limits.directory_bytes:
        raise ArchiveError(
            f"The zip's list of contents has {directory.size:,} bytes of {limits.directory_bytes:,}.",
            hint="Divide it into several zips.",
        )
    if directory.start < 0 or directory.shift < 0:
        raise ArchiveError("The zip is damaged: its list of contents lies outside of it.", hint=_AGAIN)
    return directory


def _parse(raw: bytes, shift: int) -> Iterator[Entry]:
    at = 0
    while at < len(raw):
        if len(raw) - at < _ENTRY.size or raw[at : at + 4] != b"PK\x01\x02":
            raise ArchiveError("The zip is damaged: its list of contents is broken.", hint=_AGAIN)
        fields = _ENTRY.unpack_from(raw, at)
        name_at = at + _ENTRY.size
        extra_at = name_at + fields[12]
        at = extra_at + fields[13] + fields[14]
        if at > len(raw):
            raise ArchiveError("The zip is damaged: its list of contents is cut off.", hint=_AGAIN)
        yield _entry(fields, raw[name_at:extra_at], raw[extra_at : extra_at + fields[13]], shift)


def _entry(fields: tuple[int, ...], raw_name: bytes, raw_extra: bytes, shift: int) -> Entry:
    (made_by, flags, method, crc) = (fields[2], fields[5], fields[6], fields[9])
    (packed, size, attributes, header) = (fields[10], fields[11], fields[17], fields[18])
    extra = dict(_extra(raw_extra))
    if 1 in extra:
        size, packed, header = _wide(extra[1], size, packed, header)
    mode = attributes >> 16 if made_by in (3, 19) else 0  # Unix, macOS
    name = _unicode_name(extra.get(0x7075, b""), raw_name) or readable(raw_name)
    return Entry(name.replace("\\", "/"), flags, method, crc, packed, size, header + shift, mode)


def _extra(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(raw):
        kind, length = struct.unpack_from("<HH", raw, at)
        yield kind, raw[at + 4 : at + 4 + length]
        at += 4 + length


def _wide(extra: bytes, *fields: int) -> tuple[int, ...]:
    """Return the fields, those that did not fit into 32 bits taken in turn from the zip64 extra field."""
    numbers = iter(struct.unpack_from(f"<{len(extra) // 8}Q", extra))
    return tuple(next(numbers, field) if field == 0xFFFFFFFF else field for field in fields)


def _unicode_name(extra: bytes, raw_name: bytes) -> str | None:
    """Return the name in the Info-ZIP Unicode path field, if it was made for this very name."""
    if len(extra) <= 5 or extra[0] != 1 or struct.unpack_from("<L", extra, 1)[0] != zlib.crc32(raw_name):
        return None
    return readable(extra[5:])


def _too_many(entries: str, limits: Limits) -> ArchiveError:
    return ArchiveError(
        f"The zip has {entries} entries; the most is {limits.archive_entries:,}.",
        hint="Divide it into several zips.",
    )


def _no_zip(stream: IO[bytes], size: int) -> ArchiveError:
    stream.seek(0)
    kind = what_it_is(stream.read(HEAD_BYTES))
    if size == 0:
        return ArchiveError("The file is empty.", hint=_AGAIN)
    if kind == "a zip archive":
        return ArchiveError("The zip is cut off: its end is missing.", hint="Copy or upload it again.")
    what = f"It is really {kind}." if kind else "It is of an unknown kind."
    return ArchiveError(
        f"This is not a zip. {what}", hint="Put the class folders into a zip and upload that."
    )
