"""A table of labels: a CSV that says for every file its class and, if wanted, its series and its split.

What stands in further columns is kept with the picture: scores can be told apart by it.

Texts are taken as they stand: "NA", "01" and "True" are names of classes like any other. A picture may show
several classes: a bar divides them, or a semicolon in a column that is called classes or labels. Or there is
a column for each class.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from core.data.findings import Findings, Reason
from core.data.group_names import given_name
from core.data.label_cell import has_several, names_in, without_quote
from core.data.label_columns import MOST, Further, further_columns
from core.data.label_flags import class_columns, in_one_column
from core.data.label_header import columns_named, columns_unnamed, may_hold_several
from core.data.names import class_name, splits_named
from core.data.table_text import AS_CSV, guessed, table_text
from core.domain.dataset import Columns, Issue, IssueKind, Severity, Split
from core.domain.errors import DatasetError

_MOST_NAMED: Final = 6  # classes
_DELIMITERS: Final = (",", ";", "\t", "|")
# a first line by which Excel is told what divides the columns
_TOLD_DELIMITER: Final = re.compile(r'"?sep=([^\w\s"]|\t)"?[ \t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
# a drive of Windows or the scheme of an address; other colons are part of names, as in "10:15.jpg"
_ELSEWHERE: Final = re.compile(r"[a-z]:/|[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """One line of the table that can be used. ``file`` is as the table has it, "/" separated."""

    line: int  # from 1, as an editor counts
    file: str
    label: str
    group: str | None = None
    split: Split | None = None
    also: tuple[str, ...] = ()  # further classes
    columns: Columns = ()  # further columns that say something of it
    table: str = ""  # the file it stands in, where several make up one table

    @property
    def labels(self) -> tuple[str, ...]:
        """All classes of the file, the first one first."""
        return (self.label, *self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """All lines below the header: those that can be used, and the others among the issues."""

    name: str
    rows: tuple[LabelRow, ...]
    issues: tuple[Issue, ...] = ()
    several: bool = False  # a file may have several classes
    flags: bool = False  # by columns that say yes or no, and might say something else than the class

    @property
    def files(self) -> frozenset[str]:
        """The names of all files that it was read from."""
        return frozenset((self.name, *(row.table for row in self.rows if row.table)))


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """What the first line says of those below it."""

    columns: Mapping[str, int]  # the place of each known column
    further: Further
    width: int
    plural: bool  # the column of classes may hold several
    named: bool = True  # False where the first line is a row itself


def read_labels(path: Path, *, name: str | None = None, code_page: str | None = None) -> Labels:
    """Return the table in a file; ``name`` is what the user calls it. Raises DatasetError with the line.

    ``code_page`` is for tables that are not in UTF-8; this computer's if it is not given.
    """
    called = name or path.name
    written = table_text(path, called, code_page=code_page)
    first, *rest = _all_lines(written.text, called)
    flags = _flags(first, rest)
    if flags:
        first, *rest = _in_one_column(first, rest, flags)
    header = _header(first, called)
    labels = _labels(rest if header.named else [first, *rest], header, name=called)
    noted = (*labels.issues, *_a_class_each(called, flags), *guessed(written, called))
    return replace(labels, issues=noted, flags=bool(flags))


def may_be_labels(path: Path) -> bool:
    """Tell whether a CSV's first line has columns for file and class, or for a file and each class."""
    try:
        lines = _lines(table_text(path, path.name).text, path.name)
        first = next(lines, None)
        if first is None or columns_named(first.cells) is not None:
            return first is not None
        return bool(_flags(first, list(lines)))
    except DatasetError:
        return False


def _all_lines(text: str, name: str) -> list[_Line]:
    """Return the lines that are not blank, one at least. Raises DatasetError."""
    lines = list(_lines(text, name))
    if not lines:
        raise DatasetError(f"The table '{name}' is empty.", hint=AS_CSV)
    return lines


def _flags(first: _Line, rest: Sequence[_Line]) -> Mapping[int, str]:
    """Return the columns that are a class each, with their titles."""
    places = class_columns(first.cells, [line.cells for line in rest])
    return {place: without_quote(first.cells[place]) for place in places}


def _in_one_column(first: _Line, rest: Sequence[_Line], flags: Mapping[int, str]) -> list[_Line]:
    cells = in_one_column(first.cells, [line.cells for line in rest], list(flags))
    return [_Line(line.number, row) for line, row in zip((first, *rest), cells, strict=True)]


def _a_class_each(name: str, flags: Mapping[int, str]) -> tuple[Issue, ...]:
    if not flags:
        return ()
    titles = [f"'{title}'" for title in flags.values()]
    shown = ", ".join(titles[:_MOST_NAMED]) + (", ..." if len(titles) > _MOST_NAMED else "")
    return (
        Issue(
            kind=IssueKind.TABLE_COLUMNS,
            severity=Severity.INFORMS,
            message=f"{len(titles)} columns of '{name}' say yes or no of every picture; each was read as a "
            f"class: {shown}.",
            consequence="All is well if these are the classes. A column that is none would be learnt as one.",
            hint="Leave out columns that are no classes, then import again.",
        ),
    )


