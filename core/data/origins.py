"""Where pictures come from, and turns in which each is judged by what was learnt from other origins.

A random division lets a model meet each camera, hospital or field while it learns. How good it will be at one
that it has never met, only a division by origin tells.
"""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from core.data import related
from core.data.folds import FOLDS, Mask, one_turn, placed, unit
from core.domain.dataset import Sample
from core.domain.facts import PictureFacts
from core.domain.slices import Origin, OriginChoice, Trait

_FEWEST: Final = 2  # pictures that an origin has on average: with fewer each picture is its own
_LEARNT: Final = 2  # pictures of a class that others must have for it to be learnt


def said(samples: Sequence[Sample], origin: Origin, facts: Mapping[str, PictureFacts]) -> list[str]:
    """Return where each picture comes from; "" where that is not known. ``facts`` are by content hash."""
    if origin.trait is Trait.COLUMN:
        return related.values(samples, origin.column)
    if origin.trait is Trait.FOLDER:
        return related.inner_folders(samples)
    known = [facts.get(sample.sha256) for sample in samples]
    return [one.camera if one else "" for one in known]


def choices(samples: Sequence[Sample], facts: Mapping[str, PictureFacts]) -> tuple[OriginChoice, ...]:
    """Return the origins by which these pictures can take turns, columns first."""
    origins = [Origin(trait=Trait.COLUMN, column=title) for title in related.titles(samples)]
    origins += [Origin(trait=Trait.FOLDER), Origin(trait=Trait.CAMERA)]
    found = []
    for origin in origins:
        names = said(samples, origin, facts)
        kinds, known = len({name for name in names if name}), sum(map(bool, names))
        if known >= _FEWEST * kinds and _shown_elsewhere(samples, names):
            found.append(OriginChoice(origin=origin, kinds=kinds))
    return tuple(found)


def _shown_elsewhere(samples: Sequence[Sample], names: Sequence[str]) -> bool:
    """Tell whether two classes or more can be learnt without any one of their origins."""
    shown: dict[str, Counter[str]] = defaultdict(Counter)
    for sample, name in zip(samples, names, strict=True):
        if name:
            for label in sample.labels:
                shown[label][name] += 1
    return sum(one.total() - max(one.values()) >= _LEARNT for one in shown.values()) > 1


def unseen_in_turn(
    samples: Sequence[Sample], names: Sequence[str], *, seed: int
) -> tuple[tuple[Sample, ...], ...]:
    """Return the pictures once per turn with their split in it, as ``folds.in_turn`` does.

    Nothing that is learnt from or chosen with in a turn has an origin that is judged in it, nor shares a
    series with what is: such pictures sit that turn out. ``names`` are the origins; pictures without one take
    no part, for they may be of any, nor do those that the user gave for judging. Not judged are pictures
    whose class the others do not show, and those that the user gave to be learnt from. Empty where there can
    be no turns.
    """
    divided = [
        one_turn([samples[row] for row in rows], judged, seed=seed)
        for rows, judged in _turns(samples, names, seed=seed)
    ]
    return tuple(divided) if all(divided) else ()


def _turns(samples: Sequence[Sample], names: Sequence[str], *, seed: int) -> list[tuple[list[int], Mask]]:
    """Return for each turn the rows that take part in it, and which of those (P,) are judged."""
    aside, learnt = placed(samples)
    rows = [row for row, sample in enumerate(samples) if names[row] and unit(sample) not in aside]
    turn = _dealt([samples[row] for row in rows], [names[row] for row in rows], seed=seed)
    found, classes = [], set[str]()
    for number in sorted(set(turn)):
        there = [row for row, dealt in zip(rows, turn, strict=True) if dealt == number]
        met = {unit(samples[row]) for row in there}
        others = [row for row in rows if unit(samples[row]) not in met]
        shown = Counter(name for row in others for name in samples[row].labels)
        known = {name for name, pictures in shown.items() if pictures >= _LEARNT}
        asked = [
            row for row in there if unit(samples[row]) not in learnt and known.issuperset(samples[row].labels)
        ]
        if len(known) > 1 and asked:
            taking = sorted([*others, *asked])
            found.append((taking, np.isin(taking, asked)))
            classes.update(samples[row].label for row in asked)
    return found if len(classes) > 1 else []


def _dealt(samples: Sequence[Sample], names: Sequence[str], *, seed: int) -> list[int]:
    """Return the turn in which each picture is judged; none with one origin."""
    # imported here: scikit-learn takes a second, and most starts of the app judge nothing by origin
    from sklearn.model_selection import StratifiedGroupKFold

    labels = [sample.label for sample in samples]
    number = min(FOLDS, len(set(names)), max(Counter(labels).values(), default=0))
    if number < 2:
        return []
    dealing = StratifiedGroupKFold(number, shuffle=True, random_state=seed % 2**32)
    turn = np.zeros(len(samples), dtype=np.int64)
    with warnings.catch_warnings():  # that a rare class is not in each part
        warnings.simplefilter("ignore", UserWarning)
        for place, (_, asked) in enumerate(dealing.split(labels, labels, names)):
            turn[asked] = place
    return [int(one) for one in turn]
