"""How much more pictures would help: heads learnt from some of the pictures, judged on those left out.

Errors fall with pictures about as a power law (Hestness et al. 2017, Deep learning scaling is predictable,
empirically; for networks on pictures Hoiem et al. 2021, Learning curves for analysis of deep networks).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.data.parallel import ignore_progress, never
from core.domain.forecast import Answered, ClassGain, CurvePoint, Evidence, Gain, LearningCurve, PowerLaw
from core.domain.report import THRESHOLD
from core.training.lbfgs import Fits, minimise
from core.training.standardised import standardised
from core.training.turns import Turns, turns

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SHARES: Final = (0.25, 0.5, 0.75, 1.0)  # of the pictures
HALF: Final = 0.5  # one of them
DRAWS: Final = 3
MANY_CLASSES: Final = 20  # from so many on, one draw has to do
MOST_SETS: Final = 8  # of classes that are thinned one after the other
MOST_PICTURES: Final = 2_000  # beyond, a part of them tells enough
LEAST_SERIES: Final = 20  # of all classes, to tell anything
LEAST_OF_CLASS: Final = 8  # series of a class, to tell what more of it would bring
RESAMPLED: Final = 400
TAILS: Final = (0.05, 0.95)  # the range that holds 9 times out of 10
WIDEST: Final = 0.25  # a wider range than this tells nothing
FLOOR_HELPS: Final = 3.84  # fall of chi squared that one more number brings by chance 1 time in 20
_EXPONENTS: Final = np.linspace(0.0, 1.5, 61)[:, None]
_LEAST_EXPONENT: Final = 10  # with a floor, the place of 0.25: below, a falling curve and a floor look alike
_LEAST_VARYING: Final = 0.3  # of the deviation that half of the features have
_TOLERANCE: Final = 1e-5  # loss per picture, as where penalties are compared


def steps(classes: int) -> int:
    """Return how many steps of progress a learning curve takes."""
    return _draws(classes) * (len(SHARES) - 1 + min(classes, MOST_SETS)) + 1


def learning_curve(
    evidence: Evidence,
    answered: Answered,
    *,
    seed: int,
    progress: Callable[[int, int], None] = ignore_progress,
    stopped: Callable[[], bool] = never,
) -> LearningCurve | None:
    """Return what more pictures would bring; None where there are fewer series than ``LEAST_SERIES``.

    Series are drawn class by class, and what heads that learn from them answer is compared over the same
    left-out pictures. A class alone is thinned to a half while the others stay (of many classes, those of one
    of ``MOST_SETS`` together); compared is F1, as recall alone rises where a class is only named more often.
    Ranges come from resampling series and draws (Bayesian bootstrap, Rubin 1981). Raises Cancelled.
    """
    by = turns(evidence.targets, evidence.groups, seed=seed, most=MOST_PICTURES)
    if by is None or len(np.unique(evidence.groups[by.rows])) < LEAST_SERIES:
        return None
    trial = _Trial(evidence, by, penalty=answered.penalty, seed=seed, stopped=stopped)
    thinned, halved = trial.answers(progress)
    weights = trial.resampled(RESAMPLED)
    errors = np.stack([_errors(trial, named, weights) for named in thinned.values()], axis=1)  # (1 + B, F)
    law, left = _law(errors, judged=int(by.judged.sum()), learnt_from=trial.learnt_from)
    wrong = float((~answered.right(evidence)).mean())
    return LearningCurve(
        points=tuple(
            CurvePoint(pictures=round(share * trial.learnt_from), accuracy=float(1 - error))
            for share, error in zip(SHARES, errors[0], strict=True)
        ),
        law=law,
        doubled=_gain(wrong * (1 - left)),
        classes=_class_gains(evidence, answered, trial, _gained(trial, thinned[1.0][0], halved, weights)),
    )


class _Trial:
    """Heads that learn from some of the M pictures of ``by``, in its turns."""

    def __init__(
        self, evidence: Evidence, by: Turns, *, penalty: float, seed: int, stopped: Callable[[], bool]
    ) -> None:
        self.by, self._penalty, self._stopped = by, penalty, stopped
        targets = evidence.targets[by.rows]
        self.owner = np.unique(evidence.groups[by.rows], return_inverse=True)[1]
        self.truth: Flags = targets >= THRESHOLD
        self.learnt_from = len(by.rows) * (1 - 1 / by.number)  # pictures, in each turn
        self._several, single = evidence.several, targets.shape[1] == 2 and not evidence.several
        self._targets = torch.tensor(targets[:, 1:] if single else targets)
        self._looks = _comparable(evidence.features[by.rows])
        counted = np.ones(len(by.rows)) if evidence.weights is None else evidence.weights[by.rows]
        asked = by.turn[:, None] == np.arange(by.number)
        self._counts = torch.tensor(counted[:, None] / counted.mean() * ~asked, dtype=torch.float32)
        self._random = np.random.default_rng((seed, len(by.rows)))

    def answers(self, progress: Callable[[int, int], None]) -> tuple[dict[float, list[Flags]], list[Flags]]:
        """Return the answers (M, C) of each draw: by the share that was learnt from, and with halved classes.

        In the latter, column c holds the answers of a head that learnt from only half of class c.
        """
        classes = self.truth.shape[1]
        total, done, halved = steps(classes), 0, []
        thinned: dict[float, list[Flags]] = {share: [] for share in SHARES}
        for _ in range(_draws(classes)):
            place, half, start = self._places(), None, None
            for share in SHARES:
                if share < 1 or not thinned[share]:
                    named, start = self._named((place < share).astype(np.float64), start)
                    thinned[share].append(named)
                    progress(done := done + 1, total)
                half = start if share == HALF else half
            found = np.zeros_like(self.truth)
            for together in np.array_split(self._random.permutation(classes), min(classes, MOST_SETS)):
                shown, kept = self.truth[:, together].any(axis=1), place < HALF
                counted = np.where(shown, kept / HALF, 1.0)  # else heads would only think the class rarer
                # begun where no class's other half is known: else they would remember it
                found[:, together] = self._named(counted, half)[0][:, together]
                progress(done := done + 1, total)
            halved.append(found)
        return thinned, halved

    def resampled(self, times: int) -> Floats:
        """Return weights of pictures, (1 + times, M): first as they are, then with series drawn anew."""
        drawn = self._random.standard_exponential((1 + times, int(self.owner.max()) + 1))
        drawn[0] = 1
        return np.asarray(drawn[:, self.owner] * self.by.judged)

    def _places(self) -> Floats:
        """Return where each picture's series stands among those of its class, in [0, 1) and at random."""
        shown = np.stack([np.bincount(self.owner, weights=one) for one in self.truth.T], axis=1)  # (G, C)
        rarest, place = (shown / np.maximum(shown.sum(axis=0), 1e-9)).argmax(axis=1), np.zeros(len(shown))
        for one in np.unique(rarest):
            series = np.flatnonzero(rarest == one)
            place[series] = self._random.permutation(len(series)) / len(series)
        return np.asarray(place[self.owner])

    def _named(self, counted: Floats, start: Tensor | None) -> tuple[Flags, Tensor]:
        """Return what heads name (M, C) for which others count so much (M,), and the heads' weights."""
        rows = torch.from_numpy(np.flatnonzero(counted))
        fits = Fits(
            rows=self._looks[rows],
            targets=self._targets[rows],
            counts=self._counts[rows] * torch.tensor(counted[rows.numpy(), None], dtype=torch.float32),
            softmax=not self._several and self._targets.shape[1] > 1,
        )
        begin = fits.zeros() if start is None else start
        weights, _ = minimise(fits, begin, penalty=self._penalty, tolerance=_TOLERANCE, stopped=self._stopped)
        logits = torch.empty(self._targets.shape)  # (M, K)
        for number in range(self.by.number):
            asked = torch.from_numpy(self.by.turn == number)
            logits[asked] = self._looks[asked] @ weights[:, number]
        return named_by(logits.numpy(), several=self._several), weights


