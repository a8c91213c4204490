"""The new last layer fitted exactly, on features that are computed once: penalised logistic regression.

How strongly weights are held back is chosen by cross-validation. All of it takes about a second for a
thousand pictures, where learning in epochs takes minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.data.parallel import never
from core.domain.choices import Output
from core.training.lbfgs import Fits, minimise
from core.training.standardised import Standardised, standardised
from core.training.turns import Turns, turns

Singles = npt.NDArray[np.float32]
Stopped = Callable[[], bool]

PENALTIES: Final = (10_000.0, 1_000.0, 100.0, 10.0, 1.0, 0.1)  # tried from the strongest down
USUAL: Final = 10.0  # where there are too few pictures to choose by
LEAST_LOOKED_AT: Final = 4_000  # pictures, if there are as many
MOST_ANSWERS: Final = 200_000  # pictures by outputs; beyond, a part of the pictures tells enough to choose by
_ROUGH: Final = 1e-5  # loss per picture that another step may still promise: enough to compare penalties
_FINE: Final = 1e-6
_HALF: Final = np.float32(0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearHead:
    """A last layer: ``features @ weight.T + bias`` are logits; one output alone is for the second class.

    ``accuracy`` is cross-validated, in [0, 1]; None where the penalty was given or could not be chosen.
    """

    weight: Singles  # (L, D)
    bias: Singles  # (L,)
    penalty: float
    accuracy: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidated:
    """What fits said about pictures that they had not learnt from, with the ``penalty`` that did best."""

    probabilities: Singles  # (N, C)
    penalty: float
    accuracy: float  # share of pictures with the right class; with several labels, with all of them right


def fit_linear(  # noqa: PLR0913 - the settings of one fit, all by name
    features: npt.ArrayLike,
    targets: npt.ArrayLike,
    *,
    output: Output = Output.SOFTMAX,
    several: bool = False,
    weights: npt.ArrayLike | None = None,
    penalty: float = 0.0,
    groups: npt.ArrayLike | None = None,
    seed: int = 0,
    stopped: Stopped = never,
) -> LinearHead:
    """Return the last layer that fits ``features`` (N, D) to ``targets`` (N, C) best.

    It makes the sum of the cross-entropies, each times the picture's share of ``weights`` (N,), plus
    penalty / 2 * the squared weights for standardised features, as small as can be: scikit-learn's
    LogisticRegression calls 1 / penalty C. A penalty of 0 is chosen by cross-validation, in which rows with
    the same of ``groups`` (N,) stay together. Targets are one-hot or soft; with ``several`` labels each class
    is a yes or no of its own. Same input, seed and number of threads: same result. Raises RunError where a
    feature is not a number, Cancelled when ``stopped`` says so.
    """
    task = _task(features, targets, several=several, weights=weights)
    by = None if penalty else turns(task.targets, groups, seed=seed, most=_enough(task))
    found = None if by is None else _best(task, by, stopped)
    held = penalty or (USUAL if found is None else found.penalty)
    weight, bias = _fitted(task, held, None if found is None else found.learnt, stopped)
    if task.single and output is Output.SOFTMAX:  # two outputs that differ by the one
        weight, bias = np.concatenate([-weight, weight]) * _HALF, np.concatenate([-bias, bias]) * _HALF
    accuracy = None if by is None or found is None else _told(task, by, found).accuracy
    return LinearHead(weight=weight, bias=bias, penalty=held, accuracy=accuracy)


def cross_validated(  # noqa: PLR0913 - the settings of one fit, all by name
    features: npt.ArrayLike,
    targets: npt.ArrayLike,
    *,
    several: bool = False,
    weights: npt.ArrayLike | None = None,
    penalty: float = 0.0,
    groups: npt.ArrayLike | None = None,
    seed: int = 0,
    stopped: Stopped = never,
) -> CrossValidated | None:
    """Return what fits as of ``fit_linear`` say about every picture, each by one that did not learn from it.

    None where pictures cannot take turns, because no class has pictures of two groups.
    """
    task = _task(features, targets, several=several, weights=weights)
    part = turns(task.targets, groups, seed=seed, most=_enough(task))
    everyone = turns(task.targets, groups, seed=seed)
    if part is None or everyone is None:
        return None
    found = None if penalty else _best(task, part, stopped)
    if found is None or len(part.rows) < len(everyone.rows):
        wanted = penalty if found is None else found.penalty
        *_, found = _tried(task, everyone, _down_to(wanted), stopped)
    return _told(task, everyone, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What is to be fitted to what."""

    looks: Standardised
    targets: Singles  # (N, C), as given
    wanted: Tensor  # (N, K), of two classes only the second's
    weights: Tensor  # (N,), 1 on average
    several: bool

    @property
    def single(self) -> bool:
        """Whether one output stands for two classes: a sigmoid, which says the same as two in a softmax."""
        return not self.several and self.targets.shape[1] == 2

    def fits(self, rows: Tensor | slice, counts: Tensor) -> Fits:
        """Return fits to some of the rows; ``counts`` (M, P) say how much they count in each."""
        return Fits(
            rows=self.looks.rows[rows],
            targets=self.wanted[rows],
            counts=self.weights[rows, None] * counts,
            softmax=not self.several and not self.single,
        )


