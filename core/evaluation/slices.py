"""Scores by kind of picture, with a test that knows how often it looked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from core.domain.dataset import Sample, Split
from core.domain.facts import PictureFacts
from core.domain.report import Predictions
from core.domain.slices import FEWEST, Slice, SliceReport, Trait
from core.evaluation.intervals import wilson
from core.evaluation.scores import rows_of
from core.evaluation.traits import Division, Known, Numbers, Words, divisions

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

    A trait that all pictures share, or that says no more than the class does, is left out. Pictures count as
    independent of each other, which those of one series are not.
    """
    rows = rows_of(predictions, split)
    rows = rows[[predictions.paths[row] in samples for row in rows.tolist()]] if len(rows) else rows
    known = [_known(samples[predictions.paths[row]], facts) for row in rows.tolist()]
    judged = _Judged(
        rows=rows,
        right=_right(predictions)[rows],
        labels=predictions.labels[rows],
        several=predictions.targets is not None,
    )
    cut = [one for division in divisions(known) for one in _cut(division, known, judged)]
    slices = corrected(cut)
    correct = int(judged.right.sum())
    return SliceReport(
        split=split,
        pictures=len(rows),
        correct=correct,
        accuracy=wilson(correct, len(rows)),
        slices=slices,
        looks=sum(one.p is not None for one in slices),
        several=judged.several,
    )


def holm(values: Sequence[float]) -> list[float]:
    """Return the p-values corrected for their number, each at most 1, in the order given.

    S. Holm, A simple sequentially rejective multiple test procedure, 1979: the smallest counts as often as
    there are values, the next once less, and none less than one before it.
    """
    order = sorted(range(len(values)), key=lambda place: values[place])
    found, highest = [1.0] * len(values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[place]))
        found[place] = highest
    return found


def corrected(slices: Sequence[Slice]) -> tuple[Slice, ...]:
    """Return the slices with their p-values corrected for all that were judged."""
    among = iter(holm([one.p for one in slices if one.p is not None]))
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
    """The judged pictures of a split: their rows, whether each was right, and its class."""

    rows: Places
    right: npt.NDArray[np.bool_]
    labels: npt.NDArray[np.int64]
    several: bool


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
    apart = len(slices) > 1 and any(one.p is not None for one in slices)
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
    correct, pictures = int(judged.right[places].sum()), len(places)
    rest = len(judged.rows) - pictures
    rest_correct = int(judged.right.sum()) - correct
    enough = test and pictures >= FEWEST and rest > 0
    return Slice(
        trait=trait,
        rows=tuple(judged.rows[places].tolist()),
        correct=correct,
        rest=rest,
        rest_correct=rest_correct,
        accuracy=wilson(correct, pictures),
        difference=correct / pictures - rest_correct / rest if pictures and rest else None,
        p=_fisher(correct, pictures, rest_correct, rest) if enough else None,
        expected=_expected(places, judged),
    )


def _fisher(correct: int, pictures: int, rest_correct: int, rest: int) -> float:
    from scipy.stats import fisher_exact

    table = [[correct, pictures - correct], [rest_correct, rest - rest_correct]]
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
