"""The shelf of pictures: each content is kept once, under its own sha256."""

from __future__ import annotations

import os
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

from core.domain.errors import StoreError
from core.store.files import flush_files, flush_folder, hash_of, make_folder, read_whole, told
from core.store.paths import Paths

_SHA256 = re.compile(r"[0-9a-f]{64}")


class PictureShelf:
    """Keeps pictures for data sets; several threads may put pictures at once.

    ``put`` only hands a picture to the system, which a crash of this process cannot undo but a power cut can.
    ``settle`` flushes many together, and data sets are recorded after it: what the database names is on disk.
    ``drop``, and the ``settle`` before a record, happen while no other program can write to the database.
    """

    def __init__(self, paths: Paths, staging: Path) -> None:
        self._paths = paths
        self._staging = staging
        self._unsettled: set[str] = set()
        self._held = Counter[str]()
        self._lock = Lock()

    def put(self, content: bytes, sha256: str) -> None:
        """Keep a picture under its hash; kept already and undamaged, it stays as it is."""
        if hash_of(content) != sha256:
            raise StoreError("A picture changed while it was read.", hint="Import these pictures again.")
        place = self._paths.picture(sha256)
        with told(place):
            # a power cut may have damaged a picture that no data set had named yet: compare, do not trust
            if not (place.is_file() and place.read_bytes() == content):
                self._place(content, place)
        with self._lock:
            self._unsettled.add(sha256)

    def get(self, sha256: str) -> bytes:
        """Return the picture's bytes, as they were in the user's upload."""
        return read_whole(self._paths.picture(sha256))

    def hold(self, sha256: str) -> None:
        """Let no ``drop`` of this process remove the picture, there or yet to come, until it is released."""
        with self._lock:
            self._held[sha256] += 1

    def release(self, hashes: Iterable[str]) -> None:
        """Take back one hold of each of these pictures."""
        with self._lock:
            self._held.subtract(hashes)
            self._held = +self._held

    def drop(self, hashes: Iterable[str]) -> set[str]:
        """Remove those of these pictures that are not held, and return them.

        ``settle`` refuses a data set that wants one.
        """
        dropped = set()
        for sha256 in hashes:
            place = self._paths.picture(sha256)
            with self._lock, told(place):
                if not self._held[sha256]:
                    self._unsettled.discard(sha256)
                    place.unlink(missing_ok=True)
                    dropped.add(sha256)
        return dropped

    def settle(self, hashes: Iterable[str]) -> None:
        """Return once all these pictures have reached the disk; StoreError when one is not there."""
        wanted = set(hashes)
        self.flush(wanted)
        for sha256 in wanted:
            self._check(sha256)

    def flush(self, hashes: Iterable[str]) -> None:
        """Bring to the disk those of these pictures that were put since; asks nothing about the others."""
        with self._lock:
            fresh = self._unsettled.intersection(hashes)
        if fresh:
            flush_files(self._paths.picture(sha256) for sha256 in fresh)
            flush_folder(self._paths.pictures)  # the folders of two digits may be new, and this one too
            flush_folder(self._paths.home)
        with self._lock:
            self._unsettled -= fresh

    def _place(self, content: bytes, place: Path) -> None:
        make_folder(self._staging)
        temporary = self._staging / f"{secrets.token_hex(16)}.part"
        try:
            temporary.write_bytes(content)
            place.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(place)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _check(self, sha256: str) -> None:
        if not self._paths.picture(sha256).is_file():
            raise StoreError(
                "A picture of this data set is missing from the workspace.", hint="Import the pictures again."
            )


def kept_pictures(paths: Paths) -> Iterator[str]:
    """Yield the names of all picture files, which are the hashes of their contents."""
    for folder in _entries(paths.pictures):
        for picture in _entries(folder):
            if _SHA256.fullmatch(picture.name):
                yield picture.name


def _entries(folder: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        for entry in entries:
            yield Path(entry.path)
