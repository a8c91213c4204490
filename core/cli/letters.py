"""Output that can hold every letter, wherever it goes."""

from __future__ import annotations

import io
from typing import TextIO


def let_all_through(stream: TextIO) -> None:
    """Let names of any letters be printed: as UTF-8 into files and pipes, as far as it can be on a terminal.

    On Windows a file gets an old code page otherwise, and one letter that it lacks ends the command.
    """
    if not isinstance(stream, io.TextIOWrapper):
        return
    stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
