"""From found files to pictures with a class: folders are classes, folders of splits are recognised."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.archive import FoundFile, Unpacked
from core.data.findings import Findings
from core.data.names import (
    ARCHIVES,
    CAMERA_RAW,
    NOT_PICTURES,
    class_name,
    extension,
    is_junk,
    natural,
    readable,
    split_named,
)
from core.data.reasons import INNER_ARCHIVE, JUNK, LINK, NO_CLASS, OTHER_FILE, RAW_PHOTO, damaged
from core.domain.dataset import Issue, IssueKind, Severity, Split
from core.domain.errors import DatasetError


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file that may be a picture: its name in the upload, where it lies, its class, its split if given."""

    name: str
    location: Path
    label: str
    split: Split | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Candidates in natural order of their names, and what was left out."""

    candidates: tuple[Candidate, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How many outer folders mean nothing, and whether the next ones are splits."""

    skip: int
    splits: bool

    def read(self, folders: tuple[str, ...]) -> tuple[str, Split | None] | None:
        """Return class and split for a file in these folders; None where no folder names a class."""
        inner = folders[self.skip :]
        if self.splits:
            return (class_name(inner[1]), split_named(inner[0])) if len(inner) > 1 else None
        return (class_name(inner[0]), None) if inner else None


def scan(files: Sequence[FoundFile], *, label: str | None = None) -> Scan:
    """Return the files that may be pictures, each with its class; ``label`` given, all belong to that class.

    A class is the first folder below the common ones; deeper folders belong to it. If all folders at that
    level are named train, validation or test (or alike), they are the split and classes lie below them.
    """
    findings = Findings()
    likely = [file for file in files if _may_be_picture(file.name, findings)]
    likely.sort(key=lambda file: natural(file.name))
    layout = _layout([_folders(file.name) for file in likely])
    candidates = []
    for file in likely:
        place = (class_name(label), None) if label is not None else layout.read(_folders(file.name))
        if place is None:
            findings.leave_out(file.name, NO_CLASS)
        else:
            found = Candidate(name=file.name, location=file.location, label=place[0], split=place[1])
            candidates.append(found)
    return Scan(candidates=tuple(candidates), issues=(*findings.issues(), *_told_splits(candidates)))


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


def _may_be_picture(name: str, findings: Findings) -> bool:
    ending = extension(name)
    reasons = (
        (is_junk(tuple(name.split("/"))), JUNK),
        (ending in ARCHIVES, INNER_ARCHIVE),
        (ending in CAMERA_RAW, RAW_PHOTO),
        (ending in NOT_PICTURES, OTHER_FILE),
    )
    reason = next((reason for applies, reason in reasons if applies), None)
    if reason is not None:
        findings.leave_out(name, reason)
    return reason is None


def _layout(paths: Sequence[tuple[str, ...]]) -> _Layout:
    """Skip a single outer folder as long as most pictures lie in folders inside it: else it is a class."""
    skip = 0
    while True:
        tops = {folders[skip] for folders in paths if len(folders) > skip}
        deeper = sum(len(folders) > skip + 1 for folders in paths)
        directly = sum(len(folders) == skip + 1 for folders in paths)
        if len(tops) != 1 or deeper <= directly:
            return _Layout(skip=skip, splits=len(tops) > 1 and all(map(split_named, tops)))
        skip += 1


def _told_splits(candidates: Sequence[Candidate]) -> tuple[Issue, ...]:
    given = {candidate.split for candidate in candidates if candidate.split}
    if not given:
        return ()
    names = ", ".join(split for split in Split if split in given)
    message = f"The upload is already divided ({names}); this division is kept."
    return (Issue(kind=IssueKind.SPLIT_FOLDERS, severity=Severity.INFORMS, message=message),)
