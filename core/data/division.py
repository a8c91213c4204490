"""Dividing pictures so that series stay whole and every class is spread as evenly as they allow."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.data.collect import Picture
from core.domain.dataset import Split
from core.domain.edit import SplitSettings

_JUDGING: Final = (Split.TEST, Split.VALIDATION)  # in the order in which they are filled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """Pictures that move together: a series, or one picture alone."""

    pictures: tuple[Picture, ...]
    labels: Mapping[str, int]  # pictures of each class
    home: Split  # where it stays unless it is moved
    options: frozenset[Split]  # where else it may go
    order: int  # drawn from the seed and the contents


@dataclass(slots=True)
class _Plan:
    """Where every unit is, how many pictures of each class that makes, and how many are wanted."""

    units: Sequence[_Unit]
    wanted: Mapping[tuple[str, Split], int]
    place: dict[int, Split] = field(default_factory=dict)
    counts: Counter[tuple[str, Split]] = field(default_factory=Counter)

    def put(self, index: int, split: Split) -> None:
        """Put a unit into a split, from where it was."""
        before = self.place.get(index)
        for label, number in self.units[index].labels.items():
            if before is not None:
                self.counts[label, before] -= number
            self.counts[label, split] += number
        self.place[index] = split

    def leaves_enough(self, index: int) -> bool:
        """Tell whether each of the unit's classes keeps a picture in training without it."""
        labels = self.units[index].labels.items()
        return all(self.counts[label, Split.TRAIN] > number for label, number in labels)

    def movable(self, label: str, split: Split) -> list[int]:
        """Return the units of a class that are in training and may go to ``split``, in drawn order."""
        found = (
            index
            for index, unit in enumerate(self.units)
            if label in unit.labels and self.place[index] is Split.TRAIN and split in unit.options
        )
        return sorted(found, key=lambda index: self.units[index].order)


def divided(
    pictures: Sequence[Picture], groups: Sequence[str | None], settings: SplitSettings
) -> dict[str, Split]:
    """Return the split of every content hash: whole groups on one side, each class divided by itself.

    A group follows its given member; given members that contradict each other stay where they are. Each class
    keeps something to learn from, and reaches every split that it has units for.
    """
    units = _units(pictures, groups, settings.seed)
    plan = _Plan(units, _wanted(units, settings))
    for index, unit in enumerate(units):
        plan.put(index, unit.home)
    by_class = _by_class(units)
    _place_series(plan, by_class)
    # the rarest class first: with several classes to a picture, placing it places the frequent ones too
    for label, members in sorted(by_class.items(), key=lambda found: len(found[1])):
        _place_singles(plan, label, [index for index in members if len(units[index].pictures) == 1])
    for label in by_class:
        _cover(plan, label)
    return {p.sha256: plan.place[i] for i, unit in enumerate(units) for p in unit.pictures}


def _units(pictures: Sequence[Picture], groups: Sequence[str | None], seed: int) -> list[_Unit]:
    """Return the groups and the pictures alone; a group given to several splits falls apart."""
    given = {picture.split for picture in pictures}
    together: dict[object, list[Picture]] = defaultdict(list)
    for row, (picture, group) in enumerate(zip(pictures, groups, strict=True)):
        together[group if group is not None else row].append(picture)
    units = []
    for members in together.values():
        pins = {picture.split for picture in members} - {None}
        if len(pins) > 1:
            loose = Split.TRAIN if Split.TRAIN in pins else Split.VALIDATION
            units += [_unit([p], p.split or loose, (), seed) for p in members]
            continue
        home = next((split for split in pins if split), Split.TRAIN)
        free = [split for split in _JUDGING if not pins or split not in given]
        units.append(_unit(members, home, free if home is Split.TRAIN else (), seed))
    return units


def _unit(members: Sequence[Picture], home: Split, options: Iterable[Split], seed: int) -> _Unit:
    labels = Counter(name for picture in members for name in picture.labels)
    drawn = " ".join([str(seed), *sorted(picture.sha256 for picture in members)])
    return _Unit(
        pictures=tuple(members),
        labels=dict(sorted(labels.items())),
        home=home,
        options=frozenset(options),
        order=int.from_bytes(hashlib.sha256(drawn.encode()).digest()[:8]),
    )


