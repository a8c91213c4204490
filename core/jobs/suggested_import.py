"""Suggested labels that a person confirmed: files and a table of labels, as an import takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from core.data.archive import FoundFile
from core.data.findings import counted
from core.data.label_columns import LONGEST
from core.data.labels_csv import LabelRow, Labels
from core.data.names import class_name
from core.domain.errors import PictureError
from core.domain.suggestions import Confirmed
from core.domain.trying import Tried
from core.store.files import told

HELPED_BY: Final = "Labelled with the help of"  # the column that tells which model had suggested the labels
_FOLDER: Final = "tried"
_NAMED: Final = 3  # files


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Tried pictures with the classes that a person confirmed for each, and the model that helped."""

    title: str  # of the import
    pictures: Sequence[Tried]
    confirmed: Sequence[Confirmed]  # one for each picture
    helped_by: str  # the name of the training run


def copied(pictures: Sequence[Tried], into: Path, *, taken: Iterable[str] = ()) -> tuple[FoundFile, ...]:
    """Return copies of these pictures in the folder ``into``, each under a name that is not ``taken``.

    Their folder may go while they are imported, and the import removes its own. Raises PictureError where a
    file is gone or was changed since it was answered, so that nobody saw what it shows now; StoreError where
    the disk takes no copy.
    """
    files: list[FoundFile] = []
    lost: list[str] = []
    names = set(taken)
    for number, one in enumerate(pictures):
        content = _content(one)
        if content is None:
            lost.append(one.name)
            continue
        copy = into / f"{number:06d}"
        with told(copy, needed=len(content)):
            copy.write_bytes(content)
        files.append(FoundFile(name=_free_name(one.name, names), location=copy))
    if lost:
        raise PictureError(_told(lost), hint="Leave them out, or have them answered once more.")
    return tuple(files)


def label_table(files: Sequence[FoundFile], confirmed: Sequence[Confirmed], *, helped_by: str) -> Labels:
    """Return a line for each of these files, with the classes that were confirmed and who suggested some.

    A label that was corrected has the column too: of the confirmed ones alone every answer was right.
    """
    return Labels(
        name="what you confirmed",
        rows=tuple(
            _row(line, file, tuple(dict.fromkeys(map(class_name, one.labels))), helped_by)
            for line, (file, one) in enumerate(zip(files, confirmed, strict=True), start=1)
        ),
        several=any(len(one.labels) > 1 for one in confirmed),
    )


def by_content(tried: Sequence[Tried]) -> Mapping[str, Tried]:
    """Return the pictures by their content hash, of one content the first."""
    return {one.sha256: one for one in reversed(tried)}


def _row(line: int, file: FoundFile, labels: tuple[str, ...], helped_by: str) -> LabelRow:
    return LabelRow(
        line=line,
        file=file.name,
        label=labels[0],
        also=labels[1:],
        columns=((HELPED_BY, helped_by[:LONGEST]),),
    )


def _content(one: Tried) -> bytes | None:
    """Return the bytes that were answered; None where the file is gone, unreadable, or another one by now."""
    try:
        content = one.location.read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == one.sha256 else None


def _free_name(name: str, taken: set[str]) -> str:
    """Return what a file is called in the project; of files of one name, the second is numbered.

    Without its folders: one that is called "test" would be taken for the pictures to be judged on.
    """
    path = PurePosixPath(name)
    free, number = f"{_FOLDER}/{path.name}", 1
    while free in taken:
        number += 1
        free = f"{_FOLDER}/{path.stem} ({number}){path.suffix}"
    taken.add(free)
    return free


def _told(lost: Sequence[str]) -> str:
    names = ", ".join(f"“{name}”" for name in lost[:_NAMED]) + (", ..." if len(lost) > _NAMED else "")
    was = "is" if len(lost) == 1 else "are"
    return (
        f"{counted(len(lost), 'picture')} {was} not there any more as the model saw "
        f"{'it' if len(lost) == 1 else 'them'}: {names}. Nothing was added."
    )
