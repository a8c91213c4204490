"""The text of a table, whatever program wrote it: what had to be guessed of it is told."""

from __future__ import annotations

import codecs
import locale
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.data.workbook import is_workbook, read_workbook
from core.domain.dataset import Issue, IssueKind, Severity
from core.domain.errors import DatasetError

MOST_BYTES: Final = 64 * 1024**2
AS_CSV: Final = (
    "Save the table as CSV (UTF-8) with the columns file and class and, if wanted, group and split."
)
_WESTERN: Final = "cp1252"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableText:
    """A table's text, and what had to be chosen to read it."""

    text: str
    code_page: str | None = None  # None where the table says itself how it is written
    sheet: str | None = None  # None where there are no others


def table_text(path: Path, name: str, *, code_page: str | None = None) -> TableText:
    """Return the text of a table that the user calls ``name``. Raises DatasetError.

    What is neither UTF-8 nor UTF-16 is read by ``code_page``, which is this computer's if it is not given:
    most often the table was written here. Where that does not fit, it is read as Western European.
    """
    raw = _content(path, name)
    if is_workbook(raw):
        found = read_workbook(raw, name)
        return TableText(text=found.text, sheet=found.title if found.sheets > 1 else None)
    return text_of(raw, code_page=code_page)


def text_of(raw: bytes, *, code_page: str | None = None) -> TableText:
    """Return the text of a CSV of these bytes, as ``table_text`` does."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return TableText(text=raw.decode("utf-16", "replace"))
    zeros = raw[:1000].count(0)
    if zeros > len(raw[:1000]) // 3:  # UTF-16 without its mark: every second byte of plain letters is zero
        return TableText(text=raw.decode("utf-16-be" if raw.startswith(b"\0") else "utf-16-le", "replace"))
    try:
        return TableText(text=raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _by_code_page(raw, code_page or locale.getencoding())


def guessed(table: TableText, name: str) -> tuple[Issue, ...]:
    """Return the finding that a table's letters, or its sheet, were guessed; none where nothing was."""
    if table.sheet is not None:
        return (
            Issue(
                kind=IssueKind.TABLE_COLUMNS,
                severity=Severity.INFORMS,
                message=f"'{name}' has several sheets; '{table.sheet}' was read.",
                consequence="Nothing is lost if the classes stand there.",
                hint="If they stand in another sheet, save that one by itself, then import again.",
            ),
        )
    if table.code_page is None:
        return ()
    return (
        Issue(
            kind=IssueKind.TABLE_ENCODING,
            severity=Severity.INFORMS,
            message=f"'{name}' is not written in UTF-8; it was read as {table.code_page}.",
            consequence="None if the names of classes look right; else letters beyond A to Z were mistaken.",
            hint="If names look wrong, save the table as CSV UTF-8, then import again.",
        ),
    )


def _content(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as fault:
        hint = "Check the file and try again."
        raise DatasetError(f"The table '{name}' cannot be read: {fault.strerror}.", hint=hint) from fault
    if len(raw) > MOST_BYTES:
        raise DatasetError(f"The table '{name}' is larger than {MOST_BYTES // 1024**2} MB.", hint=AS_CSV)
    return raw


def _by_code_page(raw: bytes, code_page: str) -> TableText:
    try:
        known = codecs.lookup(code_page).name
        return TableText(text=raw.decode(known), code_page=known)
    except (LookupError, UnicodeError):
        return TableText(text=raw.decode(_WESTERN, "replace"), code_page=_WESTERN)
