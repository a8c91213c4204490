"""A command that this very installation understands, to be copied into a terminal."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.settings import Settings

_PLAIN: Final = re.compile(r"[\w.:/\\~-]+")
_HERE: Final = ".\\sightsmith.exe"


def own_command(
    words: Sequence[str], *, home: Path, python: Path = Path(sys.executable), windows: bool = os.name == "nt"
) -> str:
    """Return the lines that let this installation's ``sightsmith`` do what ``words`` say.

    The program is seldom where a terminal looks for it, so its full path stands there; and the workspace
    ``home``, unless it is the usual one.
    """
    program = python.with_name("sightsmith.exe" if windows else "sightsmith")
    arguments = [*words, *([] if home == Settings.from_environment({}).home else ["--home", str(home)])]
    if not program.exists():
        return _line("sightsmith", arguments, windows=windows)
    if windows and not _PLAIN.fullmatch(str(program)):
        # PowerShell takes a path in quotes for a text; this is understood there and in the older terminal
        return f'cd "{program.parent}"\n{_line(_HERE, arguments, windows=True)}'
    return _line(str(program), arguments, windows=windows)


def _line(program: str, arguments: Sequence[str], *, windows: bool) -> str:
    if not windows:
        return shlex.join([program, *arguments])
    return " ".join([program, *(one if _PLAIN.fullmatch(one) else f'"{one}"' for one in arguments)])
