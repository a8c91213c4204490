"""Series: pictures that belong together, so that no one is judged on what was learnt from."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from core.data.collect import Picture
from core.data.directions import Directions, Features, cosines
from core.data.group_names import found_name, given_names, joined
from core.data.likeness import near_duplicates
from core.data.pairs import Pairs
from core.data.related import inner_folders, values
from core.domain.dataset import Sample
from core.domain.edit import SplitSettings
from core.domain.facts import PictureFacts

BURST: Final = timedelta(seconds=3)  # between two shots of one camera
BURST_COSINE: Final = 0.6  # a burst shows the same scene: shots that look different are different things
LARGE_SHARE: Final = 0.2  # a chain of lookalikes this long is cut at its doubtful links
LARGE: Final = 20
CERTAIN: Final = 0.6  # doubt below which a pair shows the same picture, not just the same scene


class Linked:
    """Positions that are linked to each other, directly or through others (union-find)."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, row: int) -> int:
        """Return the smallest position of the series that ``row`` is in."""
        while self._parent[row] != row:
            self._parent[row] = self._parent[self._parent[row]]
            row = self._parent[row]
        return row

    def link(self, first: int, second: int) -> None:
        """Put both positions into one series."""
        low, high = sorted((self.root(first), self.root(second)))
        self._parent[high] = low

    def link_same(self, names: Iterable[tuple[int, Hashable]]) -> None:
        """Link positions that carry the same name."""
        first: dict[Hashable, int] = {}
        for row, name in names:
            self.link(first.setdefault(name, row), row)

    def members(self) -> list[list[int]]:
        """Return the series of two and more, each with its positions in order."""
        found: dict[int, list[int]] = defaultdict(list)
        for row in range(len(self._parent)):
            found[self.root(row)].append(row)
        return [rows for rows in found.values() if len(rows) > 1]


def find_series(
    pictures: Sequence[Picture],
    facts: Mapping[str, PictureFacts],
    features: Features | None,
    *,
    settings: SplitSettings,
    alike: Pairs | None = None,
) -> tuple[str | None, ...]:
    """Return the name of each picture's series; None for a picture that stands alone.

    Together belong near-duplicates, shots of one camera within seconds, pictures of one given group (these
    three only with ``keep_series``), file names with the same beginning, and what a column or a folder inside
    the class says is the same, also across classes. ``features`` (N, D) belong to ``pictures``; without them
    fewer near-duplicates are found. ``alike`` are these pictures' near-duplicates, where they are known
    already.
    """
    linked = Linked(len(pictures))
    if settings.keep_series:
        linked.link_same(
            (row, name) for row, picture in enumerate(pictures) for name in given_names(picture.group)
        )
        found = near_duplicates(pictures, facts, features) if alike is None else alike
        whole = without_chains(found, len(pictures))
        for first, second in (*whole.rows.tolist(), *_bursts(pictures, facts, features)):
            linked.link(first, second)
    if settings.prefix:
        linked.link_same(_beginnings(pictures, settings.prefix))
    if settings.column:
        linked.link_same(_said(values(pictures, settings.column)))
    if settings.folders:
        linked.link_same(_said(inner_folders(pictures)))
    names: list[str | None] = [None] * len(pictures)
    for rows in linked.members():
        name = _named([pictures[row] for row in rows])
        for row in rows:
            names[row] = name
    return tuple(names)


def series_of(samples: Sequence[Sample]) -> tuple[list[int], ...]:
    """Return the positions of the pictures of each series of two and more that ``samples`` name."""
    linked = Linked(len(samples))
    linked.link_same((row, sample.group) for row, sample in enumerate(samples) if sample.group)
    return tuple(linked.members())


def _named(members: Sequence[Picture]) -> str:
    """Return a name that does not depend on the order; the given groups' own names where there are any."""
    given = sorted({name for picture in members for name in given_names(picture.group)})
    everything = "".join(sorted(picture.sha256 for picture in members))
    return joined(given) or found_name(hashlib.sha256(everything.encode()).hexdigest())


def without_chains(pairs: Pairs, pictures: int) -> Pairs:
    """Return the pairs, but only the certain ones inside a series that takes in a large part of the set."""
    linked = Linked(pictures)
    for first, second in pairs.rows.tolist():
        linked.link(first, second)
    roots = [linked.root(row) for row in range(pictures)]
    sizes = Counter(roots)
    most = max(LARGE, LARGE_SHARE * pictures)
    chained = np.array([sizes[roots[first]] > most for first in pairs.rows[:, 0].tolist()], dtype=bool)
    return pairs.where(~chained | (pairs.doubt < CERTAIN))


def _bursts(
    pictures: Sequence[Picture], facts: Mapping[str, PictureFacts], features: Features | None
) -> list[tuple[int, int]]:
    """Return neighbours in time that one camera took within seconds, of what looks like one scene."""
    known = ((row, facts.get(picture.sha256)) for row, picture in enumerate(pictures))
    shots = sorted(
        (fact.camera, fact.taken_at.replace(tzinfo=None), pictures[row].path, row)
        for row, fact in known
        if fact is not None and fact.camera and fact.taken_at is not None
    )
    near = [
        (earlier[3], later[3])
        for earlier, later in pairwise(shots)
        if earlier[0] == later[0] and later[1] - earlier[1] <= BURST
    ]
    if features is None or not near or len(features) != len(pictures):
        return near
    earlier, later = np.array(near, dtype=np.int64).T
    alike = cosines(Directions(features), earlier, later)
    return [pair for pair, cosine in zip(near, alike.tolist(), strict=True) if cosine >= BURST_COSINE]


def _said(said: Sequence[str]) -> list[tuple[int, str]]:
    return [(row, value) for row, value in enumerate(said) if value]


def _beginnings(pictures: Sequence[Picture], until: str) -> list[tuple[int, str]]:
    names = ((row, picture.path.rsplit("/", 1)[-1]) for row, picture in enumerate(pictures))
    return [(row, name.split(until, 1)[0]) for row, name in names if until in name]
