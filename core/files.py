"""Files that appear whole or not at all and stay through a power cut, and room that is reserved for one."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Final

_AT_ONCE: Final = 16 * 1024**2  # bytes


@contextmanager
def whole_file(target: Path, *, for_all: bool = False) -> Iterator[BinaryIO]:
    """Give a file to write to, which becomes ``target`` when the block ends well and vanishes when it fails.

    The bytes and the new name are on the disk when the block has ended, as far as the disk keeps its own
    promises. The folder is made if it is missing. Only this user may read the file, or with ``for_all``
    whoever may read a file that any other program makes. Raises OSError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.parent / f".{target.name[:64]}-{secrets.token_hex(8)}.part"
    mode = 0o666 if for_all else 0o600  # the system takes from it what the user's umask forbids
    try:
        with open(part, "xb", opener=lambda path, flags: os.open(path, flags, mode)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


def reserve(target: Path, size: int) -> None:
    """Make ``target`` anew, ``size`` bytes long, for which the disk has room by now.

    A file that is only as long as that gets its room when it is written; written through a map, the process
    dies where there is none. Raises OSError, and then there is no file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        with target.open("xb", buffering=0) as file:
            if not _allocated(file, size):
                _write_zeros(file, size)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _allocated(file: FileIO, size: int) -> bool:
    """Whether the system could be asked to give the file its room; raises OSError where it refuses."""
    if not hasattr(os, "posix_fallocate"):
        return False
    try:
        os.posix_fallocate(file.fileno(), 0, size)
    except OSError as problem:
        if problem.errno in (errno.EINVAL, errno.EOPNOTSUPP):  # a file system that cannot do so
            return False
        raise
    return True


def _write_zeros(file: FileIO, size: int) -> None:
    zeros = memoryview(bytes(min(size, _AT_ONCE)))
    left = size
    while left:
        left -= file.write(zeros[:left])


def flush_folder(folder: Path) -> None:
    """Wait until the folder's list of names has reached the disk; Windows sees to that itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