def _task(
    features: npt.ArrayLike,
    targets: npt.ArrayLike,
    *,
    several: bool,
    weights: npt.ArrayLike | None,
) -> _Task:
    told = np.asarray(targets, dtype=np.float32)
    shares = np.ones(len(told)) if weights is None else np.asarray(weights, dtype=np.float64)
    return _Task(
        looks=standardised(features),
        targets=told,
        wanted=torch.tensor(told[:, 1:] if told.shape[1] == 2 and not several else told),
        weights=torch.tensor(shares / shares.mean(), dtype=torch.float32),
        several=several,
    )


def _enough(task: _Task) -> int:
    """Return how many pictures are enough to choose a penalty by."""
    return max(LEAST_LOOKED_AT, MOST_ANSWERS // task.wanted.shape[1])


def _down_to(penalty: float) -> tuple[float, ...]:
    """Return penalties from the strongest down to this one: each fit is a good start for the next."""
    return (*(stronger for stronger in PENALTIES if stronger > penalty), penalty)


def _fitted(task: _Task, penalty: float, start: Tensor | None, stopped: Stopped) -> tuple[Singles, Singles]:
    """Return weight (K, D) and bias (K,) learnt from all pictures; ``start`` (D + 1, K) saves steps."""
    fits = task.fits(slice(None), torch.ones(len(task.wanted), 1))
    first = fits.zeros() if start is None else start[:, None]
    learnt, _ = minimise(fits, first, penalty=penalty, tolerance=_FINE, stopped=stopped)
    return task.looks.layer(learnt[:, 0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """How a penalty did on pictures not learnt from: loss per picture, and what was said about each."""

    penalty: float
    loss: float
    answers: Tensor  # (M, K), probabilities
    learnt: Tensor  # (D + 1, K), the mean of all turns: close to what all pictures together teach


def _tried(task: _Task, by: Turns, penalties: Sequence[float], stopped: Stopped) -> Iterator[_Tried]:
    """Yield how each penalty does; each fit is where the next begins."""
    rows = slice(None) if len(by.rows) == len(task.wanted) else torch.from_numpy(by.rows)
    turn, picture = torch.from_numpy(by.turn), torch.arange(len(by.turn))
    fits = task.fits(rows, (turn[:, None] != torch.arange(by.number)).float())
    judged = task.weights[rows] * torch.from_numpy(by.judged)
    learnt = fits.zeros()
    for penalty in penalties:
        learnt, logits = minimise(fits, learnt, penalty=penalty, tolerance=_ROUGH, stopped=stopped)
        losses = fits.losses(logits)[picture, turn]
        yield _Tried(
            penalty=penalty,
            loss=float((losses * judged).sum() / judged.sum()),
            answers=fits.probabilities(logits)[picture, turn],
            learnt=learnt.mean(dim=1),
        )


def _best(task: _Task, by: Turns, stopped: Stopped) -> _Tried:
    """Return the penalty with the least loss; two in a row that do worse end the search."""
    tried = _tried(task, by, PENALTIES, stopped)
    best, before = next(tried), float("inf")
    for found in tried:
        if best.loss < min(before, found.loss):
            break
        before = found.loss
        best = min(best, found, key=lambda one: one.loss)
    return best


def _told(task: _Task, by: Turns, found: _Tried) -> CrossValidated:
    """Return the answers as probabilities of classes, and how many are right."""
    said = found.answers.numpy()
    probabilities = np.concatenate([1 - said, said], axis=1) if task.single else said
    truth = task.targets[by.rows]
    if task.several:
        right = ((probabilities >= 0.5) == (truth >= 0.5)).all(axis=1)
    else:
        right = probabilities.argmax(axis=1) == truth.argmax(axis=1)
    return CrossValidated(
        probabilities=probabilities, penalty=found.penalty, accuracy=float(right[by.judged].mean())
    )
