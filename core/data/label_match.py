"""Which line of a table of labels belongs to which file, though tables name files in many ways."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.data.archive import FoundFile
from core.data.labels_csv import LabelRow, Labels, may_be_labels, read_labels
from core.data.names import extension, is_junk, split_named
from core.data.workbook import ENDINGS

_TABLES: Final = frozenset(("csv", "tsv")) | ENDINGS
_USUAL: Final = frozenset(f"labels.{ending}" for ending in _TABLES)


class NameIndex:
    """Finds files by whole names, by their ends, in another case, or without their ending."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)
        self._ends: dict[str, list[str]] = defaultdict(list)  # every end of a name: "b/1.jpg", "1.jpg"
        self._whole: dict[str, list[str]] = defaultdict(list)
        for name in names:
            key = _key(name)
            for whole in {key, _stem(key)}:
                self._whole[whole].append(name)
                for end in _ends(whole):
                    self._ends[end].append(name)

    def find(self, told: str) -> str | None:
        """Return the one file that a table means; None where there is none, or there are several."""
        if told in self._names:
            return told
        wanted = _key(told)
        # whole names go first; then names in deeper folders; then a table may name folders above the upload
        tries = (self._whole.get(wanted), self._ends.get(wanted), *map(self._whole.get, _ends(wanted)))
        found = next((names for names in tries if names), [])
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The lines for every file that has any, and the lines that mean no file."""

    rows: Mapping[str, tuple[LabelRow, ...]]
    unused: tuple[LabelRow, ...]


def match(rows: Sequence[LabelRow], names: Sequence[str]) -> Matched:
    """Return which lines belong to which of the files."""
    index = NameIndex(names)
    found: dict[str, list[LabelRow]] = defaultdict(list)
    unused = []
    for row in rows:
        name = index.find(row.file)
        if name is None:
            unused.append(row)
        else:
            found[name].append(row)
    return Matched(rows={name: tuple(own) for name, own in found.items()}, unused=tuple(unused))


def table_among(files: Sequence[FoundFile], pictures: Sequence[str]) -> Labels | None:
    """Return the table of labels that came with the pictures, or None.

    It lies above all pictures, has columns for file and class, and names at least half of the pictures. One
    called labels.csv comes first; among several others there is no telling, so that none is taken. Or every
    folder that is a split has one of its own.
    """
    if not pictures:
        return None
    named = [file for file in files if extension(file.name) in _TABLES and not _is_junk(file.name)]
    tables = [file for file in named if _is_above(file.name, pictures) and may_be_labels(file.location)]
    usual = [file for file in tables if file.name.rpartition("/")[2].casefold() in _USUAL]
    chosen = usual or tables
    if len(chosen) == 1:
        labels = read_labels(chosen[0].location, name=chosen[0].name)
    elif not tables and (each := _of_splits(named, pictures)):
        labels = _together(each)
    else:
        return None
    return labels if 2 * len(match(labels.rows, pictures).rows) >= len(pictures) else None


def _of_splits(named: Sequence[FoundFile], pictures: Sequence[str]) -> list[FoundFile]:
    """Return the tables of the splits' folders, one for each that has pictures; none where one is missing."""
    folders = {picture.rpartition("/")[0] for picture in pictures}
    tables = [file for file in named if file.name.rpartition("/")[0] in folders]
    placed = {file.name.rpartition("/")[0] for file in tables}
    alone = len(tables) == len(placed) and placed == folders and len(folders) > 1
    if not alone or not all(split_named(folder.rpartition("/")[2]) for folder in folders):
        return []
    return tables if all(may_be_labels(file.location) for file in tables) else []


def _together(tables: Sequence[FoundFile]) -> Labels:
    """Return the tables of several folders as one, which names files by their folders too."""
    parts = [(table, read_labels(table.location, name=table.name)) for table in tables]
    return Labels(
        name=parts[0][1].name,
        rows=tuple(
            replace(row, file=f"{table.name.rpartition('/')[0]}/{row.file}", table=table.name)
            for table, labels in parts
            for row in labels.rows
        ),
        issues=tuple(issue for _, labels in parts for issue in labels.issues),
        several=any(labels.several for _, labels in parts),
        flags=any(labels.flags for _, labels in parts),
    )


def _is_junk(name: str) -> bool:
    return is_junk(tuple(name.split("/")))


def _is_above(name: str, pictures: Sequence[str]) -> bool:
    folder, slash, _ = name.rpartition("/")
    return all(picture.startswith(folder + slash) for picture in pictures)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().removeprefix("./").strip("/")


def _stem(name: str) -> str:
    ending = extension(name)
    return name.removesuffix(f".{ending}") if ending.isalnum() and len(ending) <= 4 else name


def _ends(key: str) -> Iterator[str]:
    while key:
        yield key
        key = key.partition("/")[2]
