"""Every score with its error bar: the range in which the true value lies with 95 % confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot
from typing import Final

import numpy as np
import numpy.typing as npt

from core.domain.report import ClassScore, Interval, PrCurve, RocCurve, Scores
from core.evaluation.bootstrap import Ranking, around, drawn, f1_of, replicates_for
from core.evaluation.intervals import independent_share, wilson, wilson_of_series
from core.evaluation.placements import area_bounds
from core.evaluation.separation import least_areas

Marks = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Groups = npt.NDArray[np.int64]

FEWEST_OF_CLASS: Final = 5  # pictures or series, from which an average precision has a range


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The pictures behind scores. N pictures, C classes."""

    actual: Marks  # (N, C) classes they show
    said: Marks  # (N, C) classes that were answered
    likely: npt.NDArray[np.float32]  # (N, C)
    groups: Groups | None  # (N,) series, None where there are none

    @property
    def independent(self) -> float:
        """How many of the pictures, as a share, are not of a series that is there already."""
        return independent_share(self.groups)


def with_error_bars(scores: Scores, judged: Judged) -> Scores:
    """Return the scores with the intervals of all of them.

    Rates have Wilson intervals, F1 and the areas under curves those of a bootstrap; pictures of one series
    count as what they are. Where the bootstrap shows no spread at all, as for a perfect or a hopeless class,
    a bound for such cases takes its place. As it hardly spreads where a class has few pictures, areas under
    ROC curves have Newcombe's interval where that is wider, and average precisions have none.
    """
    if not scores.pictures:
        return scores
    spread = _Spread.of(judged)
    right = (judged.actual == judged.said).all(axis=1)
    per_class = tuple(_class(one, place, judged, spread) for place, one in enumerate(scores.per_class))
    groups = None if judged.groups is None else len(np.unique(judged.groups))
    accuracy = wilson_of_series(right, judged.groups)
    return replace(
        scores,
        accuracy=accuracy,
        per_class=per_class,
        macro_f1_interval=_macro_f1(scores.macro_f1, spread, accuracy),
        roc=_roc(scores.roc, judged, spread),
        precision_recall=_precision_recall(scores.precision_recall, judged, spread),
        groups=None if groups == scores.pictures else groups,
        replicates=len(spread.f1),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spread:
    """Scores of the drawn test sets: B sets; the columns of areas are the classes, then macro and micro."""

    f1: Floats  # (B, C)
    roc: Floats  # (B, C + 2)
    precision: Floats  # (B, C + 2)

    @staticmethod
    def of(judged: Judged) -> _Spread:
        pictures, classes = judged.actual.shape
        rankings = [Ranking(judged.actual[:, i], judged.likely[:, i]) for i in range(classes)]
        pooled = Ranking(judged.actual.ravel(), judged.likely.ravel())
        f1, roc, precision = [], [], []
        replicates = replicates_for(pictures, classes)
        for weights in drawn(pictures, judged.groups, classes=classes, replicates=replicates):
            f1.append(f1_of(weights, judged.actual, judged.said))
            areas = [ranking.areas(weights) for ranking in rankings]
            micro = pooled.areas(np.repeat(weights, classes, axis=1))
            roc.append(_with_averages([one for one, _ in areas], micro[0]))
            precision.append(_with_averages([one for _, one in areas], micro[1]))
        return _Spread(f1=np.concatenate(f1), roc=np.concatenate(roc), precision=np.concatenate(precision))


def _with_averages(areas: list[Floats], micro: Floats) -> Floats:
    single = np.stack(areas, axis=1)
    return np.column_stack([single, mean_of_defined(single), micro])


def mean_of_defined(values: Floats) -> Floats:
    """Return the mean of each row (B, C) over what is defined in it; NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    mean: Floats = np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
    return mean


def _class(one: ClassScore, place: int, judged: Judged, spread: _Spread) -> ClassScore:
    actual, said = judged.actual[:, place], judged.said[:, place]
    return replace(
        one,
        precision_interval=_share(actual, said, judged.groups),
        recall_interval=_share(said, actual, judged.groups),
        f1_interval=_f1(one.f1, spread.f1[:, place], actual, said, judged),
    )


def _share(hit: Marks, among: Marks, groups: Groups | None) -> Interval | None:
    return wilson_of_series(hit[among], None if groups is None else groups[among])


def _f1(value: float | None, spread: Floats, actual: Marks, said: Marks, judged: Judged) -> Interval | None:
    if value is None:
        return None
    found = _around(value, spread)
    return found or _f1_without_spread(actual, said, judged.independent)


def _f1_without_spread(actual: Marks, said: Marks, independent: float) -> Interval:
    """Return F1 with a Wilson interval of F* = right / (right + missed + false alarms), F1 = 2 F* / (1 + F*).

    D. J. Hand, P. Christen and N. Kirielle, F*: an interpretable transformation of the F-measure, 2021.
    """
    concerned = int((actual | said).sum())
    right = int((actual & said).sum())
    fewer = max(1, round(concerned * independent))
    share = wilson(round(fewer * right / concerned), fewer)
    if share is None:  # nothing is concerned: there is no F1 either
        raise ValueError("a class without pictures and answers has no F1")
    value, low, high = (2 * part / (1 + part) for part in (right / concerned, share.low, share.high))
    return Interval(value=value, low=min(value, low), high=max(value, high))


def _macro_f1(value: float | None, spread: _Spread, accuracy: Interval | None) -> Interval | None:
    if value is None:
        return None
    found = _around(value, mean_of_defined(spread.f1))
    if found or accuracy is None:
        return found
    return Interval(value=value, low=min(value, accuracy.low), high=max(value, accuracy.high))


def _roc(curves: tuple[RocCurve, ...], judged: Judged, spread: _Spread) -> tuple[RocCurve, ...]:
    bounds = [_bounds(place, judged)[0] for place in range(len(curves))]
    found = [_area(curve.auc, spread.roc[:, place], bounds[place]) for place, curve in enumerate(curves)]
    classes = judged.actual.shape[1]
    found[:classes] = [_of_few(one, place, judged) for place, one in enumerate(found[:classes])]
    found[classes : classes + 1] = [_of_mean(mean, found[:classes]) for mean in found[classes : classes + 1]]
    return tuple(replace(curve, interval=one) for curve, one in zip(curves, found, strict=True))


def _of_few(area: Interval | None, place: int, judged: Judged) -> Interval | None:
    """Return the area of a class with the wider of its bounds; a perfect one has those of its own."""
    bounds = area_bounds(judged.actual[:, place], judged.likely[:, place], judged.groups)
    if area is None or bounds is None or area.value == 1.0:
        return area
    return _wider(area, *bounds)


def _of_mean(mean: Interval | None, areas: Sequence[Interval | None]) -> Interval | None:
    """Return the mean of areas, at least as unsure as they are together if each errs on its own.

    G. Y. Zou and A. Donner, Construction of confidence limits about effect measures: a general approach,
    2008.
    """
    known = [one for one in areas if one is not None]
    if mean is None or not known:
        return mean
    below = hypot(*(one.value - one.low for one in known)) / len(known)
    above = hypot(*(one.high - one.value for one in known)) / len(known)
    return _wider(mean, max(0.0, mean.value - below), min(1.0, mean.value + above))


def _wider(found: Interval, low: float, high: float) -> Interval:
    return Interval(value=found.value, low=min(found.low, low), high=max(found.high, high))


def _precision_recall(curves: tuple[PrCurve, ...], judged: Judged, spread: _Spread) -> tuple[PrCurve, ...]:
    bounds = [_bounds(place, judged)[1] for place in range(len(curves))]
    return tuple(
        replace(curve, interval=_area(curve.average_precision, spread.precision[:, place], bounds[place]))
        if _enough(place, judged)
        else curve
        for place, curve in enumerate(curves)
    )


def _enough(place: int, judged: Judged) -> bool:
    """Whether there are pictures enough of a class to tell how far its average precision can be trusted.

    For the mean of classes, there have to be of each class that counts; there always are for all together.
    """
    classes = judged.actual.shape[1]
    if place == classes:
        return all(_enough(i, judged) for i in range(classes) if judged.actual[:, i].any())
    if place > classes:
        return True
    shown = judged.actual[:, place]
    series = int(shown.sum()) if judged.groups is None else len(np.unique(judged.groups[shown]))
    return series >= FEWEST_OF_CLASS


def _area(value: float | None, spread: Floats, least: float) -> Interval | None:
    if value is None:
        return None
    return _around(value, spread) or Interval(value=value, low=min(value, least), high=max(value, 1.0))


def _bounds(place: int, judged: Judged) -> tuple[float, float]:
    """Return the least areas that a perfect curve may stand for; an average is as sure as its weakest."""
    classes = judged.actual.shape[1]
    if place < classes:
        shown = int(judged.actual[:, place].sum())
        positives = max(1, round(shown * judged.independent)) if shown else 0
        others = len(judged.actual) - shown
        negatives = max(1, round(others * judged.independent)) if others else 0
        return least_areas(positives, negatives)
    known = [bounds for bounds in (_bounds(i, judged) for i in range(classes)) if bounds != (0.0, 0.0)]
    return min((one for one, _ in known), default=0.0), min((one for _, one in known), default=0.0)


def _around(value: float, spread: Floats) -> Interval | None:
    """Return the value with its bounds among the drawn ones; None where they do not spread."""
    found = around(value, spread)
    return found and Interval(value=value, low=min(value, found[0]), high=max(value, found[1]))
