"""The process in which a spreadsheet's own file is read; started by ``core.data.workbook``, with limits.

A few bytes of such a file can claim a sheet of billions of cells.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import msgspec
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from core.data.label_header import known_columns
from core.data.worker import Order, limit

MOST_CELLS: Final = 20_000_000
_TOO_LARGE: Final = f"has more than {MOST_CELLS:,} cells"

Rows = Sequence[Sequence[str]]


class Sheet(msgspec.Struct, kw_only=True, frozen=True):
    """A sheet as the text of a CSV; or ``problem``, the end of the sentence "'labels.xlsx' ..."."""

    text: str = ""
    title: str = ""
    sheets: int = 0  # that the file has
    problem: str = ""


def main(order: Order) -> None:
    """Read a file's bytes from the input, and write its sheet to the output."""
    raw = sys.stdin.buffer.read()
    limit(order)
    try:
        sheet = sheet_of(raw)
    except PasswordError:
        sheet = Sheet(problem="is locked by a password")
    except CalamineError:
        sheet = Sheet(problem="cannot be read as a spreadsheet")
    sys.stdout.buffer.write(msgspec.json.encode(sheet))


def sheet_of(raw: bytes) -> Sheet:
    """Return the sheet whose first line tells files, or else the first that is not empty.

    Dates are written as 2024-05-31, whole numbers without a point. Raises CalamineError.
    """
    with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
        titles = list(book.sheet_names)
        sheets = [(title, _cells(book, title)) for title in titles]
    filled = [(title, rows) for title, rows in sheets if rows and any(map(any, rows))]
    if not filled:
        return Sheet(problem="is empty" if all(rows is not None for _, rows in sheets) else _TOO_LARGE)
    title, rows = next((one for one in filled if _tells_files(one[1])), filled[0])
    return Sheet(text=_as_csv(rows), title=title, sheets=len(titles))


def _cells(book: CalamineWorkbook, title: str) -> list[list[str]] | None:
    """Return the cells of a sheet, row by row; None where they are too many."""
    sheet = book.get_sheet_by_name(title)
    if sheet.total_height * sheet.total_width > MOST_CELLS:
        return None
    return [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    if isinstance(value, date):  # a datetime is one as well
        return value.isoformat()
    return " ".join(str(value).split())


def _tells_files(rows: Rows) -> bool:
    return "file" in known_columns(next(row for row in rows if any(row)))


def _as_csv(rows: Rows) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(rows)
    return target.getvalue()


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=Order))
