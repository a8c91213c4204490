"""Scores by kind of picture, with a test that knows how often it looked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from core.domain.dataset import Sample, Split
from core.domain.facts import PictureFacts
from core.domain.report import Interval, Predictions
from core.domain.slices import FEWEST, FEWEST_SERIES, Origin, Slice, SliceReport, Trait
from core.evaluation.intervals import effective_size, wilson_around
from core.evaluation.scores import rows_of
from core.evaluation.traits import Division, Known, Numbers, Words, divisions
from core.training.holm import holm

MOST_PARTS: Final = 4
_ENOUGH: Final = 5  # pictures of a class outside a slice, to know the class's recall from them

Places = npt.NDArray[np.intp]


def slice_report(
    predictions: Predictions,
    split: Split,
    *,
    samples: Mapping[str, Sample],
    facts: Mapping[str, PictureFacts],
) -> SliceReport:
    """Return the scores by kind of picture; ``samples`` by path, ``facts`` by content, as far as known.

    A trait that all pictures share, or that says no more than the class does, is left out. Pictures of one
    series are answered alike, and count for as many as ``effective_size`` says, in ranges and in tests: J. N.
    K. Rao and A. J. Scott, A simple method for the analysis of clustered binary data, 1992.
    """
    rows = rows_of(predictions, split)
    rows = rows[[predictions.paths[row] in samples for row in rows.tolist()]] if len(rows) else rows
    known = [_known(samples[predictions.paths[row]], facts) for row in rows.tolist()]
    judged = _judged(predictions, rows, [one.sample for one in known])
    cut = [one for division in divisions(known) for one in _cut(division, known, judged)]
    slices = corrected(cut)
    return SliceReport(
        split=split,
        pictures=len(rows),
        correct=int(judged.right.sum()),
        accuracy=_some(np.arange(len(rows)), judged).accuracy,
        slices=slices,
        looks=sum(one.p is not None for one in slices),
        several=judged.several,
    )


def slices_by_name(
    predictions: Predictions,
    split: Split,
    origin: Origin,
    *,
    samples: Mapping[str, Sample],
    names: Mapping[str, str],
) -> tuple[Slice, ...]:
    """Return the score of all pictures with the same name, by path, the lowest first; none is judged by it.

    Pictures of one series count as in ``slice_report``.
    """
    rows = rows_of(predictions, split)
    judged = _judged(predictions, rows, [samples[predictions.paths[row]] for row in rows.tolist()])
    places, _ = _by_value([names[predictions.paths[row]] for row in rows.tolist()])
    slices = [
        replace(_slice(origin.trait, np.array(found), judged, test=False), column=origin.column, value=name)
        for name, found in places.items()
    ]
    return tuple(sorted(slices, key=lambda one: (one.correct / one.pictures, -one.pictures, one.value)))


def corrected(slices: Sequence[Slice]) -> tuple[Slice, ...]:
    """Return the slices with their p-values corrected for all that were judged."""
    among = iter(holm(np.array([one.p for one in slices if one.p is not None])).tolist())
    return tuple(one if one.p is None else replace(one, p_holm=next(among)) for one in slices)


def parts_of(values: npt.NDArray[np.float64]) -> list[Places]:
    """Return the places of up to four parts from low to high, as equal as can be with equal values together.

    There are no more than leave each enough pictures to be judged, if no values are equal. NaN is in none.
    """
    order = np.argsort(values, kind="stable")[: int((~np.isnan(values)).sum())]
    if not len(order):
        return []
    parts = max(1, min(MOST_PARTS, len(order) // FEWEST))
    changes = np.flatnonzero(np.diff(values[order])) + 1  # where the next part may begin
    if not len(changes):
        return [order]
    wanted = len(order) * np.arange(1, parts) / parts
    cuts = {int(changes[np.abs(changes - place).argmin()]) for place in wanted}
    return np.split(order, sorted(cuts))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """The judged pictures of a split: their rows, whether each was right, its class and its series."""

    rows: Places
    right: npt.NDArray[np.bool_]
    labels: npt.NDArray[np.int64]
    several: bool
    groups: npt.NDArray[np.int64] | None  # None where none come in series


@dataclass(frozen=True, slots=True, kw_only=True)
class _Some:
    """Some of the judged pictures: how many are right, and how many on their own would tell as much."""

    pictures: int
    correct: int
    series: int  # and single pictures
    tell: float

    @property
    def share(self) -> float:
        return self.correct / self.pictures

    @property
    def accuracy(self) -> Interval | None:
        return wilson_around(self.share, self.tell) if self.pictures else None


def _some(places: Places, judged: _Judged) -> _Some:
    right, pictures = judged.right[places], len(places)
    series, tell = pictures, float(pictures)
    if judged.groups is not None and pictures:
        groups = judged.groups[places]
        series, tell = len(np.unique(groups)), effective_size(right, groups)
    return _Some(pictures=pictures, correct=int(right.sum()), series=series, tell=tell)


def _groups(
    predictions: Predictions, rows: Places, samples: Sequence[Sample]
) -> npt.NDArray[np.int64] | None:
    """Return the series of these pictures, (N,); None where each is alone."""
    if predictions.groups is not None:
        groups = predictions.groups[rows]
    else:
        names = [one.group or f"/{place}" for place, one in enumerate(samples)]
        groups = np.unique(np.array(names, dtype=np.str_), return_inverse=True)[1].astype(np.int64)
    return groups if len(np.unique(groups)) < len(groups) else None


def _judged(predictions: Predictions, rows: Places, samples: Sequence[Sample]) -> _Judged:
    return _Judged(
        rows=rows,
        right=_right(predictions)[rows],
        labels=predictions.labels[rows],
        several=predictions.targets is not None,
        groups=_groups(predictions, rows, samples),
    )


def _known(sample: Sample, facts: Mapping[str, PictureFacts]) -> Known:
    return Known(sample=sample, facts=facts.get(sample.sha256))


def _right(predictions: Predictions) -> npt.NDArray[np.bool_]:
    if predictions.targets is not None:
        exact: npt.NDArray[np.bool_] = (predictions.named == predictions.targets).all(axis=1)
        return exact
    one: npt.NDArray[np.bool_] = predictions.predicted == predictions.labels
    return one


def _cut(division: Division, known: Sequence[Known], judged: _Judged) -> list[Slice]:
    """Return the slices of one division; none where there is nothing to tell apart."""
    trait, slices = division.trait, list[Slice]()
    if division.number is not None:
        slices = _by_number(trait, division.number, known, judged)
    elif division.word is not None:
        slices = _by_word(trait, division.word, known, judged)
    told = any(one.p is not None for one in slices)
    if trait is Trait.SERIES:  # one series cannot be judged, but seen beside others
        told = told or any(one.value for one in slices)
    apart = len(slices) > 1 and told
    return [replace(one, column=division.column) for one in slices] if apart else []


def _by_number(trait: Trait, read: Numbers, known: Sequence[Known], judged: _Judged) -> list[Slice]:
    found = [read(one) for one in known]
    words = ["" if value is None else str(value) for value in found]
    if trait is Trait.COLUMN and _are_classes(*_by_value(words), judged):
        return []
    values = np.array([np.nan if value is None else value for value in found], dtype=np.float64)
    parts = parts_of(values)
    slices = [
        replace(
            _slice(trait, places, judged),
            part=number,
            parts=len(parts),
            low=float(values[places].min()),
            high=float(values[places].max()),
        )
        for number, places in enumerate(parts, start=1)
    ]
    unknown = np.flatnonzero(np.isnan(values))
    return [*slices, _slice(trait, unknown, judged)] if slices and len(unknown) else slices


def _by_word(trait: Trait, read: Words, known: Sequence[Known], judged: _Judged) -> list[Slice]:
    """Return one slice per value that enough pictures have, the others together, and those without one."""
    words = [read(one) for one in known]
    by_value, unknown = _by_value(words)
    if trait is not Trait.SERIES and _are_classes(by_value, unknown, judged):
        return []
    slices = [
        replace(_slice(trait, np.array(places), judged), value=word)
        for word, places in sorted(by_value.items())
        if len(places) >= FEWEST
    ]
    rare = [places for places in by_value.values() if len(places) < FEWEST]
    if rare:
        together = np.sort(np.concatenate([np.array(places) for places in rare]))
        slices.append(replace(_slice(trait, together, judged, test=False), pooled=len(rare)))
    return [*slices, _slice(trait, np.array(unknown), judged)] if unknown and by_value else slices


def _by_value(words: Sequence[str]) -> tuple[dict[str, list[int]], list[int]]:
    """Return the places of each word, and those without one."""
    by_value: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        by_value.setdefault(word, []).append(place)
    return by_value, by_value.pop("", [])


def _are_classes(by_value: Mapping[str, Sequence[int]], unknown: Sequence[int], judged: _Judged) -> bool:
    """Whether each value belongs to one class and each class to one value: then it is the class again."""
    pairs = {(int(judged.labels[place]), word) for word, places in by_value.items() for place in places}
    classes = {label for label, _ in pairs}
    return not unknown and len(pairs) == len(classes) == len(by_value) and len(classes) > 1


def _slice(trait: Trait, places: Places, judged: _Judged, *, test: bool = True) -> Slice:
    among, rest = _some(places, judged), _some(np.delete(np.arange(len(judged.rows)), places), judged)
    return Slice(
        trait=trait,
        rows=tuple(judged.rows[places].tolist()),
        correct=among.correct,
        rest=rest.pictures,
        rest_correct=rest.correct,
        accuracy=among.accuracy,
        difference=among.share - rest.share if among.pictures and rest.pictures else None,
        p=_fisher(among, rest) if test and _enough(among, rest, judged) else None,
        expected=_expected(places, judged),
    )


def _enough(among: _Some, rest: _Some, judged: _Judged) -> bool:
    """Whether a slice can be judged. What sets few series apart may as well be those series themselves."""
    series = judged.groups is None or min(among.series, rest.series) >= FEWEST_SERIES
    return among.pictures >= FEWEST and rest.pictures > 0 and series


def _fisher(*both: _Some) -> float:
    from scipy.stats import fisher_exact

    told = [(max(1, round(one.tell)), one.share) for one in both]
    table = [[round(share * tell), tell - round(share * tell)] for tell, share in told]
    return min(1.0, float(fisher_exact(table).pvalue))


def _expected(places: Places, judged: _Judged) -> float | None:
    """Return the mean, over the pictures at ``places``, of how often their class is recognised elsewhere.

    Elsewhere is outside of them, so that what is wrong with them is not blamed on their classes. A class
    with hardly a picture there is taken as it is on all pictures: the two cannot be told apart.
    """
    if judged.several or not len(places):
        return None
    most = int(judged.labels.max()) + 1
    support = np.bincount(judged.labels, minlength=most)
    right = np.bincount(judged.labels[judged.right], minlength=most)
    inside = judged.labels[places]
    outside = support - np.bincount(inside, minlength=most)
    right_outside = right - np.bincount(inside[judged.right[places]], minlength=most)
    enough = outside >= _ENOUGH
    recall = np.where(enough, right_outside, right) / np.maximum(1, np.where(enough, outside, support))
    return float(recall[inside].mean())
