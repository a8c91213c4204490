"""A folder that one process, and in it one thread, works in at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "lock"  # a file that stays: removing it would let two processes hold two different locks


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder while the block lasts, waiting for others to let go of it. The folder is made.

    The system itself lets go for a process that ends, however it ends. Not to be nested. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _take(handle)
        try:
            yield
        finally:
            _give_back(handle)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import errno
    import msvcrt

    def _take(handle: int) -> None:
        """Wait for the first byte of the file; Windows gives up after ten seconds and is asked again."""
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
            except OSError as busy:
                if busy.errno not in (errno.EDEADLK, errno.EACCES):
                    raise
            else:
                return

    def _give_back(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)

    def _give_back(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
