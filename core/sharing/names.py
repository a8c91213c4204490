"""Names of files and folders that every system can hold, made from names that people typed."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from core.data.names import is_junk, split_named
from core.sharing.tables import inert

LONGEST = 120  # bytes; systems hold 255, but a path of several names must fit as well
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


class SafeNames:
    """Hands out names within one folder, no two of them alike, whatever the system makes of case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def folder(self, name: str) -> str:
        """Return a folder's name that is as near to ``name`` as can be, and means no split."""
        safe = _safe(name)
        return self._unused(f"{safe}_" if split_named(safe) else safe, ending="")

    def file(self, name: str) -> str:
        """Return a file's name that is as near to ``name`` as can be, with its ending."""
        ending = PurePosixPath(_safe(name)).suffix[:16]
        return self._unused(_safe(name).removesuffix(ending), ending=ending)

    def _unused(self, stem: str, *, ending: str) -> str:
        number, name = 1, _cut(stem, ending)
        while name.casefold() in self._taken:
            number += 1
            name = _cut(stem, f" ({number}){ending}")
        self._taken.add(name.casefold())
        return name


def _safe(name: str) -> str:
    shown = "".join("_" if unicodedata.category(char) in _INVISIBLE else char for char in name)
    plain = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", shown)).strip().rstrip(". ")
    special = not plain or plain.startswith((".", "~")) or inert(plain) != plain or is_junk((plain, plain))
    return f"_{plain}" if special or plain.split(".")[0].casefold() in _DEVICES else plain


def _cut(stem: str, ending: str) -> str:
    room = LONGEST - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + ending
