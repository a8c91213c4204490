"""The way from one version of a project's pictures to another: what it renames, which pictures it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from core.domain.edit import Edit, EditKind, VersionLine

_NAMING = (EditKind.RENAME, EditKind.MERGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The changes between two versions: first some are taken back, then others are made."""

    back: tuple[VersionLine, ...] = ()  # newest first
    on: tuple[VersionLine, ...] = ()  # oldest first

    @property
    def corrects(self) -> bool:
        """Whether it only goes on, and a review's corrections are on it."""
        return not self.back and any(edit.kind is EditKind.CORRECT for _, edit in _edits(self.on))

    @property
    def goes_back(self) -> bool:
        """Whether it takes changes back and makes none: its end is the older version."""
        return bool(self.back) and not self.on

    @property
    def renames(self) -> tuple[tuple[frozenset[str], str], ...]:
        """Which classes get which name, step by step; a merge that is taken back cannot be told."""
        undone = (edit for _, edit in _edits(self.back) if edit.kind is EditKind.RENAME)
        made = (edit for _, edit in _edits(self.on) if edit.kind in _NAMING)
        return (
            *((frozenset((edit.label,)), edit.classes[0]) for edit in undone),
            *((frozenset(edit.classes), edit.label) for edit in made),
        )

    def names(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return what these classes are called at the end of the way, in their order: one for each."""
        found = list(names)
        for gone, label in self.renames:
            found = [label if name in gone else name for name in found]
        return tuple(found)

    def labels(self, labels: Iterable[str]) -> tuple[str, ...]:
        """Return the classes of a picture as they are called at the end; merged ones stand there once."""
        return tuple(dict.fromkeys(self.names(labels)))

    def other_names(self, classes: Sequence[str]) -> dict[str, frozenset[str]]:
        """Return new names at the end of the way with those of ``classes`` that they stand for."""
        found: dict[str, frozenset[str]] = {}
        for then, now in zip(classes, self.names(classes), strict=True):
            if now not in classes:
                found[now] = found.get(now, frozenset()) | {then}
        return found

    def last_changes(self) -> dict[str, VersionLine]:
        """Return by content hash which of the changes made was the last that named the picture."""
        return {sha256: line for line, edit in _edits(self.on) for sha256 in pictures_of(edit)}

    def changed_pictures(self) -> frozenset[str]:
        """Return the content hashes of all pictures that a change names, made or taken back."""
        return frozenset().union(*(pictures_of(edit) for _, edit in _edits((*self.back, *self.on))))


STANDING = Way()  # from a version to itself


def way(lines: Sequence[VersionLine], *, then: str, now: str) -> Way:
    """Return the way between two versions of one project, by their ids; STANDING where there is none."""
    known = {line.id: line for line in lines}
    before, after = tuple(_up(known, then)), tuple(_up(known, now))
    shared = {line.id for line in after}
    back = tuple(takewhile(lambda line: line.id not in shared, before))
    if len(back) == len(before):
        return STANDING
    fork = before[len(back)].id
    return Way(back=back, on=tuple(takewhile(lambda line: line.id != fork, after))[::-1])


def pictures_of(edit: Edit) -> frozenset[str]:
    """Return the content hashes that an edit or its parts name."""
    return frozenset(edit.pictures).union(*(part.pictures for part in edit.parts))


def _up(known: dict[str, VersionLine], version: str | None) -> Iterator[VersionLine]:
    """Yield a version, the one it was made from, and so on."""
    while version in known:
        yield known[version]
        version = known[version].parent_id


def _edits(lines: Iterable[VersionLine]) -> Iterator[tuple[VersionLine, Edit]]:
    return ((line, line.edit) for line in lines if line.edit is not None)
