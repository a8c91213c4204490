"""Rows of numbers on disk, found by what they were computed from, in files that only grow.

A row belongs to a key: the content hash of a picture, or that and the name of a view of it. Everything here
can be computed again, so nothing waits for the disk; instead every row carries a checksum, and one that is
not what was stored counts as missing.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, overload
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from core.data.folder_lock import locked
from core.data.segments import INDEX, ROWS, Segment, most_rows, runs

_log = logging.getLogger(__name__)

_TRIES: Final = 3
_FORMAT = re.compile(r"([a-z]+\d+)_(\d+(?:x\d+)*)")

Array = npt.NDArray[Any]
Chosen = slice | list[int] | npt.NDArray[np.integer[Any]] | npt.NDArray[np.bool_]
Computed = Iterable[tuple[Sequence[int], Array]]  # (positions, their rows)


class Rows:
    """Stored rows in the order asked for, read when they are indexed; memory stays what is asked for.

    Indexing gives a copy: one row for a number; (n, ...) for a slice, numbers or a mask.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        places: npt.NDArray[np.int64],
        *,
        row_shape: tuple[int, ...],
        dtype: np.dtype[Any],
    ) -> None:
        """``places`` (N, 2): which of ``segments``, and which of its rows."""
        self._segments, self._places = tuple(segments), places
        self._row_shape, self.dtype = row_shape, dtype

    def __len__(self) -> int:
        return len(self._places)

    @property
    def shape(self) -> tuple[int, ...]:
        """As an array's: rows first."""
        return (len(self), *self._row_shape)

    @property
    def ndim(self) -> int:
        """As an array's."""
        return 1 + len(self._row_shape)

    @overload
    def __getitem__(self, chosen: int | np.integer[Any]) -> Array: ...
    @overload
    def __getitem__(self, chosen: Chosen) -> Array: ...
    def __getitem__(self, chosen: int | np.integer[Any] | Chosen) -> Array:
        """Return a copy of these rows. Raises IndexError, or OSError where the disk fails."""
        places = self._chosen(chosen)
        found = self._read(np.atleast_2d(places))
        return found[0] if places.ndim == 1 else found

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError("Stored rows cannot be had without a copy.")
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)

    def only(self, chosen: Chosen) -> Rows:
        """Return these rows without reading them."""
        places = np.atleast_2d(self._chosen(chosen))
        return Rows(self._segments, places, row_shape=self._row_shape, dtype=self.dtype)

    def _chosen(self, chosen: int | np.integer[Any] | Chosen) -> npt.NDArray[np.int64]:
        if isinstance(chosen, tuple):
            raise IndexError("Stored rows have one index; take the rows first, then what is wanted of them.")
        places: npt.NDArray[np.int64] = self._places[
            np.asarray(chosen, np.int64) if isinstance(chosen, list) else chosen
        ]
        return places

    def _read(self, places: npt.NDArray[np.int64]) -> Array:
        found = np.empty((len(places), *self._row_shape), self.dtype)
        size = found.nbytes // max(1, len(places))
        target = found.reshape(-1).view(np.uint8).data
        done = 0
        for start, end in _stretches(places[:, 0]):
            segment = self._segments[places[start, 0]]
            for first, count in runs(places[start:end, 1].tolist(), most=end - start):
                segment.read(first, target[done : done + count * size])
                done += count * size
        return found