def _by_class(units: Sequence[_Unit]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for index, unit in enumerate(units):
        for label in unit.labels:
            found[label].append(index)
    return {label: found[label] for label in sorted(found)}


def _wanted(units: Sequence[_Unit], settings: SplitSettings) -> dict[tuple[str, Split], int]:
    """Return how many pictures of each class each judging split should have.

    That is its share of all pictures; but where another split is given, however large, it takes no larger
    part of the rest than it would have taken beside one of the usual size.
    """
    shares = {Split.TEST: settings.test, Split.VALIDATION: settings.validation}
    closed = {split for split in _JUDGING if not any(split in unit.options for unit in units)}
    left = 1 - sum(shares[split] for split in closed) or 1.0  # where nothing is left, nothing is divided
    total: Counter[str] = Counter()
    rest: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    for unit in units:
        total.update(unit.labels)
        parts.update(unit.labels.keys())
        if unit.home not in closed:
            rest.update(unit.labels)
    return {
        (label, split): _target(split, min(total[label] * share, rest[label] * share / left), parts[label])
        for label in total
        for split, share in shares.items()
    }


def _target(split: Split, pictures: float, parts: int) -> int:
    least = 3 if split is Split.TEST else 2
    return max(1, int(pictures + 0.5)) if pictures > 0 and parts >= least else 0


def _place_series(plan: _Plan, by_class: Mapping[str, Sequence[int]]) -> None:
    """Spread the series so that in each class they fill the splits in the same shares as single pictures.

    The largest first, each to where it moves the shares the least; so a judging split is not made of single
    pictures alone, and no giant series becomes the whole of it.
    """
    quota = _quota_of_series(plan, by_class)
    filled: Counter[tuple[str, Split]] = Counter()

    def strain(unit: _Unit, split: Split) -> float:
        cost = 0.0
        for label, number in unit.labels.items():
            room = max(0.5, quota[label, split])
            cost += (number**2 + 2 * number * (filled[label, split] - quota[label, split])) / room
        return cost

    for index in _series_in_order(plan.units):
        unit = plan.units[index]
        open_to = [s for s in _JUDGING if s in unit.options and any(plan.wanted[c, s] for c in unit.labels)]
        chosen = min((Split.TRAIN, *open_to), key=lambda split: strain(unit, split))
        if chosen is not Split.TRAIN and plan.leaves_enough(index):
            plan.put(index, chosen)
        for label, number in unit.labels.items():
            filled[label, plan.place[index]] += number


def _series_in_order(units: Sequence[_Unit]) -> list[int]:
    free = (index for index, unit in enumerate(units) if len(unit.pictures) > 1 and unit.options)
    return sorted(free, key=lambda index: (-len(units[index].pictures), units[index].order))


def _quota_of_series(plan: _Plan, by_class: Mapping[str, Sequence[int]]) -> dict[tuple[str, Split], float]:
    """Return how many of the pictures in series each split should take, by class."""
    quota = {}
    for label, members in by_class.items():
        free = [plan.units[index] for index in members if plan.units[index].options]
        in_series = sum(unit.labels[label] for unit in free if len(unit.pictures) > 1)
        share = in_series / max(1, sum(unit.labels[label] for unit in free))
        for split in _JUDGING:
            quota[label, split] = share * max(0, plan.wanted[label, split] - plan.counts[label, split])
        quota[label, Split.TRAIN] = in_series - sum(quota[label, split] for split in _JUDGING)
    return quota


def _place_singles(plan: _Plan, label: str, singles: Sequence[int]) -> None:
    """Fill each judging split of one class up to what is wanted; at least one picture stays in training."""
    for split in _JUDGING:
        pool = sorted(
            (i for i in singles if plan.place[i] is Split.TRAIN and split in plan.units[i].options),
            key=lambda index: plan.units[index].order,
        )
        for index in pool:
            if plan.counts[label, split] >= plan.wanted[label, split]:
                break
            if plan.leaves_enough(index):
                plan.put(index, split)


def _cover(plan: _Plan, label: str) -> None:
    """Move the smallest series that can be spared where a class would otherwise not be judged at all."""
    for split in reversed(_JUDGING):
        if plan.wanted[label, split] and not plan.counts[label, split]:
            spared = [index for index in plan.movable(label, split) if plan.leaves_enough(index)]
            if spared:
                plan.put(min(spared, key=lambda index: len(plan.units[index].pictures)), split)
