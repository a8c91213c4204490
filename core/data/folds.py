"""K-fold for small sets: every picture that may be divided takes its turn at being judged."""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from core.domain.dataset import Sample, Split

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

FOLDS: Final = 5  # each learns from four fifths: little less than the split that is used
VALIDATION_PARTS: Final = 6  # of these, one chooses the best epoch: about as in the split that is used


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Two k-folds with as many turns, in which the same pictures are judged once each.

    The masks (P,) belong to ``rows``: who is judged in a turn; the others of ``rows`` are learnt from then.
    """

    rows: Rows  # (P,) the pictures that take part
    honest: tuple[Mask, ...]  # series whole
    plain: tuple[Mask, ...]  # series ignored

    @property
    def judged(self) -> int:
        """How many pictures are judged, all turns together."""
        return int(sum(mask.sum() for mask in self.honest))


def turns(samples: Sequence[Sample], *, seed: int) -> Turns | None:
    """Return who is judged when; None where no two classes have pictures that can take turns.

    Whoever the user placed stays there: pictures given for judging, and their series, take no part at all;
    given training pictures are only learnt from, unless the split that is used borrows from them as well.
    The one series of a class that has no other is only learnt from too: nothing would tell what it shows.
    """
    aside, learnt = placed(samples)
    rows = np.array([at for at, sample in enumerate(samples) if unit(sample) not in aside], dtype=np.int64)
    shown = [samples[row] for row in rows]
    free = _with_another([sample for sample in shown if unit(sample) not in learnt])
    parts = _parts(free).values()
    if len(parts) < 2:
        return None
    number = min(FOLDS, *map(len, parts))
    chosen = {sample.sha256 for sample in free}
    places = np.array([at for at, sample in enumerate(shown) if sample.sha256 in chosen], dtype=np.int64)
    honest, plain = _judged_in_turn(free, number, seed % 2**32)
    return Turns(
        rows=rows,
        honest=tuple(_mask(places[asked], len(rows)) for asked in honest),
        plain=tuple(_mask(places[asked], len(rows)) for asked in plain),
    )


def in_turn(samples: Sequence[Sample], *, seed: int) -> tuple[tuple[Sample, ...], ...]:
    """Return the pictures once per turn, each with its split in that turn; see ``turns`` for who takes part.

    Who is judged stands in the test; of the others one part in six chooses the best epoch, and the rest is
    learnt from. Series stay whole. None that takes no part is there. Empty where there can be no turns.
    """
    found = turns(samples, seed=seed)
    if found is None:
        return ()
    shown = [samples[row] for row in found.rows]
    divided = [one_turn(shown, judged, seed=seed) for judged in found.honest]
    return tuple(divided) if all(divided) else ()


def one_turn(shown: Sequence[Sample], judged: Mask, *, seed: int) -> tuple[Sample, ...]:
    """Return the pictures with their split in a turn in which those of the mask (P,) are judged.

    Of the others about one part in six, series whole, chooses the best epoch, and the rest is learnt from.
    Empty where they are too few for that.
    """
    rest = np.flatnonzero(~judged).tolist()
    others = [shown[row] for row in rest]
    parts = min(VALIDATION_PARTS, max(Counter(sample.label for sample in others).values(), default=0))
    if parts < 2:
        return ()
    chosen, _ = _judged_in_turn(others, parts, seed % 2**32)
    validation = {rest[place] for place in chosen[0].tolist()}
    splits = [
        Split.TEST if judged[row] else Split.VALIDATION if row in validation else Split.TRAIN
        for row in range(len(shown))
    ]
    return tuple(replace(sample, split=split) for sample, split in zip(shown, splits, strict=True))


def unit(sample: Sample) -> str:
    """Return the name of what is divided as one: a series, or the picture alone."""
    return sample.group or sample.sha256


def placed(samples: Sequence[Sample]) -> tuple[set[str], set[str]]:
    """Return the units that the user gave for judging, and those given to be learnt from and nothing else."""
    given = {sample.split for sample in samples if sample.given}
    borrowed = not {Split.VALIDATION, Split.TEST} <= given  # what was not given came out of training
    aside = {unit(s) for s in samples if s.given and s.split is not Split.TRAIN}
    learnt = {unit(s) for s in samples if s.given and s.split is Split.TRAIN and not borrowed}
    return aside, learnt


def _parts(samples: Iterable[Sample]) -> dict[str, set[str]]:
    """Return the units of each class."""
    found: dict[str, set[str]] = defaultdict(set)
    for sample in samples:
        found[sample.label].add(unit(sample))
    return found


def _with_another(samples: Sequence[Sample]) -> list[Sample]:
    """Return the pictures of units whose every class has one more unit among them."""
    kept = list(samples)
    while lonely := {unit for units in _parts(kept).values() if len(units) == 1 for unit in units}:
        kept = [sample for sample in kept if unit(sample) not in lonely]
    return kept


def _judged_in_turn(samples: Sequence[Sample], number: int, seed: int) -> tuple[list[Rows], list[Rows]]:
    """Return the positions that each turn judges: with series whole, and with series ignored."""
    # imported here: scikit-learn takes a second, and most starts of the app bring in no pictures
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    labels = [sample.label for sample in samples]
    units = [unit(sample) for sample in samples]
    whole = StratifiedGroupKFold(number, shuffle=True, random_state=seed).split(labels, labels, units)
    apart = StratifiedKFold(number, shuffle=True, random_state=seed).split(labels, labels)
    with warnings.catch_warnings():  # that a rare class is not in each part
        warnings.simplefilter("ignore", UserWarning)
        # a turn may stay empty where series hold several classes
        return [asked for _, asked in whole if len(asked)], [asked for _, asked in apart]


def _mask(places: Rows, size: int) -> Mask:
    mask = np.zeros(size, dtype=bool)
    mask[places] = True
    return mask
