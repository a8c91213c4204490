"""What a training will probably reach, told from frozen features before it begins.

A head on frozen features is the whole of the quick preset and where the others start from. Cross-validated
on the pictures that are not kept for the test, its fits learn from about as many pictures as the training.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from core.data.parallel import check, ignore_progress, never
from core.domain.choices import Preset
from core.domain.forecast import Answered, Evidence, Forecast, LikelyConfusion, ScoreRange
from core.domain.report import Interval
from core.training.head import cross_validated, fit_linear
from core.training.learning_curve import TAILS, learning_curve, named_by, steps
from core.training.turns import TURNS, turns

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# What training leaves of the errors of a head on frozen features, at the least and at the most. Measured
# with EfficientNet-Lite0: machine-parts 0.28 -> 0.12 to 0.03 with the balanced preset; 2,500 photographs of
# 6 look-alike classes 0.134 -> 0.092 (4 epochs of the last three stages) or 0.068 (10 epochs, deeper).
# Sets that heads know already (digits, traffic lights) show that nothing may be gained, and a little lost.
# These are few sets, so nothing is assumed of where between the two a new one lies.
ERRORS_LEFT: Final = {
    Preset.QUICK: (1.0, 1.0),  # it is that head
    Preset.BALANCED: (0.1, 1.05),
    Preset.BEST: (0.1, 1.05),
}
DRAWN: Final = 20_000
FEW: Final = 10  # right or wrong pictures; from fewer, nobody can tell how alike those of a series are
MOST_CONFUSIONS: Final = 5
LEAST_CONFUSED: Final = 2  # pictures, and series: less is noise
LEAST_CONFUSED_SHARE: Final = 0.02  # of the class


def forecast(
    evidence: Evidence,
    *,
    test_pictures: int,
    seed: int = 0,
    progress: Callable[[int, int], None] = ignore_progress,
    stopped: Callable[[], bool] = never,
) -> Forecast:
    """Return what to expect of a training that ``test_pictures`` others will judge.

    It holds for test pictures that are as those of ``evidence``: divided by chance, in series as large.
    Same input, seed and number of threads: same forecast. Raises RunError where a feature is not a number,
    Cancelled when ``stopped`` says so.
    """
    check(stopped)
    pictures, series = len(evidence.targets), len(np.unique(evidence.groups))
    total, done = 1 + TURNS + steps(len(evidence.classes)), itertools.count(1)
    answered = _answered(evidence, seed, lambda: progress(next(done), total), stopped)
    if answered is None:
        return Forecast(pictures=pictures, series=series, test_pictures=test_pictures, accuracy=None)
    right = answered.right(evidence)
    alike = likeness(right, evidence.groups[answered.judged])
    shares = _shares(right, alike, np.random.default_rng(seed))
    curve = learning_curve(
        evidence,
        answered,
        seed=seed,
        progress=lambda at, _: progress(1 + TURNS + at, total),
        stopped=stopped,
    )
    progress(total, total)
    return Forecast(
        pictures=pictures,
        series=series,
        test_pictures=test_pictures,
        accuracy=_interval(float(right.mean()), shares),
        ranges=_ranges(shares, alike, test_pictures, seed),
        confusions=() if evidence.several else confusions(evidence, answered),
        curve=curve,
    )


def likeness(right: Flags, groups: npt.NDArray[np.int64]) -> float:
    """Return how many pictures tell as much as one that stands alone, 1 or more (Kish's design effect).

    Where enough are right and wrong, it is seen in how much more series differ than pictures by chance
    would (linearised variance of a mean over clusters); else all pictures of a series are taken as one.
    """
    owner = np.unique(groups, return_inverse=True)[1]
    sizes = np.bincount(owner)
    most = float((sizes**2).sum() / sizes.sum())
    if len(sizes) < 2 or min(right.sum(), (~right).sum()) < FEW:
        return most
    share = right.mean()
    differs = np.bincount(owner, weights=right - share)
    seen = (differs**2).sum() * len(sizes) / (len(sizes) - 1) / (len(right) * share * (1 - share))
    return float(np.clip(seen, 1, most))


def confusions(evidence: Evidence, answered: Answered) -> tuple[LikelyConfusion, ...]:
    """Return which classes are taken for which others, the most frequent first; of equals, the rarer class.

    Only pictures with one class each are looked at, and what a single series shows is left out.
    """
    actual, predicted = evidence.targets.argmax(axis=1), answered.named.argmax(axis=1)
    support = np.bincount(actual[answered.judged], minlength=len(evidence.classes))
    wrong = np.flatnonzero(answered.judged & (actual != predicted))
    found = []
    for one, other in sorted(set(zip(actual[wrong].tolist(), predicted[wrong].tolist(), strict=True))):
        rows = wrong[(actual[wrong] == one) & (predicted[wrong] == other)]
        enough = min(len(rows), len(np.unique(evidence.groups[rows]))) >= LEAST_CONFUSED
        if enough and len(rows) > LEAST_CONFUSED_SHARE * support[one]:
            found.append((-len(rows), int(support[one]), one, other))
    return tuple(
        LikelyConfusion(
            actual=evidence.classes[one], predicted=evidence.classes[other], count=-less, support=shown
        )
        for less, shown, one, other in sorted(found)[:MOST_CONFUSIONS]
    )


def _answered(
    evidence: Evidence, seed: int, told: Callable[[], None], stopped: Callable[[], bool]
) -> Answered | None:
    """Return cross-validated answers, each by a head that did not learn from its picture; None without folds.

    Each head standardises the features by the pictures that it learns from, as the training will. Were all
    folds standardised together, the judged pictures would have a say in it, and small sets would look some
    points better than they are.
    """
    by = turns(evidence.targets, evidence.groups, seed=seed)
    chosen = cross_validated(
        evidence.features,
        evidence.targets,
        several=evidence.several,
        weights=evidence.weights,
        groups=evidence.groups,
        seed=seed,
        stopped=stopped,
    )
    if by is None or chosen is None:
        return None
    told()
    named = np.zeros(evidence.targets.shape, dtype=bool)
    for number in range(by.number):
        asked = by.turn == number
        named[asked] = named_by(_asked(evidence, asked, chosen.penalty, stopped), several=evidence.several)
        told()
    return Answered(named=named, judged=by.judged, penalty=chosen.penalty)


def _asked(
    evidence: Evidence, asked: Flags, penalty: float, stopped: Callable[[], bool]
) -> npt.NDArray[np.float32]:
    """Return logits (A, C) for the pictures that are asked about, from a head that learnt from the others."""
    head = fit_linear(
        evidence.features[~asked],
        evidence.targets[~asked],
        several=evidence.several,
        weights=None if evidence.weights is None else evidence.weights[~asked],
        penalty=penalty,
        stopped=stopped,
    )
    logits: npt.NDArray[np.float32] = evidence.features[asked] @ head.weight.T + head.bias
    return logits


def _shares(right: Flags, alike: float, random: np.random.Generator) -> Floats:
    """Return what the true share of right answers may be, drawn (B,) as Jeffreys' prior lets it be."""
    pictures = len(right) / alike
    share = float(right.mean())
    return random.beta(pictures * share + 0.5, pictures * (1 - share) + 0.5, size=DRAWN)


def _interval(share: float, shares: Floats) -> Interval:
    """Return the share with its 95 % interval (Brown, Cai and DasGupta 2001: Jeffreys' keeps its promise)."""
    low, high = np.quantile(shares, (0.025, 0.975))
    return Interval(value=share, low=min(share, float(low)), high=max(share, float(high)))


def _ranges(shares: Floats, alike: float, test_pictures: int, seed: int) -> tuple[ScoreRange, ...]:
    """Return where each preset's score on so many test pictures will fall."""
    if not test_pictures:
        return ()
    found: list[ScoreRange] = []
    for preset, (least, most) in ERRORS_LEFT.items():
        random = np.random.default_rng((seed, len(found)))
        trained = np.clip(1 - (1 - shares) * random.uniform(least, most, size=DRAWN), 0, 1)
        low, likely, high = np.quantile(
            _scores(trained, alike, test_pictures, random), (TAILS[0], 0.5, TAILS[1])
        )
        found.append(ScoreRange(preset=preset, low=float(low), likely=float(likely), high=float(high)))
    return tuple(found)


def _scores(shares: Floats, alike: float, pictures: int, random: np.random.Generator) -> Floats:
    """Return a score on so many pictures for each true share: beta-binomial, as pictures are alike."""
    if pictures > 1 and alike > 1:
        together = min((alike - 1) / (pictures - 1), 0.99)  # correlation within: variance times ``alike``
        size = 1 / together - 1
        shares = random.beta(np.maximum(shares * size, 1e-9), np.maximum((1 - shares) * size, 1e-9))
    return random.binomial(pictures, shares) / pictures
