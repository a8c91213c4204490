"""What overlooking a class must cost, so that it is seldom overlooked."""

from __future__ import annotations

from math import ceil, floor, log10

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from core.domain.dataset import Split
from core.domain.decision import Cost, Decision, Detected, SeldomMissed
from core.domain.report import Predictions
from core.evaluation.abstain import CONFIDENCE
from core.evaluation.deciding import cost_matrix, cost_of_yes_or_no, decide
from core.evaluation.intervals import independent_share, wilson_of_series
from core.evaluation.scores import rows_of

MOST_COST = 1e6  # what can be written down

Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


def seldom_missed(
    decision: Decision, predictions: Predictions, classes: tuple[str, ...], name: str, most_missed: float
) -> SeldomMissed:
    """Return the least cost of overlooking a class at which at most ``most_missed`` of its pictures are so.

    A picture of the class is missed if it is answered, and otherwise. The cost is found on the validation
    pictures: of those of the class so many may be missed that an exact binomial test bears out the wish for
    new pictures with 90 % confidence, series counted as one. Costs are tried from the highest downwards, and
    misses only grow, so that the first failure ends it (fixed sequence testing, A. N. Angelopoulos and
    others, Learn then test, 2021). Where no number is small enough, it is an aim: the wish holds on these
    pictures.
    """
    at = classes.index(name)
    rows = rows_of(predictions, Split.VALIDATION)
    shown = _shown(predictions, at)[rows]
    needed = _cost_at_which_it_is_said(decision, predictions, classes, at, rows)[shown]
    groups = None if predictions.groups is None else predictions.groups[rows[shown]]
    independent = independent_share(groups)
    allowed = _allowed(len(needed), most_missed, independent)
    may_miss = floor(most_missed * len(needed)) if allowed is None else allowed
    cost = float(np.sort(needed)[len(needed) - may_miss - 1]) if len(needed) else np.inf
    return SeldomMissed(
        name=name,
        most_missed=most_missed,
        cost=_rounded_up(cost) if cost <= MOST_COST else None,
        promised=allowed is not None,
        pictures=len(needed),
        least_pictures=ceil(np.log(1 - CONFIDENCE) / np.log(1 - most_missed)),
    )


def with_cost(
    costs: tuple[Cost, ...], classes: tuple[str, ...], name: str, cost: float, *, several: bool
) -> tuple[Cost, ...]:
    """Return the costs with this one for overlooking a class, whatever is said instead of it."""
    others = tuple(one for one in costs if one.actual != name)
    if cost == 1:  # as every mistake that is not told
        return others
    instead = ("",) if several else tuple(other for other in classes if other != name)
    return (*others, *(Cost(actual=name, said=said, cost=cost) for said in instead))


def dearly_missed(costs: tuple[Cost, ...], classes: tuple[str, ...], *, several: bool) -> tuple[str, ...]:
    """Return the classes that cost more than 1 to overlook, whatever is said instead, the dearest first."""
    if several:
        least = cost_of_yes_or_no(costs, classes)[0]
    else:
        matrix = cost_matrix(costs, classes)
        np.fill_diagonal(matrix, np.inf)
        least = matrix.min(axis=1)
    order = np.argsort(-least, kind="stable")
    return tuple(classes[at] for at in order.tolist() if 1 < least[at] < np.inf)


def detected(decision: Decision, predictions: Predictions, classes: tuple[str, ...], name: str) -> Detected:
    """Return how often the rule misses a class on the test pictures, and how often it says it wrongly."""
    at, rows = classes.index(name), rows_of(predictions, Split.TEST)
    shown = _shown(predictions, at)[rows]
    decided = decide(
        decision,
        predictions.probabilities[rows],
        classes,
        several=predictions.targets is not None,
        strange=None if predictions.strangeness is None else predictions.strangeness[rows],
    )
    missed = decided.answered & ~decided.said[:, at]
    groups = None if predictions.groups is None else predictions.groups[rows]
    return Detected(
        pictures=int(shown.sum()),
        missed=int(missed[shown].sum()),
        missed_share=wilson_of_series(missed[shown], None if groups is None else groups[shown]),
        false_alarms=int((decided.answered & decided.said[:, at] & ~shown).sum()),
    )


def _shown(predictions: Predictions, at: int) -> Marks:
    """Return whether each picture shows the class, (N,)."""
    shown: Marks = predictions.labels == at if predictions.targets is None else predictions.targets[:, at]
    return shown


def _cost_at_which_it_is_said(
    decision: Decision,
    predictions: Predictions,
    classes: tuple[str, ...],
    at: int,
    rows: npt.NDArray[np.intp],
) -> Floats:
    """Return from which cost of overlooking it the class is said of each picture, as other costs are, (N,).

    0 where the picture is not answered, for it is unlike anything: such a one is not missed.
    """
    several = predictions.targets is not None
    decided = decide(
        decision,
        predictions.probabilities[rows],
        classes,
        several=several,
        strange=None if predictions.strangeness is None else predictions.strangeness[rows],
    )
    likely = decided.probabilities.astype(np.float64)
    own = likely[:, at]
    if several:  # named from the probability on that is named / (named + overlooked)
        saying = cost_of_yes_or_no(decision.costs, classes)[1][at] * (1 - own)
    else:  # said as soon as what it costs if it is not there is the least of all
        matrix = cost_matrix(decision.costs, classes)
        matrix[at] = 0.0
        expected = likely @ matrix  # (N, C) without what overlooking the class costs
        saying = expected[:, at] - np.delete(expected, at, axis=1).min(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = np.where(saying <= 0, 0.0, saying / own)
    return np.where(decided.unlike, 0.0, cost)


def _allowed(pictures: int, most_missed: float, independent: float) -> int | None:
    """Return how many of so many pictures may be missed at most; None where not even none is few enough."""
    missed = np.arange(pictures + 1)
    passes = (
        binom.cdf(np.ceil(missed * independent), floor(pictures * independent), most_missed) <= 1 - CONFIDENCE
    )
    return int(np.argmin(passes)) - 1 if passes[0] else None


def _rounded_up(cost: float) -> float:
    """Return the cost with two digits, not less than it; 1, as any mistake costs, at least."""
    if cost <= 1:
        return 1.0
    step = 10 ** (floor(log10(cost)) - 1)
    return float(round(ceil(cost / step + 1e-9) * step, 6))
