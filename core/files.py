"""Files that appear whole or not at all, and stay through a power cut."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


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


def flush_folder(folder: Path) -> None:
    """Wait until the folder's list of names has reached the disk; Windows sees to that itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
