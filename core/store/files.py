"""The workspace's files: written whole, flushed to the disk, and every failure told in words.

The promise reaches as far as the disk's own: one that only says it has written is beyond help.
"""

from __future__ import annotations

import errno
import hashlib
import math
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from core import files
from core.domain.errors import DiskFullError, StoreError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_UNWILLING = {errno.EROFS: "the disk can only be read", errno.EIO: "the disk fails"}
_REFUSED = {errno.EACCES, errno.EPERM}
_TAKES_NOTHING = {*_FULL, *_UNWILLING, *_REFUSED}
_FLUSHERS = 16  # file systems flush many files together: 16 at once took a quarter of the time of one by one


def write_whole(path: Path, content: bytes) -> None:
    """Replace the file by ``content``: a reader, a crash or a power cut sees the old file or the new one."""
    with told(path, needed=len(content)), files.whole_file(path) as file:
        file.write(content)


def read_whole(path: Path) -> bytes:
    """Return the file's bytes; StoreError when it is missing or cannot be read."""
    with told(path):
        return path.read_bytes()


def make_folder(path: Path) -> Path:
    """Return the folder, made together with its parents where they are missing, each of them lasting."""
    with told(path):
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        path.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            flush_folder(folder.parent)
    return path


def flush_files(paths: Iterable[Path]) -> None:
    """Wait until these files and the folders that name them have reached the disk."""
    wanted = sorted(set(paths))
    with ThreadPoolExecutor(_FLUSHERS, thread_name_prefix="flush") as pool:
        for _ in pool.map(_flush_file, wanted):
            pass
    for folder in sorted({path.parent for path in wanted}):
        flush_folder(folder)


def flush_folder(folder: Path) -> None:
    """Wait until the folder's list of names has reached the disk."""
    with told(folder):
        files.flush_folder(folder)


def remove_tree(folder: Path) -> None:
    """Remove the folder and everything in it, as far as the system lets us; what is left is swept later."""
    shutil.rmtree(folder, ignore_errors=True)


def hash_of(content: bytes) -> str:
    """Return the sha256 of ``content`` as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


@contextmanager
def told(path: Path, *, needed: int | None = None) -> Iterator[None]:
    """Turn the system's errors about ``path`` into a StoreError with a next step.

    ``needed`` is how many bytes were to be written, where that is known.
    """
    try:
        yield
    except OSError as error:
        raise _in_words(error, path, needed) from error


@contextmanager
def refusal_told(path: Path) -> Iterator[None]:
    """Turn the system's errors about a disk that takes nothing more into a DiskFullError.

    Other errors go through as they are. ``path`` is told where the system does not name a file.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _TAKES_NOTHING:
            raise
        place = Path(error.filename) if isinstance(error.filename, str | os.PathLike) else path
        raise _in_words(error, place, None) from error


def _flush_file(path: Path) -> None:
    # Windows flushes only what is open for writing
    with told(path), path.open("r+b" if os.name == "nt" else "rb") as file:
        os.fsync(file.fileno())


def _in_words(error: OSError, path: Path, needed: int | None) -> StoreError:
    if error.errno in _FULL:
        return full_disk(path, needed)
    if error.errno in _UNWILLING:
        return DiskFullError(
            f"Sightsmith may not read or write {path}: {_UNWILLING[error.errno]}.",
            hint="Check the disk, or set SIGHTSMITH_HOME to a folder on another one. Nothing that was saved "
            "before is lost.",
        )
    if error.errno in _REFUSED:
        return DiskFullError(
            f"Sightsmith may not read or write {path}.",
            hint="Give your user the right to write there, or set SIGHTSMITH_HOME to another folder.",
        )
    if isinstance(error, FileNotFoundError):
        return StoreError(
            f"{path} is missing from the workspace.",
            hint="Put the workspace folder back from a copy, or repeat the step that made it.",
        )
    return StoreError(
        f"{path} cannot be used: {error.strerror or error}.",
        hint="Check the disk, or set SIGHTSMITH_HOME to a folder on another one.",
    )


def free_bytes(path: Path) -> int:
    """Return how much the disk with ``path`` still takes; the path need not exist."""
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    return shutil.disk_usage(existing).free


def full_disk(path: Path, needed: int | None = None) -> DiskFullError:
    """Return the error for a full disk, with the free space in words and the needed, where it is known."""
    wanted = "" if needed is None else f", and {_in_units(needed)} are needed"
    return DiskFullError(
        f"The disk is full: {_in_units(free_bytes(path))} are free in {path.parent}{wanted}.",
        hint="Free some space and try again. Nothing that was saved before is lost.",
    )


def _in_units(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{math.ceil(size / 1e6)} MB"