def _header(first: _Line, name: str) -> _Header:
    """Return what the first line says of those below it, or of itself too. Raises DatasetError."""
    width = len(first.cells)
    named = columns_named(first.cells)
    if named is not None:
        further = further_columns(first.cells, set(named.values()))
        plural = may_hold_several(first.cells[named["class"]])
        return _Header(columns=named, further=further, width=width, plural=plural)
    unnamed = columns_unnamed(first.cells)
    if unnamed is None:
        told = ", ".join(f"'{cell[:40]}'" for cell in first.cells[:6])
        message = f"Line {first.number} of '{name}' names no columns for file and class; it has {told}."
        raise DatasetError(message, hint=AS_CSV)
    return _Header(columns=unnamed, further=Further(), width=width, plural=False, named=False)


def _labels(lines: Sequence[_Line], header: _Header, *, name: str) -> Labels:
    place = header.columns["class"]
    several = header.plural or any(
        has_several(line.cells[place]) for line in lines if len(line.cells) > place
    )
    splits = splits_named(_cell(line, header, "split") for line in lines)
    unused, freed = Findings(), Findings()
    rows = []
    for line in lines:
        where = f"{name}, line {line.number:,}"
        row, problem = _row(line, header, splits)
        if row is None:
            unused.leave_out(where, _unused(problem))
            continue
        rows.append(row)
        if problem:
            freed.leave_out(where, _UNKNOWN_SPLIT)
    issues = (
        *unused.issues(noun="line"),
        *freed.issues(noun="line", fate="used without its split"),
        *_not_kept(name, header.further.left_out),
    )
    return Labels(name=name, rows=tuple(rows), issues=issues, several=several)


def _not_kept(name: str, titles: Sequence[str]) -> tuple[Issue, ...]:
    if not titles:
        return ()
    return (
        Issue(
            kind=IssueKind.TABLE_COLUMNS,
            severity=Severity.INFORMS,
            message=f"Of the further columns of '{name}', the first {MOST} are kept; '{titles[0]}' and what "
            "follows are not.",
            consequence="Scores cannot be told apart by the columns that are not kept.",
            hint="Leave out columns that you do not need, if you miss one of these.",
        ),
    )


def _row(line: _Line, header: _Header, splits: Mapping[str, Split]) -> tuple[LabelRow | None, str]:
    """Return the line's row, and what is wrong with it."""
    width = header.width
    cells = [*line.cells, *[""] * (width - len(line.cells))]
    file, label, group, split = (_cell(line, header, what) for what in ("file", "class", "group", "split"))
    names = names_in(without_quote(label), semicolons=header.plural)
    problems = (
        (any("\0" in cell for cell in cells), "They hold a zero byte."),
        (any(cells[width:]), "They have more fields than the first line."),
        (not file.strip(), "They name no file."),
        (not names, "They name no class."),
        (not _stays_inside(file), "They name a place outside the upload; only its own files are looked at."),
    )
    problem = next((sentence for applies, sentence in problems if applies), "")
    if problem:
        return None, problem
    label, *also = dict.fromkeys(map(class_name, names))
    row = LabelRow(
        line=line.number,
        file=file.strip().replace("\\", "/"),
        label=label,
        group=given_name(without_quote(group)),
        split=splits.get(split),
        also=tuple(also),
        columns=header.further.read(cells),
    )
    return row, "split" if split.strip() and row.split is None else ""


def _cell(line: _Line, header: _Header, what: str) -> str:
    """Return a line's entry in one of the known columns; empty where the line or the table has none."""
    place = header.columns.get(what, len(line.cells))
    return line.cells[place] if place < len(line.cells) else ""


def _stays_inside(file: str) -> bool:
    """Tell whether a name has neither scheme nor drive, is not absolute and never goes up."""
    plain = file.strip().replace("\\", "/")
    return not (plain.startswith(("/", "~")) or _ELSEWHERE.match(plain) or ".." in plain.split("/"))


def _lines(text: str, name: str) -> Iterator[_Line]:
    """Yield the lines that are not blank. Raises DatasetError at a line that cannot be read."""
    told = _TOLD_DELIMITER.match(text)
    above = 1 if told else 0  # lines in front of the table itself
    start = 1 + above
    table = text[told.end() :] if told else text
    # a blank behind a delimiter must not hide the quotation mark of the next cell
    reader = csv.reader(
        io.StringIO(table, newline=None),
        delimiter=told[1] if told else _delimiter(table),
        skipinitialspace=True,
        strict=True,
    )
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _Line(start, cells)
            start = reader.line_num + 1 + above
    except csv.Error as fault:
        why = {"unexpected end of data": "a quotation mark is opened there and never closed"}
        raise DatasetError(
            f"Line {start:,} of '{name}' cannot be read: {why.get(str(fault), str(fault))}.", hint=AS_CSV
        ) from fault


def _delimiter(text: str) -> str:
    """Return what divides the first line into the columns we know, or else what it has most of."""
    first = next((line for line in text[:10_000].splitlines() if line.strip()), "")

    def merit(delimiter: str) -> tuple[bool, bool, int]:
        cells = next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
        return columns_named(cells) is not None, columns_unnamed(cells) is not None, len(cells)

    return max(_DELIMITERS, key=merit)


def _unused(sentence: str) -> Reason:
    return Reason(
        kind=IssueKind.NO_CLASS,
        severity=Severity.WARNS,
        sentence=sentence,
        hint="Correct these lines, then import again.",
        consequence="The files of these lines have no class from this table.",
    )


_UNKNOWN_SPLIT: Final = Reason(
    kind=IssueKind.SPLIT_FOLDERS,
    severity=Severity.INFORMS,
    sentence="Their split is none of train, validation and test; Sightsmith chooses it.",
    consequence="These pictures are divided like those without a given split.",
)
