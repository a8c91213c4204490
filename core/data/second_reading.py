"""Another way to read the folders of an upload: those inside the folders of classes may be the classes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from core.data.names import class_name, natural, split_named
from core.domain.dataset import Sample

ORIGIN: Final = "Folder"  # the column that keeps the outer folder
_MOST: Final = 0.9  # of a class's pictures lie in folders inside it
_SHARED: Final = 0.8  # of these lie in folders whose names come back elsewhere


_class_name = lru_cache(maxsize=10_000)(class_name)  # thousands of pictures lie in each folder


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondReading:
    """Classes now, and what would be the classes instead, both by name; the samples it is about."""

    outer: tuple[str, ...]
    inner: tuple[str, ...]
    samples: tuple[Sample, ...]


def inner_class(sample: Sample) -> str | None:
    """Return the class that the folder inside that of its class would name; None where there is none."""
    folders = [_class_name(folder) for folder in sample.path.split("/")[:-1]]
    if sample.also or sample.label not in folders:
        return None
    inside = folders[folders.index(sample.label) + 1 :]
    return inside[0] if inside else None


def second_reading(samples: Sequence[Sample]) -> SecondReading | None:
    """Return how else the folders can be read; None where they cannot.

    They can where the folders inside those of the classes are called the same in each of them (setA/cat,
    setA/dog, setB/cat, setB/dog), or are called as other classes. Folders with numbers inside classes with
    words (ok/day 1, defect/day 1) are series, and parts of a division are no classes either.
    """
    inside: dict[str, list[tuple[Sample, str]]] = defaultdict(list)  # by class, with the folder inside
    for sample in samples:
        if (name := inner_class(sample)) is not None:
            inside[sample.label].append((sample, name))
    everything = Counter(sample.label for sample in samples)
    outer = [name for name, of_it in inside.items() if len(of_it) >= _MOST * everything[name]]
    found = [one for name in outer for one in inside[name]]
    inner = Counter(name for _, name in found)
    if len(inner) < 2 or all(map(split_named, inner)) or (_numbered(inner) and not _numbered(outer)):
        return None
    shared = sum(inner[name] for name in _come_back(found, everything.keys() - set(outer)))
    if shared < _SHARED * len(found):
        return None
    return SecondReading(
        outer=tuple(sorted(outer, key=natural)),
        inner=tuple(sorted(inner, key=natural)),
        samples=tuple(sample for sample, _ in found),
    )


def read_inside(sample: Sample, outer: Collection[str]) -> Sample:
    """Return the sample in the class of its inner folder, if its class is one of ``outer``.

    The outer folder stays with it as a column, by which pictures can be kept together or looked at apart.
    """
    label = inner_class(sample) if sample.label in outer else None
    if label is None:
        return sample
    known = any(title == ORIGIN for title, _ in sample.columns)
    columns = sample.columns if known else (*sample.columns, (ORIGIN, sample.label))
    return replace(sample, label=label, columns=columns)


def _come_back(found: Iterable[tuple[Sample, str]], classes: Collection[str]) -> set[str]:
    """Return the inner folders that lie in several outer ones, or are called as a class."""
    lies_in: dict[str, set[str]] = defaultdict(set)
    for sample, name in found:
        lies_in[name].add(sample.label)
    return {name for name, outer in lies_in.items() if len(outer) > 1 or name in classes}


def _numbered(names: Iterable[str]) -> bool:
    """Tell whether names differ by their numbers alone."""
    return len({re.sub(r"[\W\d_]+", "", name.casefold()) for name in names}) == 1