def named_by(logits: npt.NDArray[np.float32], *, several: bool) -> Flags:
    """Return which classes (N, C) logits name; one output for two classes is for the second."""
    if several:
        return np.asarray(logits >= 0)
    both = np.concatenate([-logits, logits], axis=1) if logits.shape[1] == 1 else logits
    return np.asarray(np.arange(both.shape[1]) == both.argmax(axis=1)[:, None])


def _comparable(features: npt.NDArray[np.float32]) -> Tensor:
    """Return features made comparable (M, D + 1), those that hardly vary not blown up to count as others do.

    Else left-out pictures, which have a say in how much a feature varies, would look better known.
    """
    found = standardised(features)
    usual = torch.where(found.deviation.isfinite(), found.deviation, torch.nan).nanmedian()
    found.rows[:, :-1] *= (found.deviation / (_LEAST_VARYING * usual)).nan_to_num(1.0).clamp(max=1)
    return found.rows


def _draws(classes: int) -> int:
    return DRAWS if classes < MANY_CLASSES else 1


def _errors(trial: _Trial, drawn: Sequence[Flags], weights: Floats) -> Floats:
    """Return the share of wrong answers for each of the weights, (1 + B,)."""
    wrong = np.stack([(named != trial.truth).any(axis=1) for named in drawn], axis=1)  # (M, draws)
    return _over_draws(weights @ wrong / weights.sum(axis=1, keepdims=True))