class RowStore:
    """All rows of one kind in a folder. Several threads and processes may read and append at the same time.

    An object serves one piece of work, in one thread; a store that others append to is seen when it is asked.
    """

    def __init__(self, folder: Path, *, row_shape: Sequence[int], dtype: npt.DTypeLike) -> None:
        """Use or begin a store; rows of another shape or type in the same folder stay apart."""
        self.row_shape, self.dtype = tuple(row_shape), np.dtype(dtype)
        self._folder = folder / f"{self.dtype.name}_{'x'.join(map(str, self.row_shape))}"
        self._row_bytes = self.dtype.itemsize * int(np.prod(self.row_shape))
        self._segments: dict[str, Segment] = {}
        self._places: dict[bytes, tuple[Segment, int]] = {}

    @classmethod
    def found(cls, folder: Path) -> RowStore | None:
        """Return the store in the folder, whatever its rows look like; None where none was begun."""
        try:
            names = sorted(entry.name for entry in folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return None
        formats = [match for name in names if (match := _FORMAT.fullmatch(name))]
        if not formats:
            return None
        kind, shape = formats[-1].groups()
        return cls(folder, row_shape=[int(side) for side in shape.split("x")], dtype=kind)

    def missing(self, keys: Sequence[str]) -> list[int]:
        """Return the positions of keys without a row, of repeated keys the first; damaged rows are dropped.

        What is not missing is open from now on, and can be read even when it is evicted meanwhile.
        """
        self._refresh()
        return self._missing([_digest(key) for key in keys])

    def append(self, keys: Sequence[str], rows: Array) -> None:
        """Store one row per key; a key that has a row keeps it. Raises OSError, for a full disk as well."""
        rows = np.ascontiguousarray(rows, dtype=self.dtype)
        if rows.shape != (len(keys), *self.row_shape):
            raise ValueError(f"{len(keys)} rows of {self.row_shape} were expected, not {rows.shape}")
        with locked(self._folder):
            self._refresh()
            fresh = {digest: i for i, key in enumerate(keys) if (digest := _digest(key)) not in self._places}
            waiting = list(fresh.items())
            while waiting:
                segment = self._with_room()
                room = most_rows(self._row_bytes) - len(segment.keys)
                part, waiting = waiting[:room], waiting[room:]
                start = len(segment.keys)
                content = np.ascontiguousarray(rows[[i for _, i in part]]).reshape(-1).view(np.uint8)
                segment.append([digest for digest, _ in part], content.data)
                self._places.update((digest, (segment, start + n)) for n, (digest, _) in enumerate(part))

    def rows(self, keys: Sequence[str]) -> Rows:
        """Return the rows of these keys, in this order. Raises LookupError where one is missing."""
        digests = [_digest(key) for key in keys]
        if any(digest not in self._places for digest in digests):
            self._refresh()
        missing = self._missing(digests)
        if missing:
            raise LookupError(f"{len(missing)} of {len(keys)} rows are not stored")
        found = [self._places[digest] for digest in digests]
        segments = list(dict.fromkeys(segment for segment, _ in found))
        for segment in segments:
            segment.touch()
        number = {segment: n for n, segment in enumerate(segments)}
        places = np.array([(number[segment], row) for segment, row in found], np.int64).reshape(-1, 2)
        return Rows(segments, places, row_shape=self.row_shape, dtype=self.dtype)

    def _missing(self, digests: Sequence[bytes]) -> list[int]:
        self._check(digest for digest in digests if digest in self._places)
        first: dict[bytes, int] = {}
        for position, digest in enumerate(digests):
            if digest not in self._places:
                first.setdefault(digest, position)
        return list(first.values())

    def _refresh(self) -> None:
        """See what was appended, struck out or evicted since, by whomever."""
        try:
            names = {entry.stem for entry in self._folder.iterdir() if entry.suffix == INDEX}
        except FileNotFoundError:
            names = set()
        gone = self._segments.keys() - names
        for name in gone:
            del self._segments[name]
        for name in sorted(names - self._segments.keys()):
            self._segments[name] = Segment(self._folder / f"{name}{ROWS}", self._row_bytes)
        changed = [segment for segment in self._segments.values() if segment.refresh()]
        if changed or gone:
            self._places = {
                key: (segment, row)
                for segment in self._segments.values()
                for row, key in enumerate(segment.keys)
                if key is not None
            }

    def _check(self, digests: Iterable[bytes]) -> None:
        """Drop those of these rows that are not what was stored."""
        wanted: dict[Segment, list[int]] = {}
        for digest in digests:
            segment, row = self._places[digest]
            wanted.setdefault(segment, []).append(row)
        for segment, rows in wanted.items():
            try:
                wrong = segment.damaged(sorted(set(rows)))
            except FileNotFoundError:  # evicted a moment ago, or its file of rows was lost
                wrong = sorted(set(rows))
            if wrong:
                self._drop(segment, wrong)

    def _drop(self, segment: Segment, rows: Sequence[int]) -> None:
        _log.warning("%d damaged rows in %s are computed anew", len(rows), segment.path)
        with locked(self._folder):
            self._refresh()
            if segment in self._segments.values() and segment.keys:
                for row in rows:
                    self._places.pop(segment.keys[row] or b"", None)
                segment.forget(rows)

    def _with_room(self) -> Segment:
        for segment in self._segments.values():
            if segment.has_room:
                return segment
        name = uuid4().hex  # never used again, so that an open segment cannot be taken for another
        self._segments[name] = Segment(self._folder / f"{name}{ROWS}", self._row_bytes)
        return self._segments[name]


def filled(store: RowStore, keys: Sequence[str], compute: Callable[[Sequence[int]], Computed]) -> Rows:
    """Return the rows of all keys, after ``compute`` has been asked for the positions that are missing.

    Each part is stored as it comes, so that work which ends early is not lost. Raises OSError where the disk
    does not give back what was written, besides what ``compute`` raises.
    """
    for _ in range(_TRIES):
        missing = store.missing(keys)
        if missing:
            for positions, rows in compute(missing):
                store.append([keys[position] for position in positions], rows)
        with suppress(LookupError):  # evicted by another process in this very moment
            return store.rows(keys)
    raise OSError("Rows were written, but cannot be read back.")


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=24).digest()


def _stretches(segments: npt.NDArray[np.int64]) -> Iterable[tuple[int, int]]:
    """Return the stretches (start, end) that lie in one segment."""
    cuts = np.flatnonzero(np.diff(segments)) + 1
    edges = [0, *cuts.tolist(), len(segments)] if len(segments) else []
    return list(pairwise(edges))
