"""Tables as CSV that a spreadsheet opens without running anything in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with a header row; cells that a spreadsheet would run are made plain text."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([inert(cell) for cell in header])
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return table.getvalue()


def as_file(table: str) -> bytes:
    """Return the table as a file, with a mark by which Excel knows that it is in UTF-8."""
    return table.encode("utf-8-sig")


def inert(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula: with ' before it where one could."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def not_inert(text: str) -> str:
    """Return what ``inert`` was given: without the ' that it put before a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
