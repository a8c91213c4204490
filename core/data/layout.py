"""What the folders of an upload mean: classes, splits, or nothing at all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.data.names import class_name, split_named, splits_named
from core.domain.dataset import Split

Folders = tuple[str, ...]  # those that a file lies in, the outermost first

_NEARLY_ALL: Final = 0.9  # of a class's pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How many outer folders mean nothing, and which of the next ones are splits.

    Without splits these next ones are classes; else the folders below them are. ``wrapped`` are the splits
    whose classes lie one folder deeper, in one that means nothing. ``divided`` are the folders of classes
    that are divided themselves, where ``parts`` are the splits: cat/train, cat/test.
    """

    skip: int
    splits: Mapping[str, Split] = field(default_factory=dict)
    wrapped: frozenset[str] = frozenset()
    divided: frozenset[str] = frozenset()
    parts: Mapping[str, Split] = field(default_factory=dict)

    def read(self, folders: Folders) -> tuple[str, Split | None] | None:
        """Return class and split for a file in these folders; None where no folder names a class."""
        named, split = self._named(folders), self.split(folders)
        return (class_name(named[0]), split) if named and (split or not self.splits) else None

    def inside(self, folders: Folders) -> Folders:
        """Return the folders inside that of the class, and of its part."""
        return self._named(folders)[1 if self._part(folders) is None else 2 :]

    def _named(self, folders: Folders) -> Folders:
        """Return the folders from that of the class on."""
        inner = folders[self.skip :]
        if not self.splits or not inner:
            return inner
        return inner[2:] if inner[0] in self.wrapped else inner[1:]

    def split(self, folders: Folders) -> Split | None:
        """Return the split alone, where a table says the class."""
        inner = folders[self.skip :]
        return self.splits.get(inner[0], self._part(folders)) if inner else None

    def _part(self, folders: Folders) -> Split | None:
        """Return the split that a folder inside that of a class means; None where there is none."""
        inner = folders[self.skip :]
        return self.parts.get(inner[1]) if len(inner) > 1 and inner[0] in self.divided else None

    def beside(self, folders: Folders) -> str | None:
        """Return the folder of these that stands beside the splits and is none; None where there is none."""
        inner = folders[self.skip :]
        return inner[0] if self.splits and inner and inner[0] not in self.splits else None


def layout_of(paths: Sequence[Folders]) -> Layout:
    """Return what the folders mean that pictures lie in; ``paths`` has one entry for each picture."""
    skip = _meaningless(paths)
    inner = [folders[skip:] for folders in paths if len(folders) > skip]
    splits = _splits(inner)
    divided, parts = (frozenset[str](), dict[str, Split]()) if splits else _inside_classes(inner)
    return Layout(skip=skip, splits=splits, wrapped=_wrapped(inner, splits), divided=divided, parts=parts)


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


def _inside_classes(inner: Sequence[Folders]) -> tuple[frozenset[str], dict[str, Split]]:
    """Return the outermost folders that are classes and divided themselves, and the folders that divide them.

    Nearly all pictures of such a class lie in folders named as splits; of two classes or more they are in
    several of them. A single one may be called so for other reasons: there are vehicles that are trains.
    """
    parts = splits_named({folders[1] for folders in inner if len(folders) > 1})
    everything = Counter(folders[0] for folders in inner)
    found: dict[str, list[Split]] = defaultdict(list)
    for folders in inner:
        if len(folders) > 1 and folders[1] in parts:
            found[folders[0]].append(parts[folders[1]])
    divided = {top for top, splits in found.items() if len(splits) >= _NEARLY_ALL * everything[top]}
    plain = sum(len(set(found[top])) > 1 for top in divided) > 1
    return (frozenset(divided), parts) if plain else (frozenset(), {})


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
