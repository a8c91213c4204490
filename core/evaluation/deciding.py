"""From probabilities to what is said: by what mistakes cost, and only where it is sure enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.domain.decision import Cost, Decision
from core.domain.report import THRESHOLD, Doubt
from core.evaluation.calibration import cooled

Shares = npt.NDArray[np.float32]
Marks = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What is said about N pictures, and how sure that is."""

    probabilities: Shares  # (N, C) with the temperature
    predicted: npt.NDArray[np.intp]  # (N,) the class that is said; of several, the most likely
    said: Marks  # (N, C)
    sure: Floats  # (N,) probability of all that is said
    unlike: Marks  # (N,) unlike anything that was learnt from
    unsure: Marks  # (N,) less sure than is wished; never where unlike

    @property
    def answered(self) -> Marks:
        """Whether each picture is answered at all, (N,)."""
        answered: Marks = ~(self.unlike | self.unsure)
        return answered

    def doubt_of(self, row: int) -> Doubt | None:
        """Return why a picture is not answered, None where it is."""
        if self.unlike[row]:
            return Doubt.UNLIKE
        return Doubt.NOT_SURE if self.unsure[row] else None


def decide(
    decision: Decision,
    probabilities: Shares,
    classes: Sequence[str],
    *,
    several: bool,
    strange: Shares | None = None,
) -> Decided:
    """Return what the rule says about pictures with these raw probabilities (N, C) and distances (N,)."""
    likely = cooled(probabilities, decision.temperature, several=several)
    predicted = likely.argmax(axis=1) if several else cheapest(likely, cost_matrix(decision.costs, classes))
    said = (
        likely >= thresholds(decision.costs, classes)
        if several
        else predicted[:, None] == np.arange(len(classes))
    )
    sure = _sure(likely, said, predicted, several=several)
    unlike = np.zeros(len(likely), dtype=np.bool_)
    if decision.farthest is not None and strange is not None:
        unlike = strange > decision.farthest
    unsure = np.zeros(len(likely), dtype=np.bool_)
    if decision.least_sure is not None:
        unsure = ~unlike & (sure < decision.least_sure)
    return Decided(
        probabilities=likely, predicted=predicted, said=said, sure=sure, unlike=unlike, unsure=unsure
    )


def at_a_limit(decision: Decision, sure: Floats, strange: Shares | None, *, within: float) -> Marks:
    """Return which of N pictures lie so near to a limit of the rule, on either side of it."""
    near = np.zeros(len(sure), dtype=np.bool_)
    if decision.farthest is not None and strange is not None:
        near |= np.abs(strange - decision.farthest) <= within
    if decision.least_sure is not None:
        near |= np.abs(sure - decision.least_sure) <= within
    return near


def cost_matrix(costs: Sequence[Cost], classes: Sequence[str]) -> Floats:
    """Return what each mistake costs, (C, C): rows actual, columns said; 0 for what is right."""
    matrix = 1.0 - np.eye(len(classes))
    for one in costs:
        if one.actual in classes and one.said in classes and one.actual != one.said:
            matrix[classes.index(one.actual), classes.index(one.said)] = one.cost
    return matrix


def cost_of_yes_or_no(costs: Sequence[Cost], classes: Sequence[str]) -> tuple[Floats, Floats]:
    """Return what overlooking each of several classes costs, and what naming it wrongly costs, both (C,)."""
    told = {(one.actual, one.said): one.cost for one in costs}
    overlooked = np.array([told.get((name, ""), 1.0) for name in classes], dtype=np.float64)
    named = np.array([told.get(("", name), 1.0) for name in classes], dtype=np.float64)
    return overlooked, named


def thresholds(costs: Sequence[Cost], classes: Sequence[str]) -> Floats:
    """Return from which probability on each of several classes is named, so that it costs least, (C,).

    C. Elkan, The foundations of cost-sensitive learning, 2001, equation 3. Where neither mistake costs
    anything, it is one half.
    """
    overlooked, named = cost_of_yes_or_no(costs, classes)
    both = overlooked + named
    found: Floats = np.where(both > 0, named / np.where(both > 0, both, 1.0), THRESHOLD)
    return found


def cheapest(probabilities: Shares, matrix: Floats) -> npt.NDArray[np.intp]:
    """Return the class whose mistakes cost least by the probabilities (N, C), of equals the likeliest, (N,).

    C. Elkan, The foundations of cost-sensitive learning, 2001.
    """
    expected = probabilities.astype(np.float64) @ matrix
    least = expected.min(axis=1, keepdims=True)
    said: npt.NDArray[np.intp] = np.where(expected <= least + 1e-12, probabilities, -1.0).argmax(axis=1)
    return said


def _sure(likely: Shares, said: Marks, predicted: npt.NDArray[np.intp], *, several: bool) -> Floats:
    exact = likely.astype(np.float64)
    if several:
        product: Floats = np.where(said, exact, 1 - exact).prod(axis=1)
        return product
    chosen: Floats = exact[np.arange(len(exact)), predicted]
    return chosen
