"""Tables with a column for each class that says yes or no of every file ("one-hot"), as competitions have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.data.label_cell import as_cell, without_quote
from core.data.label_header import known_columns

_YES: Final = frozenset(("1", "1.0", "true", "yes", "y", "t", "x"))
_NO: Final = frozenset(("0", "0.0", "-1", "-1.0", "false", "no", "n", "f", "-", ""))
_LEAST: Final = 2  # a single such column says something of a picture, but is no class of it

Cells = Sequence[str]


def class_columns(header: Cells, rows: Sequence[Cells]) -> tuple[int, ...]:
    """Return the places of the columns that are a class each; none where the table has no such columns.

    That is looked for where a column names the files and none their class. Each of these columns has a title,
    says yes or no in every line, and says either in one at least.
    """
    known = known_columns(header)
    if "file" not in known or "class" in known:
        return ()
    free = [place for place in range(len(header)) if place not in known.values() and header[place].strip()]
    found = tuple(place for place in free if _says_yes_or_no([_cell(row, place) for row in rows]))
    return found if len(found) >= _LEAST else ()


def in_one_column(header: Cells, rows: Sequence[Cells], places: Sequence[int]) -> list[list[str]]:
    """Return the table, its first line first, with one column of classes in place of those at ``places``."""
    names = {place: without_quote(header[place]) for place in places}
    return [
        [*_without(header, names), "class"],
        *(
            [
                *_without(row, names),
                as_cell(name for place, name in names.items() if _cell(row, place) in _YES),
            ]
            for row in ([*row, *[""] * (len(header) - len(row))] for row in rows)
        ),
    ]


def _says_yes_or_no(cells: Sequence[str]) -> bool:
    said = set(cells)
    return said <= _YES | _NO and said != {""} and bool(said)


def _cell(row: Cells, place: int) -> str:
    return row[place].strip().casefold() if place < len(row) else ""


def _without(row: Cells, names: dict[int, str]) -> list[str]:
    return [cell for place, cell in enumerate(row) if place not in names]
