"""A table of labels: a CSV that says for every file its class and, if wanted, its series and its split.

What stands in further columns is kept with the picture: scores can be told apart by it.

Texts are taken as they stand: "NA", "01" and "True" are names of classes like any other. A picture may show
several classes: a bar divides them, or a semicolon in a column that is called classes or labels.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.data.findings import Findings, Reason
from core.data.group_names import given_name
from core.data.label_cell import has_several, names_in, without_quote
from core.data.label_columns import MOST, Further, further_columns
from core.data.names import PICTURE_ENDINGS, class_name, extension, splits_named
from core.domain.dataset import Columns, Issue, IssueKind, Severity, Split
from core.domain.errors import DatasetError

MOST_BYTES: Final = 64 * 1024**2
_DELIMITERS: Final = (",", ";", "\t", "|")
_COLUMNS: Final = {
    # what a column is, and the words for it, the surest first
    "file": (
        *("file", "filename", "filepath", "path", "imagefile", "imagepath", "imagename", "image"),
        *("img", "imgname", "picture", "photo", "imageid", "id", "name"),
    ),
    "class": ("class", "label", "classname", "category", "target", "classes", "labels"),
    "group": ("group", "series", "groupid", "patient", "patientid", "subject", "sequence"),
    "split": ("split", "subset", "set", "partition", "usage"),
}
_SEVERAL: Final = ("classes", "labels")  # the column of this name may hold several
_ENDINGS: Final = frozenset().union(*PICTURE_ENDINGS.values())
_HINT: Final = (
    "Save the table as CSV (UTF-8) with the columns file and class and, if wanted, group and split."
)


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


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """What the first line says of those below it."""

    columns: dict[str, int]  # the place of each known column
    further: Further
    width: int
    plural: bool  # the column of classes may hold several


def read_labels(path: Path, *, name: str | None = None) -> Labels:
    """Return the table in a file; ``name`` is what the user calls it. Raises DatasetError with the line."""
    called = name or path.name
    lines = _lines(_text(path, called), called)
    first = next(lines, None)
    if first is None:
        raise DatasetError(f"The table '{called}' is empty.", hint=_HINT)
    columns = _columns(first.cells)
    further = further_columns(first.cells, set(columns.values())) if columns else Further()
    if columns is None and _looks_like_a_row(first.cells):
        columns = {"file": 0, "class": 1}
        lines = _chain(first, lines)
    if columns is None:
        told = ", ".join(f"'{cell[:40]}'" for cell in first.cells[:6])
        message = f"Line {first.number} of '{called}' names no columns for file and class; it has {told}."
        raise DatasetError(message, hint=_HINT)
    plural = _plain(first.cells[columns["class"]]) in _SEVERAL
    header = _Header(columns=columns, further=further, width=len(first.cells), plural=plural)
    return _labels(list(lines), header, name=called)


def may_be_labels(path: Path) -> bool:
    """Tell whether a CSV's first line has columns for file and class."""
    try:
        first = next(_lines(_text(path, path.name), path.name), None)
    except DatasetError:
        return False
    return first is not None and _columns(first.cells) is not None


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
    return not plain.startswith(("/", "~")) and ":" not in plain[:8] and ".." not in plain.split("/")


def _columns(cells: Sequence[str]) -> dict[str, int] | None:
    """Return the place of each known column; of two columns, the one beside the file is the class."""
    plain = [_plain(cell) for cell in cells]
    found: dict[str, int] = {}
    for what, words in _COLUMNS.items():
        word = next((word for word in words if word in plain), None)
        if word is not None:
            found[what] = plain.index(word)
    if "file" in found and "class" not in found and len(found) == len(cells) - 1:
        found["class"] = next(index for index in range(len(cells)) if index not in found.values())
    return found if {"file", "class"} <= found.keys() else None


def _plain(cell: str) -> str:
    return "".join(char for char in cell.casefold() if char.isalnum())


def _looks_like_a_row(cells: Sequence[str]) -> bool:
    return len(cells) == 2 and extension(cells[0]) in _ENDINGS and extension(cells[1]) not in _ENDINGS


def _chain(first: _Line, rest: Iterator[_Line]) -> Iterator[_Line]:
    yield first
    yield from rest


def _lines(text: str, name: str) -> Iterator[_Line]:
    """Yield the lines that are not blank. Raises DatasetError at a line that cannot be read."""
    start = 1
    stream = io.StringIO(text, newline=None)
    # a blank behind a delimiter must not hide the quotation mark of the next cell
    reader = csv.reader(stream, delimiter=_delimiter(text), skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _Line(start, cells)
            start = reader.line_num + 1
    except csv.Error as fault:
        why = {"unexpected end of data": "a quotation mark is opened there and never closed"}
        raise DatasetError(
            f"Line {start:,} of '{name}' cannot be read: {why.get(str(fault), str(fault))}.", hint=_HINT
        ) from fault


def _delimiter(text: str) -> str:
    """Return what divides the first line into the columns we know, or else what it has most of."""
    first = next((line for line in text[:10_000].splitlines() if line.strip()), "")

    def merit(delimiter: str) -> tuple[bool, bool, int]:
        cells = next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
        return _columns(cells) is not None, _looks_like_a_row(cells), len(cells)

    return max(_DELIMITERS, key=merit)


def _text(path: Path, name: str) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as fault:
        hint = "Check the file and try again."
        raise DatasetError(f"The table '{name}' cannot be read: {fault.strerror}.", hint=hint) from fault
    if len(raw) > MOST_BYTES:
        raise DatasetError(f"The table '{name}' is larger than {MOST_BYTES // 1024**2} MB.", hint=_HINT)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    zeros = raw[:1000].count(0)
    if zeros > len(raw[:1000]) // 3:  # UTF-16 without its mark: every second byte of plain letters is zero
        return raw.decode("utf-16-be" if raw.startswith(b"\0") else "utf-16-le", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


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
