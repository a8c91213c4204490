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
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.data.folds import Mask, Turns, turns
from core.data.groups import series_of
from core.data.likeness import Floats, directions
from core.domain.dataset import Sample, Split
from core.domain.edit import Probe, SplitCheck, SplitSettings

Singles = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

PLAIN_DRAWS: Final = 3  # random splits whose mean is told
PAIRS_SHOWN: Final = 24
SMALL: Final = 100  # judged pictures; with fewer the range of 90 in 100 is wider than 12 in 100
RIDGE: Final = 0.3  # pull towards zero, against features that vary by 1 on average
_Z: Final = 1.96  # 95 %


def split_check(
    samples: Sequence[Sample], features: Floats | None, settings: SplitSettings
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
    if looks is None:
        return check
    labels = [sample.label for sample in shown]
    in_turn = turns(shown, seed=settings.seed) if judged.sum() < SMALL else None
    if in_turn is not None and in_turn.judged > judged.sum():
        return _in_turn(check, in_turn, looks, labels)
    learnt = Learner(looks, labels)
    return replace(check, plain=learnt.probe(draws) if series else None, honest=learnt.probe([judged]))


class Learner:
    """The linear probe on fixed pictures; ``answers`` of several divisions share what they can."""

    def __init__(self, features: npt.NDArray[np.float32], labels: Sequence[str]) -> None:
        """``features`` (N, D) belong to ``labels`` and are taken over: they are scaled where they lie."""
        features -= features.mean(axis=0)
        features /= max(
            1e-9, float(np.sqrt(np.einsum("nd,nd->", features, features) / max(1, features.size)))
        )
        self._rows = features  # (N, D), variance 1 on average
        self.classes = sorted(set(labels))
        index = {name: at for at, name in enumerate(self.classes)}
        self.labels = np.array([index[label] for label in labels], dtype=np.int64)
        self._targets = np.eye(len(self.classes), dtype=np.float32)[self.labels]  # (N, C)
        self._products: tuple[Doubles, Doubles] | None = None

    def scores(self, asked: Mask) -> npt.NDArray[np.float32]:
        """Return the scores (A, C) of the pictures that are ``asked`` about, learnt from all others."""
        many = int((~asked).sum()) > self._rows.shape[1]
        weights, middle, usual = self._primal(asked) if many else self._dual(asked)
        answers = (self._rows[asked] - middle) @ weights + usual
        return answers.astype(np.float32, copy=False)

    def _dual(self, asked: Mask) -> tuple[Singles, Singles, Singles]:
        """Return weights (D, C), middle (D,) and usual answer (C,) from a system as large as the pictures."""
        known, targets = self._rows[~asked], self._targets[~asked]
        middle, usual = known.mean(axis=0), targets.mean(axis=0)
        known -= middle
        gram = known @ known.T
        return known.T @ np.linalg.solve(_pulled(gram, len(known)), targets - usual), middle, usual

    def _primal(self, asked: Mask) -> tuple[Singles, Singles, Singles]:
        """Return the same from a system as large as the features.

        Products of all pictures are made once, and those of the asked ones taken away: no copy of the many
        known rows is needed. Sums in double precision, because they are subtracted from each other.
        """
        if self._products is None:
            self._products = _products(self._rows, self._targets)
        rows, targets = self._rows[asked], self._targets[asked]
        gram, cross = (
            whole - part for whole, part in zip(self._products, _products(rows, targets), strict=True)
        )
        known = int((~asked).sum())
        middle = -rows.sum(axis=0, dtype=np.float64) / known  # all rows together sum to 0
        usual = (self._targets.sum(axis=0, dtype=np.float64) - targets.sum(axis=0, dtype=np.float64)) / known
        gram -= known * np.outer(middle, middle)
        weights = np.linalg.solve(_pulled(gram, known), cross - known * np.outer(middle, usual))
        return weights.astype(np.float32), middle.astype(np.float32), usual.astype(np.float32)

    def probe(self, divisions: Sequence[Mask]) -> Probe | None:
        """Return the mean accuracy on the judged pictures of these divisions; None for fewer than 2 classes.

        The range is Wilson's for as many pictures as one division judges.
        """
        if len(self.classes) < 2:
            return None
        shares = [
            float((self.scores(judged).argmax(axis=1) == self.labels[judged]).mean()) for judged in divisions
        ]
        return _with_range(float(np.mean(shares)), int(divisions[0].sum()))

    def probe_in_turn(self, divisions: Sequence[Mask]) -> Probe:
        """Return the accuracy on all pictures that these divisions judge, each of them in one division."""
        right = sum(int((self.scores(j).argmax(axis=1) == self.labels[j]).sum()) for j in divisions)
        total = int(sum(judged.sum() for judged in divisions))
        return _with_range(right / total, total)


def _in_turn(check: SplitCheck, by: Turns, looks: Floats, labels: Sequence[str]) -> SplitCheck:
    """Return the check with both probes from a k-fold of the same pictures."""
    learnt = Learner(np.asarray(looks)[by.rows], [labels[row] for row in by.rows])
    return replace(
        check,
        plain=learnt.probe_in_turn(by.plain) if check.series else None,
        honest=learnt.probe_in_turn(by.honest),
        folds=len(by.plain),
    )


def _products(rows: npt.NDArray[np.float32], targets: npt.NDArray[np.float32]) -> tuple[Doubles, Doubles]:
    """Return rows by rows (D, D) and rows by targets (D, C), in double precision."""
    return (rows.T @ rows).astype(np.float64), (rows.T @ targets).astype(np.float64)


def _pulled(gram: npt.NDArray[Any], pictures: int) -> npt.NDArray[Any]:
    return gram + np.float32(RIDGE * pictures) * np.eye(len(gram), dtype=gram.dtype)


def _with_range(share: float, total: int) -> Probe:
    """Return a share of ``total`` with its Wilson score interval."""
    shrink = 1 / (1 + _Z * _Z / total)
    centre = shrink * (share + _Z * _Z / (2 * total))
    reach = shrink * _Z * sqrt(share * (1 - share) / total + _Z * _Z / (4 * total * total))
    return Probe(
        accuracy=share, low=min(share, max(0.0, centre - reach)), high=max(share, min(1.0, centre + reach))
    )


def _looks(features: Floats | None, used: Sequence[int], samples: int) -> npt.NDArray[np.float32] | None:
    if features is None or len(features) != samples:
        return None
    return directions(np.asarray(features)[list(used)])


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
    samples: Sequence[Sample], torn: Sequence[tuple[int, list[int]]], looks: Floats | None
) -> tuple[tuple[str, str], ...]:
    """Return (learnt from, judged) of some torn series: one pair of each first, the most alike."""
    shown: dict[str | None, tuple[str, str]] = {}
    for row, learnt in torn:
        twin = learnt[0] if looks is None else learnt[int((looks[learnt] @ looks[row]).argmax())]
        shown.setdefault(samples[row].group, (samples[twin].sha256, samples[row].sha256))
        if len(shown) == PAIRS_SHOWN:
            break
    return tuple(shown.values())
