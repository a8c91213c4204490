"""What the folders of an upload mean: classes, splits, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.data.names import class_name, split_named, splits_named
from core.domain.dataset import Split

Folders = tuple[str, ...]  # those that a file lies in, the outermost first


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How many outer folders mean nothing, and which of the next ones are splits.

    Without splits these next ones are classes; else the folders below them are. ``wrapped`` are the splits
    whose classes lie one folder deeper, in one that means nothing.
    """

    skip: int
    splits: Mapping[str, Split] = field(default_factory=dict)
    wrapped: frozenset[str] = frozenset()

    def read(self, folders: Folders) -> tuple[str, Split | None] | None:
        """Return class and split for a file in these folders; None where no folder names a class."""
        named, split = self._named(folders), self.split(folders)
        return (class_name(named[0]), split) if named and (split or not self.splits) else None

    def inside(self, folders: Folders) -> Folders:
        """Return the folders inside that of the class."""
        return self._named(folders)[1:]

    def _named(self, folders: Folders) -> Folders:
        """Return the folders from that of the class on."""
        inner = folders[self.skip :]
        if not self.splits or not inner:
            return inner
        return inner[2:] if inner[0] in self.wrapped else inner[1:]

    def split(self, folders: Folders) -> Split | None:
        """Return the split alone, where a table says the class."""
        inner = folders[self.skip :]
        return self.splits.get(inner[0]) if inner else None

    def beside(self, folders: Folders) -> str | None:
        """Return the folder of these that stands beside the splits and is none; None where there is none."""
        inner = folders[self.skip :]
        return inner[0] if self.splits and inner and inner[0] not in self.splits else None


def layout_of(paths: Sequence[Folders]) -> Layout:
    """Return what the folders mean that pictures lie in; ``paths`` has one entry for each picture."""
    skip = _meaningless(paths)
    inner = [folders[skip:] for folders in paths if len(folders) > skip]
    splits = _splits(inner)
    return Layout(skip=skip, splits=splits, wrapped=_wrapped(inner, splits))


def _meaningless(paths: Sequence[Folders]) -> int:
    """Skip a single outer folder as long as most pictures lie in folders inside it: else it is a class."""
    skip = 0
    while True:
        tops = {folders[skip] for folders in paths if len(folders) > skip}
        if len(tops) != 1 or not _mostly_deeper([folders[skip:] for folders in paths]):
            return skip
        skip += 1


def _splits(inner: Sequence[Folders]) -> dict[str, Split]:
    """Return the outermost folders that are splits: all of them, or two splits with folders inside.

    A single one among others is a class: there are pictures of trains.
    """
    tops = {folders[0] for folders in inner}
    named = splits_named(tops)
    divided = {named[folders[0]] for folders in inner if folders[0] in named and len(folders) > 1}
    every = len(tops) > 1 and len(named) == len(tops)
    return named if every or len(divided) > 1 else {}


def _wrapped(inner: Sequence[Folders], splits: Mapping[str, Split]) -> frozenset[str]:
    """Return the splits with one folder for everything: named as the split again, or alike in all of them."""
    below = {top: [folders[1:] for folders in inner if folders[0] == top] for top in splits}
    single = {}
    for top, deeper in below.items():
        names = {folders[0] for folders in deeper if folders}
        if len(names) == 1:
            single[top] = names.pop()
    with_folders = sum(any(deeper) for deeper in below.values())
    alike = len(single) == with_folders and len({name.casefold() for name in single.values()}) == 1
    shared = alike and any(_mostly_deeper(below[top]) for top in single)
    return frozenset(
        top
        for top, name in single.items()
        if shared or name.casefold() == top.casefold() or split_named(name) is splits[top]
    )


def _mostly_deeper(paths: Sequence[Folders]) -> bool:
    """Tell whether more pictures lie in folders below the outermost one than directly in it."""
    deeper = sum(len(folders) > 1 for folders in paths)
    return deeper > sum(len(folders) == 1 for folders in paths)
