"""A quick probe: what a plain random split would have told, and what the split that is used tells.

The probe is a linear classifier on frozen features, solved in closed form (ridge regression onto one target
per class). It takes a second where a training takes minutes, and it is the same for both splits; only their
difference and its own range are worth anything, not its distance to a trained model. Where few are judged,
one split says little: then both are k-folds, in which the pictures take turns.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from typing import Final

import numpy as np

from core.data.directions import Directions, Features, chosen, cosines
from core.data.folds import Mask, Turns, turns
from core.data.groups import series_of
from core.data.learner import Learner
from core.domain.dataset import Sample, Split
from core.domain.edit import Probe, SplitCheck, SplitSettings

PLAIN_DRAWS: Final = 3  # random splits whose mean is told
PAIRS_SHOWN: Final = 24
SMALL: Final = 100  # judged pictures; with fewer the range of 90 in 100 is wider than 12 in 100
_Z: Final = 1.96  # 95 %


def split_check(
    samples: Sequence[Sample], features: Features | None, settings: SplitSettings
) -> SplitCheck | None:
    """Return what keeping series together changed; None where nobody is judged.

    ``features`` (N, D) belong to ``samples``; without them both probes are None. The plain probe is None too
    where there is no series that a plain split could have torn apart. Where the split judges fewer than
    ``SMALL``, both probes come from a k-fold, if that judges more; what was torn is told of one split still.
    """
    used = [row for row, sample in enumerate(samples) if not sample.excluded]
    shown = [samples[row] for row in used]
    judged = np.array([sample.split is not Split.TRAIN for sample in shown], dtype=bool)
    if not judged.any() or judged.all():
        return None
    series = series_of(shown)
    draws = [_plain(shown, settings.seed + draw) for draw in range(PLAIN_DRAWS)]
    torn = _torn(series, draws[0])
    looks = _looks(features, used, len(samples))
    check = SplitCheck(
        series=len(series),
        pictures=sum(map(len, series)),
        leaked=len(torn),
        pairs=_pairs(shown, torn, looks),
        plain=None,
        honest=None,
    )
    if looks is None or any(sample.also for sample in shown):  # the probe knows one answer to a picture
        return check
    labels = [sample.label for sample in shown]
    in_turn = turns(shown, seed=settings.seed) if judged.sum() < SMALL else None
    if in_turn is not None and in_turn.judged > judged.sum():
        return _in_turn(check, in_turn, looks, labels)
    learnt = Learner(looks, labels)
    return replace(check, plain=_probe(learnt, draws) if series else None, honest=_probe(learnt, [judged]))


def _probe(learnt: Learner, divisions: Sequence[Mask]) -> Probe | None:
    """Return the mean accuracy on the judged pictures of these divisions; None for fewer than 2 classes.

    The range is Wilson's for as many pictures as one division judges.
    """
    if len(learnt.classes) < 2:
        return None
    shares = [learnt.right(judged) / int(judged.sum()) for judged in divisions]
    return _with_range(float(np.mean(shares)), int(divisions[0].sum()))


def _probe_in_turn(learnt: Learner, divisions: Sequence[Mask]) -> Probe:
    """Return the accuracy on all pictures that these divisions judge, each of them in one division."""
    total = int(sum(judged.sum() for judged in divisions))
    return _with_range(sum(learnt.right(judged) for judged in divisions) / total, total)


def _in_turn(check: SplitCheck, by: Turns, looks: Features, labels: Sequence[str]) -> SplitCheck:
    """Return the check with both probes from a k-fold of the same pictures."""
    learnt = Learner(chosen(looks, by.rows), [labels[row] for row in by.rows])
    return replace(
        check,
        plain=_probe_in_turn(learnt, by.plain) if check.series else None,
        honest=_probe_in_turn(learnt, by.honest),
        folds=len(by.plain),
    )


def _with_range(share: float, total: int) -> Probe:
    """Return a share of ``total`` with its Wilson score interval."""
    shrink = 1 / (1 + _Z * _Z / total)
    centre = shrink * (share + _Z * _Z / (2 * total))
    reach = shrink * _Z * sqrt(share * (1 - share) / total + _Z * _Z / (4 * total * total))
    return Probe(
        accuracy=share, low=min(share, max(0.0, centre - reach)), high=max(share, min(1.0, centre + reach))
    )


def _looks(features: Features | None, used: Sequence[int], samples: int) -> Features | None:
    """Return the directions of the pictures in use, to be read as they are needed."""
    if features is None or len(features) != samples:
        return None
    return Directions(chosen(features, np.array(used, dtype=np.int64)))


def _plain(samples: Sequence[Sample], seed: int) -> Mask:
    """Return which pictures a plain random split would judge: as many of each class as are judged now."""
    wanted = Counter(sample.label for sample in samples if sample.split is not Split.TRAIN)
    drawn = sorted(range(len(samples)), key=lambda row: _drawn(samples[row], seed))
    judged = np.zeros(len(samples), dtype=bool)
    for row in drawn:
        if wanted[samples[row].label] > 0:
            wanted[samples[row].label] -= 1
            judged[row] = True
    return judged


def _drawn(sample: Sample, seed: int) -> bytes:
    return hashlib.sha256(f"plain {seed} {sample.sha256}".encode()).digest()


def _torn(series: Sequence[Sequence[int]], judged: Mask) -> list[tuple[int, list[int]]]:
    """Return each judged picture of a series with those of the same series that would be learnt from."""
    torn = []
    for rows in series:
        learnt = [row for row in rows if not judged[row]]
        torn += [(row, learnt) for row in rows if judged[row] and learnt]
    return torn


def _pairs(
    samples: Sequence[Sample], torn: Sequence[tuple[int, list[int]]], looks: Features | None
) -> tuple[tuple[str, str], ...]:
    """Return (learnt from, judged) of some torn series: one pair of each first, the most alike."""
    shown: dict[str | None, tuple[str, str]] = {}
    for row, learnt in torn:
        if samples[row].group in shown:
            continue
        twin = learnt[0] if looks is None else _most_alike(looks, row, learnt)
        shown[samples[row].group] = (samples[twin].sha256, samples[row].sha256)
        if len(shown) == PAIRS_SHOWN:
            break
    return tuple(shown.values())


def _most_alike(looks: Features, row: int, others: Sequence[int]) -> int:
    many = np.array(others, dtype=np.int64)
    return others[int(cosines(looks, many, np.full_like(many, row)).argmax())]
