"""Linear classifiers fitted side by side on the same rows by L-BFGS (Liu and Nocedal 1989).

The folds of a cross-validation learn from the same rows, each leaving out others. Together they cost little
more than one alone, because reading the rows is what takes the time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from core.domain.errors import Cancelled

MOST_STEPS: Final = 300
MEMORY: Final = 10  # steps from which the curvature is guessed
_BIAS_PENALTY: Final = 1e-3  # next to nothing; keeps the bias of a class without pictures finite
_SUFFICIENT: Final = 1e-4  # share of the promised fall that a step must bring (Armijo's rule)
_NOISE: Final = 1e-8  # loss per picture below which a rise is rounding
_HALVINGS: Final = 20
_BEND: Final = 0.25  # of the logistic loss, at most (Böhning 1992)

Pair = tuple[Tensor, Tensor, Tensor]  # a step, what it changed in the gradient (R, P, K), 1 / their product


@dataclass(frozen=True, slots=True, kw_only=True)
class Fits:
    """P fits of K outputs to the same pictures: softmax over the outputs, or a sigmoid for each.

    Weights are (R, P, K); the last of the R columns is all ones and takes the biases.
    """

    rows: Tensor  # (N, R)
    targets: Tensor  # (N, K) in [0, 1], also soft
    counts: Tensor  # (N, P): how much a picture counts in each fit, 0 for not at all
    softmax: bool

    def zeros(self) -> Tensor:
        """Return weights that know nothing."""
        return self.rows.new_zeros(self.rows.shape[1], self.counts.shape[1], self.targets.shape[1])

    def logits(self, weights: Tensor) -> Tensor:
        """Return what each fit answers to each picture, (N, P, K)."""
        return (self.rows @ weights.flatten(1)).view(len(self.rows), *weights.shape[1:])

    def losses(self, logits: Tensor) -> Tensor:
        """Return the cross-entropy of each picture in each fit, (N, P); of sigmoids the sum over outputs."""
        told = (logits * self.targets[:, None]).sum(dim=2)
        if self.softmax:
            return logits.logsumexp(dim=2) - told
        return functional.softplus(logits).sum(dim=2) - told

    def probabilities(self, logits: Tensor) -> Tensor:
        """Return the logits as probabilities, (N, P, K)."""
        return logits.softmax(dim=2) if self.softmax else logits.sigmoid()

    def gradient(self, logits: Tensor) -> Tensor:
        """Return the slope (R, P, K) of the counted losses."""
        missed = (self.probabilities(logits) - self.targets[:, None]) * self.counts[:, :, None]
        return (self.rows.T @ missed.flatten(1)).view(self.rows.shape[1], *missed.shape[1:])


@dataclass(frozen=True, slots=True)
class _Point:
    """Where the fits are: weights and their gradient (R, P, K), logits (N, P, K), values (P,)."""

    weights: Tensor
    logits: Tensor
    values: Tensor
    gradient: Tensor


def minimise(
    fits: Fits, start: Tensor, *, penalty: float, tolerance: float, stopped: Callable[[], bool]
) -> tuple[Tensor, Tensor]:
    """Return weights (R, P, K) and logits (N, P, K) where losses + penalty / 2 * squared weights are least.

    Biases are not penalised. It ends when another step promises no fit more than ``tolerance`` per picture.
    Raises Cancelled when ``stopped`` says so.
    """
    pull = torch.full((len(start), 1, 1), penalty)
    pull[-1] = _BIAS_PENALTY
    here = _point(fits, pull, start, fits.logits(start))
    pictures = fits.counts.sum(dim=0)  # (P,)
    pairs: deque[Pair] = deque(maxlen=MEMORY)
    for _ in range(MOST_STEPS):
        if stopped():
            raise Cancelled
        direction = _direction(here.gradient, pairs, 1 / (_BEND * pictures + penalty))
        slopes = _products(here.gradient, direction)  # (P,), negative
        if bool((-slopes < tolerance * pictures).all()):
            break
        there = _step(fits, pull, here, direction, slopes)
        if torch.equal(there.weights, here.weights):  # rounding hides what is left
            break
        pairs.append(_pair(here, there))
        here = there
    return here.weights, here.logits


def _point(fits: Fits, pull: Tensor, weights: Tensor, logits: Tensor) -> _Point:
    gradient = fits.gradient(logits) + pull * weights
    return _Point(weights, logits, _values(fits, pull, weights, logits), gradient)


def _values(fits: Fits, pull: Tensor, weights: Tensor, logits: Tensor) -> Tensor:
    """Return what each fit wants small, (P,), summed in double precision: late steps change little."""
    losses = (fits.losses(logits) * fits.counts).sum(dim=0, dtype=torch.float64)
    return losses + (pull * weights.square()).sum(dim=(0, 2), dtype=torch.float64) / 2


def _products(one: Tensor, other: Tensor) -> Tensor:
    """Return the inner product of each fit's weights, (P,)."""
    return (one * other).sum(dim=(0, 2))


def _direction(gradient: Tensor, pairs: deque[Pair], first: Tensor) -> Tensor:
    """Return the way down by the two loops of L-BFGS (Nocedal and Wright, algorithm 7.4).

    ``first`` (P,) is how far to go along the gradient before there are pairs to tell.
    """
    left, shares = gradient, []
    for step, change, inverse in reversed(pairs):
        shares.append(inverse * _products(step, left))
        left = left - shares[-1][:, None] * change
    length = first
    if pairs:
        step, change, _ = pairs[-1]
        guess = _products(step, change) / _products(change, change).clamp(min=1e-30)
        length = torch.where(guess > 0, guess, first)
    left = length[:, None] * left
    for (step, change, inverse), share in zip(pairs, reversed(shares), strict=True):
        left = left + (share - inverse * _products(change, left))[:, None] * step
    return -left


def _pair(here: _Point, there: _Point) -> Pair:
    step, change = there.weights - here.weights, there.gradient - here.gradient
    product = _products(step, change)
    told = product > 1e-10 * _products(change, change)  # a fit that did not move tells nothing
    return step, change, torch.where(told, 1 / product.clamp(min=1e-30), 0.0)


def _step(fits: Fits, pull: Tensor, here: _Point, direction: Tensor, slopes: Tensor) -> _Point:
    """Return the point after one step, halved in each fit until that is better off; else it stays.

    Logits are linear in the weights, so trying another length needs no product with the rows.
    """
    along = fits.logits(direction)
    noise = _NOISE * fits.counts.sum(dim=0)
    lengths, worse = torch.ones_like(slopes), slopes > 0
    for _ in range(_HALVINGS):
        weights = here.weights + lengths[:, None] * direction
        logits = here.logits + lengths[:, None] * along
        values = _values(fits, pull, weights, logits)
        worse = values > here.values + _SUFFICIENT * lengths * slopes + noise
        if not bool(worse.any()):
            return _Point(weights, logits, values, fits.gradient(logits) + pull * weights)
        lengths = torch.where(worse, lengths / 2, lengths)
    lengths = torch.where(worse, 0.0, lengths)[:, None]
    return _point(fits, pull, here.weights + lengths * direction, here.logits + lengths * along)