def _over_draws(values: Floats) -> Floats:
    """Return means over the last axis, the draws: in the first row over each once, then with replacement."""
    draws = values.shape[-1]
    times = np.random.default_rng(draws).multinomial(draws, [1 / draws] * draws, size=len(values)) / draws
    times[0] = 1 / draws
    return np.asarray(np.einsum("b...d,bd->b...", values, times))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Laws, (B,) each: error = scale * (share of the pictures) ** -exponent + floor."""

    scale: Floats
    exponent: Floats
    floor: Floats
    misfit: Floats  # chi squared

    @property
    def left_by_doubling(self) -> Floats:
        """Share of the errors that twice as many pictures would leave, (B,)."""
        now = self.scale + self.floor
        later = self.scale * 2.0**-self.exponent + self.floor
        return np.where(now > 0, later / np.maximum(now, 1e-12), 1.0)


def fitted(errors: Floats, surely: Floats, *, floor: bool) -> Fitted:
    """Return the laws closest to ``errors`` (B, F) at ``SHARES``, with a floor of 0 or one that is found.

    Squares count as ``surely`` (B, F) says: 1 / variance of the errors.
    """
    exponents = _EXPONENTS[_LEAST_EXPONENT:] if floor else _EXPONENTS  # (E, 1)
    curve = (np.array(SHARES) ** -exponents)[:, None]  # (E, 1, F)
    lowest = np.zeros((len(exponents), len(errors)))  # (E, B)
    if floor:
        middle = (surely * curve).sum(axis=2) / surely.sum(axis=1)
        away = curve - middle[..., None]  # (E, B, F)
        slope = (surely * away * errors).sum(axis=2) / (surely * away**2).sum(axis=2)
        usual = (surely * errors).sum(axis=1) / surely.sum(axis=1)
        lowest = np.clip(usual - slope * middle, 0, usual)
    above = errors - lowest[..., None]  # (E, B, F)
    scale = np.maximum((surely * curve * above).sum(axis=2) / (surely * curve**2).sum(axis=2), 0)
    misfit = (surely * (above - scale[..., None] * curve) ** 2).sum(axis=2)
    tried = Fitted(scale=scale, exponent=exponents + 0 * scale, floor=lowest, misfit=misfit)
    best = misfit.argmin(axis=0), np.arange(len(errors))
    return Fitted(**{field.name: getattr(tried, field.name)[best] for field in fields(Fitted)})


def _law(errors: Floats, *, judged: int, learnt_from: float) -> tuple[PowerLaw, Floats]:
    """Return the law of the first errors, and what of them twice the pictures would leave, (1 + B,).

    Of the others each trusts the points differently, and half have a floor: the law itself is uncertain too.
    """
    counted = np.random.default_rng(judged).standard_exponential(errors.shape)
    counted[0] = 1
    surely = counted * judged / np.maximum(errors[0] * (1 - errors[0]), 0.5 / judged)
    plain, floored = (fitted(errors, surely, floor=floor) for floor in (False, True))
    chosen = floored if plain.misfit[0] - floored.misfit[0] > FLOOR_HELPS else plain
    left = np.where(np.arange(len(errors)) % 2, plain.left_by_doubling, floored.left_by_doubling)
    left[0] = chosen.left_by_doubling[0]
    scale, exponent, floor = (float(one[0]) for one in (chosen.scale, chosen.exponent, chosen.floor))
    return PowerLaw(scale=scale * learnt_from**exponent, exponent=exponent, floor=floor), left


def _gained(trial: _Trial, full: Flags, halved: Sequence[Flags], weights: Floats) -> tuple[Floats, Floats]:
    """Return what of F1 is missing in each class, and what twice its pictures would bring, (1 + B, C) each.

    Half of what the second half of its pictures brought, as where errors above a floor fall with 1 / pictures
    (Amari et al. 1992, Four types of learning curves); in every other resample, what a power law promises.
    """
    missing = 1 - _f1(full, trial.truth, weights)
    before = _over_draws(np.stack([1 - _f1(named, trial.truth, weights) for named in halved], axis=2))
    brought = np.maximum(before - missing, 0)
    by_law = brought * missing / np.maximum(before, 1e-9)
    gained = np.where(np.arange(len(brought))[:, None] % 2, by_law, brought / 2)
    return missing, np.minimum(gained, missing)


def _class_gains(
    evidence: Evidence, answered: Answered, trial: _Trial, gained: tuple[Floats, Floats]
) -> tuple[ClassGain, ...]:
    """Return what twice as many pictures of each class alone would bring: less where less is missing now."""
    truth, (missing, brought) = evidence.targets >= THRESHOLD, gained
    now = _f1(answered.named, truth, answered.judged[None].astype(np.float64))[0]
    values = brought * np.minimum(1, (1 - now) / np.maximum(missing, 1e-9))
    series = [len(np.unique(trial.owner[shown & trial.by.judged])) for shown in trial.truth.T]
    return tuple(
        ClassGain(
            name=name,
            support=int(truth[:, at].sum()),
            f1=float(now[at]) if truth[answered.judged, at].any() else None,
            gain=_gain(values[:, at]) if series[at] >= LEAST_OF_CLASS else None,
        )
        for at, name in enumerate(evidence.classes)
    )


def _f1(named: Flags, truth: Flags, weights: Floats) -> Floats:
    """Return F1 per class, (B, C); 0 where a class is neither shown nor named."""
    hits, wrong = weights @ (named & truth), weights @ (named != truth)
    return np.asarray(2 * hits / np.maximum(2 * hits + wrong, 1e-9))


def _gain(values: Floats) -> Gain | None:
    """Return the first of the values with the range of the others; None where that is too wide to tell."""
    low, high = np.quantile(values[1:], TAILS)
    if high - low > WIDEST:
        return None
    return Gain(low=float(low), likely=float(np.clip(values[0], low, high)), high=float(high))
