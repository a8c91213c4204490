"""Whose mistakes the mistakes are, and how good the model is once wrong labels are put right.

Who looks at mistakes only can only find that the model was right after all, never that it was wrong where a
wrong label agreed with it. So right answers are looked at too, as many as one likes, drawn by lot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from core.domain.dataset import Split
from core.domain.report import THRESHOLD, Interval, Predictions
from core.domain.review import ErrorBudget, Judgement, VerdictKind
from core.evaluation.intervals import effective_size, wilson_around, wilson_of_series
from core.evaluation.scores import rows_of

Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

_KEEPS = (VerdictKind.MODEL_WRONG, VerdictKind.AMBIGUOUS, VerdictKind.RIGHT)  # the label is as good as any
_DROPS = (VerdictKind.BAD_PHOTO, VerdictKind.NEW_CLASS)  # nobody could have answered these rightly


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """What reviewers say by content hash, where they agree; on the pictures in ``disputed`` they do not."""

    agreed: Mapping[str, Judgement]
    disputed: Collection[str] = frozenset()


def sample_of_right(
    predictions: Predictions, n: int, seed: int, *, split: Split = Split.TEST
) -> tuple[str, ...]:
    """Return ``n`` right answers of one split by content hash, drawn by lot; fewer where there are fewer.

    Of the same seed, fewer are always the beginning of more: a sample can be made longer.
    """
    rows = _divided(predictions, split)[1]
    drawn = np.random.default_rng(seed).permutation(rows)[:n]
    return tuple(predictions.sha256[row] for row in drawn.tolist())


def rightness(predictions: Predictions) -> dict[str, bool]:
    """Return whether the answer to each picture is its label, by content hash."""
    return dict(zip(predictions.sha256, _right(predictions).tolist(), strict=True))


def error_budget(
    predictions: Predictions,
    classes: tuple[str, ...],
    opinions: Opinions,
    *,
    split: Split = Split.TEST,
    seed: int = 0,
    other_names: Mapping[str, frozenset[str]] | None = None,
) -> ErrorBudget:
    """Return whose mistakes those of one split are. ``seed`` is that of ``sample_of_right``.

    ``other_names`` are those that ``classes`` have by now: a label is not wrong for being called so.

    A mistake is taken as one until somebody has found otherwise; so are ambiguous pictures. Bad photos and
    pictures of a class that the model does not know drop out. The sample are the right answers that were
    looked at in the order drawn, up to the first that was not, or on which reviewers differ: whatever else
    was looked at was not chosen by lot.
    """
    told = _Told(predictions, classes, other_names or {}, opinions.agreed)
    wrong, right = _divided(predictions, split)
    before = dict.fromkeys(wrong.tolist(), False) | dict.fromkeys(right.tolist(), True)
    after = {row: told.after(row, before=was) for row, was in before.items()}
    counts = Counter(kind for row in wrong.tolist() if (kind := told.kind(row, before=False)))
    disputed = sum(sha in opinions.disputed for sha in _hashes(predictions, wrong))
    drawn = np.random.default_rng(seed).permutation(right)
    hashes = _hashes(predictions, drawn)
    looked_at = list(takewhile(lambda sha: sha in opinions.agreed or sha in opinions.disputed, hashes))
    sample = drawn[: sum(1 for _ in takewhile(opinions.agreed.__contains__, looked_at))]
    counted = {row: one for row, one in after.items() if one is not None}
    seen = [after[row] for row in sample.tolist()]
    return ErrorBudget(
        split=split,
        pictures=len(after),
        mistakes=len(wrong),
        counts=tuple((kind, counts[kind]) for kind in VerdictKind if counts[kind]),
        disputed=disputed,
        unseen=len(wrong) - counts.total() - disputed,
        measured=_share(predictions, before),
        corrected=_share(predictions, counted),
        dropped=len(after) - len(counted),
        sampled=len(seen),
        sampled_wrong=seen.count(False),
        sample_disputed=sum(sha in opinions.disputed for sha in looked_at),
        estimated=_estimated(
            [after[row] for row in wrong.tolist()],
            seen,
            rights=len(right),
            alike=_alike(predictions, before),
        ),
    )


def _estimated(
    mistakes: list[bool | None], seen: list[bool | None], *, rights: int, alike: float
) -> Interval | None:
    """Return the accuracy by right labels, from all mistakes and a sample of the right answers.

    The test pictures are a first sample, the right answers looked at a second one within a stratum of it:
    double sampling for stratification (W. G. Cochran, Sampling techniques, 1977, chapter 12), as it corrects
    for partial verification (C. B. Begg and R. A. Greenes, 1983). Its variance says how many pictures would
    tell as much, and a Wilson interval is taken for so many. In the variance the sample counts one right and
    one wrong answer more than it has: a short one without a mistake is no proof that there is none. Pictures
    that drop out of the sample are expected to drop out of the rest as often. ``alike`` of the test pictures
    tell as much as one, because they come in series.
    """
    kept = [one for one in seen if one is not None]
    if not kept:
        return None
    of_right = rights * len(kept) / len(seen)  # right answers that would go on counting
    of_wrong = sum(one is not None for one in mistakes)
    total = of_right + of_wrong
    share = (sum(kept) / len(kept) * of_right + sum(one is True for one in mistakes)) / total
    steady = (sum(kept) + 1) / (len(kept) + 2)
    second = (of_right / total) ** 2 * steady * (1 - steady) * max(0.0, 1 / len(kept) - 1 / of_right)
    spread = share * (1 - share) or steady * (1 - steady)
    return wilson_around(share, spread / (alike * spread / total + second))


def _share(predictions: Predictions, right: Mapping[int, bool]) -> Interval | None:
    """Return the share of these rows that are right, with its interval."""
    rows = list(right)
    groups = None if predictions.groups is None else predictions.groups[rows]
    return wilson_of_series(np.array(list(right.values()), dtype=bool), groups)


def _alike(predictions: Predictions, right: Mapping[int, bool]) -> float:
    """Return how many pictures tell as much as one that stands alone, 1 or more."""
    if predictions.groups is None or not right:
        return 1.0
    told = effective_size(np.array(list(right.values())), predictions.groups[list(right)])
    return len(right) / told


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said of the answers, in the names of the classes that were answered with."""

    predictions: Predictions
    classes: tuple[str, ...]
    other_names: Mapping[str, frozenset[str]]
    agreed: Mapping[str, Judgement]

    def kind(self, row: int, *, before: bool) -> VerdictKind | None:
        """Return what is said of an answer that was right or wrong ``before``; None where nothing is."""
        judgement = self.agreed.get(self.predictions.sha256[row])
        if judgement is None:
            return None
        if judgement.kind is VerdictKind.LABEL_WRONG and self._means(judgement, self._given(row)):
            return VerdictKind.RIGHT if before else VerdictKind.MODEL_WRONG
        return judgement.kind

    def after(self, row: int, *, before: bool) -> bool | None:
        """Return whether the answer is right with the label put right; None where the picture drops out."""
        kind = self.kind(row, before=before)
        if kind is None or kind in _KEEPS:
            return before
        judgement = self.agreed[self.predictions.sha256[row]]
        known = {*self.classes, *self.other_names}
        if kind in _DROPS or not known.issuperset(judgement.labels):
            return None
        return self._means(judgement, self._named(row))

    def _means(self, judgement: Judgement, shown: frozenset[str]) -> bool:
        """Return whether the labels of a judgement are these classes, or other names of them."""
        meant = [self.other_names.get(name, frozenset((name,))) for name in judgement.labels]
        return all(shown & one for one in meant) and shown <= frozenset().union(*meant)

    def _given(self, row: int) -> frozenset[str]:
        targets = self.predictions.targets
        places = [self.predictions.labels[row]] if targets is None else np.flatnonzero(targets[row])
        return frozenset(self.classes[place] for place in places)

    def _named(self, row: int) -> frozenset[str]:
        likely = self.predictions.probabilities[row]
        one = self.predictions.targets is None
        places = [likely.argmax()] if one else np.flatnonzero(likely >= THRESHOLD)
        return frozenset(self.classes[place] for place in places)


def _right(predictions: Predictions) -> Flags:
    """Return whether each answer is its label, (N,)."""
    if predictions.targets is not None:
        return np.asarray((predictions.named == predictions.targets).all(axis=1))
    return np.asarray(predictions.predicted == predictions.labels)


def _divided(predictions: Predictions, split: Split) -> tuple[Rows, Rows]:
    """Return the rows of one split that were answered wrongly and rightly."""
    rows = rows_of(predictions, split)
    right = _right(predictions)[rows]
    return rows[~right], rows[right]


def _hashes(predictions: Predictions, rows: Rows) -> list[str]:
    return [predictions.sha256[row] for row in rows.tolist()]
