"""Folds for cross-validation: stratified by class, groups kept whole; each fold is judged in one turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.floating]

TURNS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """The rows that take part, (M,) each in ascending order, and the turn in which each is asked about.

    ``judged`` are those whose classes a second group shows too: of the others nobody else can tell.
    """

    rows: Places
    turn: Places
    judged: npt.NDArray[np.bool_]
    number: int


def turns(
    targets: Floats, groups: npt.ArrayLike | None, *, seed: int, most: int | None = None
) -> Turns | None:
    """Return turns for ``targets`` (N, C); None where nobody could be judged.

    Groups are drawn until there are ``most`` rows, and dealt class by class, the large ones first, so that
    turns are about as large and hold about as many of each class.
    """
    owner = _numbered(groups, len(targets))  # (N,)
    sizes = np.bincount(owner)  # (G,)
    random = np.random.default_rng((seed, len(sizes)))
    order = random.permutation(len(sizes))
    if most is not None:
        order = order[: int(np.searchsorted(np.cumsum(sizes[order]), most)) + 1]
    number = min(TURNS, len(order))
    shown = np.zeros((len(sizes), targets.shape[1]))
    np.add.at(shown, owner, targets)
    turn = np.full(len(sizes), -1, dtype=np.int64)
    turn[order] = _dealt(shown[order], sizes[order], number)
    rows = np.flatnonzero(turn[owner] >= 0)
    judged = _told_by_others(targets[rows], shown[order])
    if number < 2 or not judged.any():
        return None
    return Turns(rows=rows, turn=turn[owner[rows]], judged=judged, number=number)


def _numbered(groups: npt.ArrayLike | None, rows: int) -> Places:
    """Return the number of each row's group; without groups each row is its own."""
    if groups is None:
        return np.arange(rows)
    return np.unique(np.asarray(groups), return_inverse=True)[1].astype(np.int64)


def _dealt(shown: Floats, sizes: Places, number: int) -> Places:
    """Return a turn for each group, dealt there and back; ``shown`` (G, C) are the groups' classes."""
    rarest = (shown / np.maximum(shown.sum(axis=0), 1e-9)).argmax(axis=1)  # what there is least of elsewhere
    order = np.lexsort((-sizes, rarest))  # groups come in random order, and equal ones keep it
    place = np.arange(len(order))
    there, back = place % number, number - 1 - place % number
    turn = np.empty(len(order), dtype=np.int64)
    turn[order] = np.where(place // number % 2, back, there)
    return turn


def _told_by_others(targets: Floats, shown: Floats) -> npt.NDArray[np.bool_]:
    """Return whose classes all have two groups at least; ``shown`` (G, C) are the classes of the groups."""
    alone = (shown > 0).sum(axis=0) < 2  # (C,)
    return np.asarray(~((targets > 0) & alone).any(axis=1))
