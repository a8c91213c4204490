"""The list of pictures to review as a table: out for another reviewer, and in again with what he says."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.data.label_cell import as_cell, names_in
from core.data.table_text import TableText
from core.domain.dataset import Split
from core.domain.errors import DatasetError
from core.domain.review import Judgement, VerdictKind
from core.sharing.tables import as_csv, not_inert

HEADER: Final = (
    *("file", "sha256", "split", "actual", "predicted", "confidence", "list"),
    *("verdict", "right label", "note", "reviewer", "time"),
)
_DELIMITERS: Final = (",", ";", "\t")
_HINT: Final = "Take the list out as CSV, fill in the column verdict, and bring that file in."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """A picture to review, with one reviewer's verdict or none yet."""

    file: str
    sha256: str
    split: Split
    actual: tuple[str, ...]
    predicted: tuple[str, ...] | None = None  # None where the model was not asked
    confidence: float | None = None
    lists: tuple[str, ...] = ()  # why it is here
    judgement: Judgement | None = None
    reviewer: str = ""
    moment: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """One line of a table that was brought in, its cells as they stand there."""

    line: int  # from 1, as an editor counts
    file: str
    sha256: str
    verdict: str
    labels: tuple[str, ...]
    note: str
    reviewer: str
    time: str = ""  # as it was written

    @property
    def kind(self) -> VerdictKind | None:
        """The verdict that is meant, in whatever case and with - or _ for blanks; None for no such word."""
        meant = " ".join(self.verdict.replace("_", " ").replace("-", " ").split()).casefold()
        return next((kind for kind in VerdictKind if kind.value == meant), None)

    @property
    def empty(self) -> bool:
        """Whether nobody has said anything in this line."""
        return not (self.verdict or self.labels or self.note)


def review_csv(rows: Iterable[ReviewRow]) -> str:
    """Return the table, which a spreadsheet opens without running anything in it."""
    return as_csv(HEADER, map(_cells, rows))


def time_cell(moment: datetime) -> str:
    """Return a moment as it stands in the table."""
    return moment.isoformat(timespec="seconds")


def read_review(text: str) -> tuple[ReviewLine, ...]:
    """Return the lines of a table as of ``review_csv``, whatever its order of columns.

    Raises:
        DatasetError: it has no columns for pictures and verdicts, or cannot be read.
    """
    lines = list(_lines(text.removeprefix("\ufeff")))
    columns = {_plain(name): place for place, name in enumerate(lines[0][1])} if lines else {}
    if "verdict" not in columns or not {"sha256", "file"} & columns.keys():
        raise DatasetError("The table has no columns for file and verdict in its first line.", hint=_HINT)
    return tuple(_line(number, cells, columns) for number, cells in lines[1:])


def guess_in_words(table: TableText, name: str) -> str:
    """Return how the letters of such a table were guessed; empty where it says itself how it is written."""
    if table.code_page is None:
        return ""
    return (
        f"“{name}” is not written in UTF-8; it was read as {table.code_page}. If letters in notes look "
        "wrong, save the list as CSV UTF-8, then bring it in again."
    )


def _cells(row: ReviewRow) -> Sequence[str]:
    said = row.judgement
    return (
        row.file,
        row.sha256,
        row.split.value,
        as_cell(row.actual),
        "" if row.predicted is None else as_cell(row.predicted),
        "" if row.confidence is None else f"{row.confidence:.4f}",
        " and ".join(row.lists),  # nothing that divides columns elsewhere
        said.kind.value if said else "",
        as_cell(said.labels) if said else "",
        said.note if said else "",
        row.reviewer,
        "" if row.moment is None else time_cell(row.moment),
    )


def _line(number: int, cells: Sequence[str], columns: Mapping[str, int]) -> ReviewLine:
    def told(column: str) -> str:
        place = columns.get(column, len(cells))
        return not_inert(cells[place].strip()) if place < len(cells) else ""

    return ReviewLine(
        line=number,
        file=told("file"),
        sha256=told("sha256").casefold(),
        verdict=told("verdict"),
        labels=names_in(told("rightlabel")),
        note=told("note"),
        reviewer=told("reviewer"),
        time=told("time"),
    )


def _lines(text: str) -> Iterable[tuple[int, list[str]]]:
    """Yield the number and the cells of each line that is not blank."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    start, reader = 1, csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as fault:
        raise DatasetError(f"Line {start:,} of the table cannot be read: {fault}.", hint=_HINT) from fault


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())
