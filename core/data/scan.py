"""From found files to pictures with a class: told by folders, by a table, or for all of them at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.data.archive import FoundFile, Unpacked
from core.data.findings import Findings, Reason
from core.data.label_match import match, table_among
from core.data.labels_csv import Labels
from core.data.layout import layout_of
from core.data.names import (
    ARCHIVES,
    CAMERA_RAW,
    NOT_PICTURES,
    class_name,
    extension,
    is_junk,
    natural,
    readable,
)
from core.data.reasons import (
    INNER_ARCHIVE,
    JUNK,
    LINK,
    NO_CLASS,
    NO_FILE,
    NO_ROW,
    OTHER_FILE,
    RAW_PHOTO,
    TWO_LABELS,
    beside_splits,
    damaged,
)
from core.domain.dataset import Columns, Issue, IssueKind, Severity, Split
from core.domain.errors import DatasetError


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file that may be a picture: its name in the upload, where it lies, its class.

    Its split and its series, if the user gave them.
    """

    name: str
    location: Path
    label: str
    split: Split | None
    group: str | None = None
    also: tuple[str, ...] = ()  # further classes
    columns: Columns = ()  # what a table says of it besides

    @property
    def labels(self) -> tuple[str, ...]:
        """All classes of the file, the first one first."""
        return (self.label, *self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Candidates in natural order of their names, and what was left out."""

    candidates: tuple[Candidate, ...]
    issues: tuple[Issue, ...]


def scan(
    files: Sequence[FoundFile],
    *,
    label: str | None = None,
    labels: Labels | None = None,
    group: str | None = None,
) -> Scan:
    """Return the files that may be pictures, each with its class.

    ``label`` given, all belong to that class; else the table ``labels`` says it, or a table among the files
    (see ``table_among``), or the folders: a class is the first folder below the common ones, and deeper
    folders belong to it. If all folders at that level are named train, validation or test (or alike), they
    are the split and classes lie below them; so are two such with folders inside, and what stands beside
    them is left out; so are those inside the folders of classes (see ``layout``). ``group`` given, all are
    one series.
    """
    findings = Findings()
    likely = [file for file in files if _why_not(file.name) is None]
    likely.sort(key=lambda file: natural(file.name))
    table = labels
    if table is None and label is None:
        table = table_among(files, [file.name for file in likely])
        if table and table.flags and _several_classes(likely):  # its columns may say anything of the pictures
            table = None
    for file in files:
        reason = _why_not(file.name)
        if reason is not None and (table is None or file.name not in table.files):
            findings.leave_out(file.name, reason)
    noted: tuple[Issue, ...] = ()
    if label is not None:
        candidates = [_candidate(file, class_name(label), None) for file in likely]
    elif table is not None:
        candidates, noted = _by_table(likely, table, findings)
    else:
        candidates = _by_folders(likely, findings)
    if group is not None:
        candidates = [replace(candidate, group=group) for candidate in candidates]
    return Scan(candidates=tuple(candidates), issues=(*findings.issues(), *noted, *_told_splits(candidates)))


def _candidate(file: FoundFile, label: str, split: Split | None, group: str | None = None) -> Candidate:
    return Candidate(name=file.name, location=file.location, label=label, split=split, group=group)


def _several_classes(files: Sequence[FoundFile]) -> bool:
    """Tell whether the folders tell classes apart."""
    return len({candidate.label for candidate in _by_folders(files, Findings())}) > 1


def _by_folders(files: Sequence[FoundFile], findings: Findings) -> list[Candidate]:
    layout = layout_of([_folders(file.name) for file in files])
    candidates = []
    for file in files:
        folders = _folders(file.name)
        if place := layout.read(folders):
            candidates.append(_candidate(file, *place))
        else:
            beside = layout.beside(folders)
            findings.leave_out(file.name, beside_splits(beside, layout.splits) if beside else NO_CLASS)
    return candidates


def _by_table(
    files: Sequence[FoundFile], table: Labels, findings: Findings
) -> tuple[list[Candidate], tuple[Issue, ...]]:
    """Return the files that the table gives a class, and what is to be told of the table's lines.

    Lines of one file must agree, except in a table of several classes for each: there they add up.
    """
    matched = match(table.rows, [file.name for file in files])
    layout = layout_of([_folders(file.name) for file in files])
    candidates = []
    for file in files:
        rows = matched.rows.get(file.name, ())
        labels = tuple(dict.fromkeys(name for row in rows for name in row.labels))
        if len(labels) == 1 or (labels and table.several):
            split = rows[0].split or layout.split(_folders(file.name))
            found = _candidate(file, labels[0], split, rows[0].group)
            candidates.append(replace(found, also=labels[1:], columns=rows[0].columns))
        else:
            findings.leave_out(file.name, TWO_LABELS if rows else NO_ROW)
    lines = Findings()
    for row in matched.unused:
        lines.leave_out(f"{row.table or table.name}, line {row.line:,}", NO_FILE)
    return candidates, (*table.issues, *lines.issues(noun="line"))


def walk(folder: Path) -> tuple[FoundFile, ...]:
    """Return every file below a folder on disk, in natural order; see ``survey`` for what is left out."""
    return survey(folder).files


def survey(folder: Path) -> Unpacked:
    """Return every file below a folder on disk, and the links that were not followed.

    Linked files count when they lie inside the folder; linked folders never do. Raises DatasetError.
    """
    if not folder.is_dir():
        raise DatasetError(f"'{folder}' is not a folder.", hint="Give a folder of class folders, or a zip.")
    inside = folder.resolve()
    findings = Findings()
    found = []
    for path in _below(folder, findings):
        name = "/".join(readable(os.fsencode(part)) for part in path.relative_to(folder).parts)
        if path.is_symlink() and (path.is_dir() or not path.resolve().is_relative_to(inside)):
            findings.leave_out(name, LINK)
        elif path.is_file():
            found.append(FoundFile(name=name, location=path))
        else:
            findings.leave_out(name, LINK)
    return Unpacked(files=tuple(sorted(found, key=lambda file: natural(file.name))), issues=findings.issues())


def _below(folder: Path, findings: Findings) -> Iterator[Path]:
    def unreadable(fault: OSError) -> None:
        reason = damaged(f"The folder cannot be read: {fault.strerror}.", hint="Check its permissions.")
        findings.leave_out(str(fault.filename), reason)

    for parent, folders, files in os.walk(folder, onerror=unreadable):
        linked = [name for name in folders if (Path(parent) / name).is_symlink()]
        yield from (Path(parent) / name for name in (*linked, *files))


def _folders(name: str) -> tuple[str, ...]:
    return tuple(name.split("/")[:-1])


def _why_not(name: str) -> Reason | None:
    """Return why a file is no picture, as far as its name tells; None where it may be one."""
    ending = extension(name)
    reasons = (
        (is_junk(tuple(name.split("/"))), JUNK),
        (ending in ARCHIVES, INNER_ARCHIVE),
        (ending in CAMERA_RAW, RAW_PHOTO),
        (ending in NOT_PICTURES, OTHER_FILE),
    )
    return next((reason for applies, reason in reasons if applies), None)


def _told_splits(candidates: Sequence[Candidate]) -> tuple[Issue, ...]:
    given = {candidate.split for candidate in candidates if candidate.split}
    if not given:
        return ()
    names = ", ".join(split for split in Split if split in given)
    message = f"The upload is already divided ({names}); this division is kept."
    return (Issue(kind=IssueKind.SPLIT_FOLDERS, severity=Severity.INFORMS, message=message),)
