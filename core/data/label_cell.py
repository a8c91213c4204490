"""Several classes in one cell of a table: "cat|dog", or "cat;dog" in a column made for several."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

BAR: Final = "|"
_PIECE: Final = re.compile(r"((?:\\\\)*)(\\?)(\||$)")  # backslashes before a bar or the end, in pairs and odd
_TO_MARK: Final = re.compile(r"(\\*)(\||$)")


_FORMULA: Final = ("=", "+", "-", "@")  # exports put a quote in front of these


def without_quote(text: str) -> str:
    """Return a text without the quotation mark that keeps spreadsheets from taking it for a formula."""
    plain = text.strip()
    return plain[1:] if plain.startswith("'") and plain[1:].startswith(_FORMULA) else plain


def as_cell(names: Iterable[str]) -> str:
    r"""Return the names with a bar between them; a bar inside a name is written ``\|``."""
    return BAR.join(_TO_MARK.sub(_marked, name) for name in names)


def names_in(cell: str, *, semicolons: bool = False) -> tuple[str, ...]:
    """Return the names in a cell, each once and in its order; empty ones are left out."""
    pieces = _pieces(cell)
    if semicolons:
        pieces = [part for piece in pieces for part in piece.split(";")]
    return tuple(dict.fromkeys(piece.strip() for piece in pieces if piece.strip()))


def has_several(cell: str) -> bool:
    """Tell whether a bar divides the cell into several names."""
    return BAR in cell and len(names_in(cell)) > 1


def _marked(found: re.Match[str]) -> str:
    backslashes, bar = found.groups()
    return backslashes * 2 + (f"\\{bar}" if bar else "")


def _pieces(cell: str) -> list[str]:
    """Return what lies between bars. Only backslashes before a bar, and pairs at the end, mean anything."""
    pieces, piece, at = [], "", 0
    for found in _PIECE.finditer(cell):
        pairs, odd, bar = found.groups()
        piece += cell[at : found.start()] + "\\" * (len(pairs) // 2)
        at = found.end()
        if odd:
            piece += bar or "\\"
        elif bar:
            pieces.append(piece)
            piece = ""
    return [*pieces, piece]
