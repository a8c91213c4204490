"""Safe unpacking of a zip: whatever is inside, only files with generated names appear in one folder."""

from __future__ import annotations

import re
import shutil
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from core.data.expansion import exploding, size_told
from core.data.findings import Findings, Reason
from core.data.names import ARCHIVES, extension, is_junk
from core.data.parallel import check, ignore_progress, never, no_room
from core.data.reasons import INNER_ARCHIVE, JUNK, LINK, damaged
from core.data.ziplist import Entry, data_start, read_entries
from core.domain.dataset import Issue
from core.domain.errors import ArchiveError
from core.settings import Limits

_CHUNK: Final = 256 * 1024
_STORED, _DEFLATED = 0, 8
_METHODS: Final = {
    1: "Shrink", 6: "Implode", 9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"
}  # fmt: skip
_DRIVE: Final = re.compile(r"[A-Za-z]:(?! )")
_LIKE_A_DRIVE: Final = re.compile(r"[A-Za-z]: ")  # as in a folder called "A: cats", which harms nobody
_CORRUPT: Final = damaged("Damaged inside the zip: the packed data cannot be unpacked.")
_WRONG_SUM: Final = damaged("Damaged inside the zip: the content does not match its check sum.")
_WRONG_SIZE: Final = damaged("Damaged inside the zip: the content is not as long as the zip says.")
_NO_HEADER: Final = damaged("Damaged inside the zip: the file is not where the zip says.")
_DRIVE_LIKE: Final = damaged(
    "Their names begin like a drive of Windows.",
    hint="Rename them without the colon, then make the zip again.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file of the user's: its name in the upload ("/" separated) and where its bytes lie now."""

    name: str
    location: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """The files that are there now, and what was left out."""

    files: tuple[FoundFile, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class _Member:
    entry: Entry
    start: int | None  # of its packed bytes; None where its local header is not where the list says


class _UnusableError(Exception):
    """One member cannot be used; carries the reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.sentence)
        self.reason = reason


def unpack(
    archive: Path,
    into: Path,
    *,
    limits: Limits,
    progress: Callable[[int, int], None] = ignore_progress,
    stopped: Callable[[], bool] = never,
    make_room: Callable[[int], None] = no_room,
) -> Unpacked:
    """Write the archive's files into the folder ``into`` under generated names, and return them.

    Where the disk has less free than they take, ``make_room`` is asked for as many bytes first.

    A member that cannot be used is left out and told; a dangerous archive is refused. Raises ArchiveError or
    Cancelled, and then leaves no file behind. Progress counts members.
    """
    into.mkdir(parents=True, exist_ok=True)
    findings = Findings()
    files: list[FoundFile] = []
    with _nothing_left_behind(into), archive.open("rb") as stream:
        members = _guarded(stream, limits, findings)
        _check_room(members, into, make_room)
        for number, member in enumerate(members, start=1):
            check(stopped)
            location = into / f"{number:06d}"
            if _write_or_tell(stream, member, location, findings):
                files.append(FoundFile(name=member.entry.name, location=location))
            progress(number, len(members))
        if not files:
            raise _nothing_usable(findings)
    return Unpacked(files=_distinct(files), issues=findings.issues())


@contextmanager
def _nothing_left_behind(into: Path) -> Iterator[None]:
    """Take away what was written so far when anything goes wrong; a full disk is told in words."""
    try:
        yield
    except BaseException as fault:
        for leftover in into.glob("[0-9]" * 6):
            leftover.unlink(missing_ok=True)
        if isinstance(fault, OSError):
            hint = "Check the file and the disk's free space, then try again."
            raise ArchiveError(f"The zip could not be unpacked: {fault.strerror}.", hint=hint) from fault
        raise


def _guarded(stream: IO[bytes], limits: Limits, findings: Findings) -> tuple[_Member, ...]:
    """Return the members worth writing, after every check that needs no unpacking. Raises ArchiveError."""
    size = stream.seek(0, 2)
    if size > limits.archive_bytes:
        raise ArchiveError(
            f"The zip has {size_told(size)}; the most is {size_told(limits.archive_bytes)}.",
            hint="Divide it into several zips.",
        )
    entries = [entry for entry in read_entries(stream, limits=limits) if not entry.is_folder]
    _check_names(entries)
    members = [member for member in _located(stream, entries) if _wanted(member, limits, findings)]
    return _bounded(members, size, limits, findings)


def _check_names(entries: Sequence[Entry]) -> None:
    for entry in entries:
        outside = entry.name.startswith("/") or _DRIVE.match(entry.name)
        if outside or ".." in entry.name.split("/") or "\0" in entry.name:
            raise ArchiveError(
                f"The zip is refused: the name {_short(entry.name)!r} points out of the zip.",
                hint="Make the zip from a plain folder.",
            )


def _located(stream: IO[bytes], entries: Sequence[Entry]) -> Iterator[_Member]:
    """Yield members as they lie in the file. Shared bytes would make a bomb of a few kilobytes."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header):
        if entry.header < end:
            raise ArchiveError(
                f"The zip is refused: {_short(entry.name)!r} overlaps another file (overlapped entries).",
                hint="Make the zip again from its folder.",
            )
        start = data_start(stream, entry)
        end = (start or entry.header) + entry.packed
        yield _Member(entry, start)


def _wanted(member: _Member, limits: Limits, findings: Findings) -> bool:
    """Tell whether to unpack a member; else it is among the findings."""
    entry = member.entry
    parts = tuple(entry.name.split("/"))
    length = len(entry.name.encode("utf-8", "replace"))
    method = _METHODS.get(entry.method, f"method {entry.method}")
    too_large = f"Larger than {size_told(limits.member_bytes)}."
    smaller = "Make the picture smaller first."
    again = "Make the zip again with the usual method (Deflate)."
    reasons = (
        (is_junk(parts), JUNK),
        (not entry.is_file, LINK),
        (_LIKE_A_DRIVE.match(entry.name), _DRIVE_LIKE),
        (extension(entry.name) in ARCHIVES, INNER_ARCHIVE),
        (length > limits.name_bytes, damaged(f"The name is longer than {limits.name_bytes:,} bytes.")),
        (len(parts) > limits.depth, damaged(f"More than {limits.depth} folders deep.")),
        (entry.method not in (_STORED, _DEFLATED), damaged(f"Packed with {method}.", hint=again)),
        (entry.size > limits.member_bytes, damaged(too_large, hint=smaller)),
        (member.start is None, _NO_HEADER),
    )
    reason = next((reason for applies, reason in reasons if applies), None)
    if reason is not None:
        findings.leave_out(_short(entry.name), reason)
    return reason is None


def _bounded(
    members: Sequence[_Member], archive_size: int, limits: Limits, findings: Findings
) -> tuple[_Member, ...]:
    """Return members that together do not grow too much; what is written never exceeds what they claim."""
    left_out = exploding([member.entry for member in members], archive_size, limits)
    for member in members:
        if member.entry in left_out:
            findings.leave_out(_short(member.entry.name), _too_tight(limits))
    return tuple(member for member in members if member.entry not in left_out)


def _too_tight(limits: Limits) -> Reason:
    return damaged(
        f"Packed to less than a {limits.expansion_ratio}th of their size, as blank pictures and bombs are.",
        hint="If they show something, save them as JPEG or PNG and add them again.",
    )


def _check_room(members: Sequence[_Member], into: Path, make_room: Callable[[int], None]) -> None:
    needed = sum(member.entry.size for member in members)
    if needed > shutil.disk_usage(into).free:
        make_room(needed)
    free = shutil.disk_usage(into).free
    if needed > free:
        raise ArchiveError(
            f"The disk is too full: {size_told(needed)} are needed, {size_told(free)} are free.",
            hint="Free some space and try again.",
        )


def _write_or_tell(stream: IO[bytes], member: _Member, location: Path, findings: Findings) -> bool:
    try:
        with location.open("xb") as target:
            _write(stream, member, target)
    except _UnusableError as fault:
        location.unlink()
        findings.leave_out(member.entry.name, fault.reason)
        return False
    return True


def _write(stream: IO[bytes], member: _Member, target: IO[bytes]) -> None:
    entry = member.entry
    written, crc = 0, 0
    for block in _unpacked_blocks(stream, member):
        written += len(block)
        crc = zlib.crc32(block, crc)
        if written > entry.size:  # never more than one block beyond what was checked and allowed for
            raise _UnusableError(_WRONG_SIZE)
        target.write(block)
    if written != entry.size:
        raise _UnusableError(_WRONG_SIZE)
    if crc != entry.crc:
        raise _UnusableError(_WRONG_SUM)


def _unpacked_blocks(stream: IO[bytes], member: _Member) -> Iterator[bytes]:
    """Yield a member's content in blocks of limited size, whatever the packed bytes ask for."""
    stream.seek(member.start or 0)
    if member.entry.method == _STORED:
        yield from _packed_blocks(stream, member.entry.packed)
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in _packed_blocks(stream, member.entry.packed):
            waiting = packed
            while waiting and not inflater.eof:
                yield inflater.decompress(waiting, _CHUNK)
                waiting = inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error as fault:
        raise _UnusableError(_CORRUPT) from fault
    if not inflater.eof:
        raise _UnusableError(_CORRUPT)


def _packed_blocks(stream: IO[bytes], length: int) -> Iterator[bytes]:
    while length > 0 and (block := stream.read(min(_CHUNK, length))):
        length -= len(block)
        yield block


def _nothing_usable(findings: Findings) -> ArchiveError:
    told = " ".join(issue.message for issue in findings.issues()[:3])
    hint = next((issue.hint for issue in findings.issues() if issue.hint), "")
    fallback = "Put class folders with pictures into a zip."
    return ArchiveError(f"The zip holds no file that can be used. {told}".strip(), hint=hint or fallback)


def _distinct(files: Sequence[FoundFile]) -> tuple[FoundFile, ...]:
    """Return the files with a number behind names that a zip holds twice, so that each can be told apart."""
    seen: set[str] = set()
    distinct = []
    for file in files:
        stem, dot, ending = file.name.rpartition(".")
        name, number = file.name, 1
        while name in seen:
            number += 1
            name = f"{stem} ({number}){dot}{ending}" if dot else f"{file.name} ({number})"
        seen.add(name)
        distinct.append(FoundFile(name=name, location=file.location))
    return tuple(distinct)


def _short(name: str) -> str:
    return name if len(name) <= 200 else f"{name[:120]}…{name[-60:]}"
