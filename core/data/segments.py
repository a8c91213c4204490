"""A segment of a row store: a file of rows of equal length, and an index that tells whose they are.

Record n of the index belongs to row n. It is written after the row, and carries the row's checksum and its
own: whatever a crash or a bad disk leaves behind is seen for what it is.
"""

from __future__ import annotations

import io
import os
import struct
import threading
import weakref
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.data.folder_lock import locked

ROWS, INDEX = ".rows", ".index"
MOST_ROWS: Final = 4_096
_USUAL_BYTES: Final = 64 * 1024**2
_FEWEST_ROWS: Final = 512  # of large rows: a large set must not need more open files than there may be
_AT_ONCE: Final = 4 * 1024**2  # bytes read in one piece to check them

_KEYED = struct.Struct("<24sI")  # the key's digest, the row's checksum
_RECORD = struct.Struct("<24sII")  # the same, and the checksum of these 28 bytes

_used_segments: weakref.WeakSet[Segment] = weakref.WeakSet()  # read or written here: not to be evicted
_opening = threading.Lock()  # a set must not grow while somebody goes through it


class Segment:
    """One pair of files. It is opened when it is first read, and stays readable then even when evicted."""

    def __init__(self, path: Path, row_bytes: int) -> None:
        """``path`` is the file of rows; neither it nor its index needs to exist yet."""
        self.path = path
        self.keys: list[bytes | None] = []  # of each row; None where the record is damaged
        self._sums: list[int] = []
        self._row_bytes = row_bytes
        self._lock = threading.Lock()
        self._file: io.FileIO | None = None
        self._sound: set[int] = set()  # rows whose checksum was right
        self._seen: tuple[int, int] | None = None  # the index's length and time of change when it was read

    @property
    def has_room(self) -> bool:
        """Whether another row may be appended."""
        return len(self.keys) < most_rows(self._row_bytes)

    def refresh(self) -> bool:
        """Read the index again where it has changed, and return whether it had."""
        try:
            state = self._index.stat()
            if self._seen == (state.st_size, state.st_mtime_ns):
                return False
            self._take_in(self._index.read_bytes())
        except FileNotFoundError:  # evicted a moment ago
            self.keys, self._sums = [], []
            return True
        self._seen = (state.st_size, state.st_mtime_ns)
        return True

    def append(self, keys: Sequence[bytes], rows: bytes | memoryview) -> None:
        """Append rows under their keys' digests. The folder must be locked, and ``refresh`` called before.

        What a torn append had left behind the last whole record is written over. The segment stays from now
        on, for as long as this object lives. Raises OSError, and then nothing was appended.
        """
        self._stays()
        size, start = self._row_bytes, len(self.keys)
        sums = [zlib.crc32(rows[i * size : (i + 1) * size]) for i in range(len(keys))]
        _write(self.path, start * size, rows)
        records = b"".join(_packed(key, checksum) for key, checksum in zip(keys, sums, strict=True))
        _write(self._index, start * _RECORD.size, records)
        self.keys.extend(keys)
        self._sums.extend(sums)
        state = self._index.stat()
        self._seen = (state.st_size, state.st_mtime_ns)

    def read(self, first: int, into: memoryview) -> None:
        """Fill ``into``, a whole number of rows, with the rows from ``first`` on. Raises OSError."""
        got = self._read(first * self._row_bytes, into)
        if got < len(into):
            raise OSError(f"{self.path.name} has become shorter")

    def damaged(self, rows: Sequence[int]) -> list[int]:
        """Return those of these rows (rising) that are not what was stored. Each is looked at once."""
        wrong: list[int] = []
        unknown = [row for row in rows if row not in self._sound]
        most = min(len(unknown), max(1, _AT_ONCE // self._row_bytes))
        buffer = memoryview(bytearray(most * self._row_bytes))
        for first, count in runs(unknown, most=most):
            part = buffer[: count * self._row_bytes]
            got = self._read(first * self._row_bytes, part)
            for row in range(first, first + count):
                start = (row - first) * self._row_bytes
                end = start + self._row_bytes
                if end <= got and zlib.crc32(part[start:end]) == self._sums[row]:
                    self._sound.add(row)
                else:
                    wrong.append(row)
        return wrong

    def forget(self, rows: Sequence[int]) -> None:
        """Strike rows out of the index, for every process. The folder must be locked."""
        with self._index.open("r+b") as file:
            for row in rows:
                file.seek(row * _RECORD.size)
                file.write(bytes(_RECORD.size))
        for row in rows:
            self.keys[row] = None

    def touch(self) -> None:
        """Note that the segment was used now, so that others are evicted before it."""
        with suppress(OSError):
            os.utime(self.path)

    @property
    def _index(self) -> Path:
        return self.path.with_suffix(INDEX)

    def _take_in(self, content: bytes) -> None:
        whole = len(content) // _RECORD.size * _RECORD.size  # what is behind it is the start of a record
        self.keys, self._sums = [], []
        for key, checksum, own in _RECORD.iter_unpack(content[:whole]):
            self.keys.append(key if own == zlib.crc32(_KEYED.pack(key, checksum)) else None)
            self._sums.append(checksum)

    def _read(self, offset: int, into: memoryview) -> int:
        """Return how many bytes could be read; fewer than asked for where the file ends."""
        with self._lock:
            file = self._opened()
            file.seek(offset)
            got = 0
            while got < len(into) and (more := file.readinto(into[got:])):
                got += more
        return got

    def _opened(self) -> io.FileIO:
        if self._file is None:
            handle = os.open(self.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            weakref.finalize(self, os.close, handle)
            self._file = io.FileIO(handle, closefd=False)
            self._stays()
        return self._file

    def _stays(self) -> None:
        with _opening:
            _used_segments.add(self)


def most_rows(row_bytes: int) -> int:
    """Return how many rows of this length a segment holds: about 64 MB, or more for very large rows."""
    return min(MOST_ROWS, max(_FEWEST_ROWS, _USUAL_BYTES // row_bytes))


def runs(rows: Sequence[int], *, most: int) -> Iterator[tuple[int, int]]:
    """Yield neighbouring rows together as (first, how many), in the order given, at most ``most`` at once."""
    first, count = 0, 0
    for row in rows:
        if count and row == first + count and count < most:
            count += 1
            continue
        if count:
            yield first, count
        first, count = row, 1
    if count:
        yield first, count


def evict(path: Path) -> bool:
    """Remove the segment with this file of rows; return False where it is in use or cannot be removed."""
    with _opening:
        in_use = any(segment.path == path for segment in _used_segments)
    if in_use:
        return False
    try:
        with locked(path.parent):
            path.with_suffix(INDEX).unlink(missing_ok=True)  # first: rows without an index are nobody's
            path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _packed(key: bytes, checksum: int) -> bytes:
    keyed = _KEYED.pack(key, checksum)
    return keyed + zlib.crc32(keyed).to_bytes(4, "little")


def _write(path: Path, offset: int, content: bytes | memoryview) -> None:
    """Write at ``offset`` and end the file there; a failed write is taken back. Raises OSError."""
    with path.open("r+b" if path.exists() else "x+b", buffering=0) as file:
        file.truncate(offset)
        file.seek(offset)
        try:
            written = 0
            while written < len(content):
                written += file.write(content[written:])
        except OSError:
            file.truncate(offset)
            raise
