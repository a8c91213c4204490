"""What a rule for "not sure" does on pictures whose classes are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.domain.dataset import Split
from core.domain.decision import Cost, Decision, Handled, Price, Prospect
from core.domain.report import Interval, Predictions
from core.evaluation.abstain import aimed_threshold, answer_curve, least_promise, promised_threshold
from core.evaluation.bootstrap import around, drawn
from core.evaluation.deciding import Decided, cost_matrix, cost_of_yes_or_no, decide
from core.evaluation.intervals import independent_share, wilson_of_series
from core.evaluation.novelty import farthest_of
from core.evaluation.scores import rows_of

_REPLICATES = 1_000

Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The pictures of one split, answered by a rule."""

    decided: Decided
    right: Marks
    groups: npt.NDArray[np.int64] | None

    @property
    def independent(self) -> float:
        """How many of the pictures, as a share, are not of a series that is there already."""
        return independent_share(self.groups)


def rule_for(
    predictions: Predictions,
    classes: tuple[str, ...],
    *,
    temperature: float,
    most_wrong: float | None = None,
    costs: tuple[Cost, ...] = (),
    unlike: bool = True,
) -> Decision:
    """Return the rule that a user's choices mean for a model with these answers.

    ``most_wrong`` is the share of given answers that may be wrong, see ``with_wish``; ``unlike`` says whether
    pictures of something else are told.
    """
    validation = rows_of(predictions, Split.VALIDATION)
    strange = predictions.strangeness
    farthest = farthest_of(strange[validation]) if unlike and strange is not None else None
    every = Decision(temperature=temperature, farthest=farthest, costs=costs)
    return with_wish(every, predictions, classes, most_wrong)


def with_wish(
    decision: Decision, predictions: Predictions, classes: tuple[str, ...], most_wrong: float | None
) -> Decision:
    """Return the rule with the threshold for a wish: of the answers given, at most ``most_wrong`` wrong.

    The threshold is found on the validation pictures. Where these cannot bear out a promise it is an aim;
    where not even that is reached on them, nothing is answered. None answers every picture.
    """
    every = replace(decision, least_sure=None, most_wrong=None, promised=False)
    if most_wrong is None:
        return every
    known = _known(every, predictions, classes, Split.VALIDATION)
    like = ~known.decided.unlike
    sure, right = known.decided.sure[like], known.right[like]
    found = promised_threshold(sure, right, most_wrong, independent=known.independent)
    aim = aimed_threshold(sure, right, most_wrong) if found is None else found
    least_sure = aim if aim is not None else 2.0  # nothing is so sure
    return replace(every, least_sure=least_sure, most_wrong=most_wrong, promised=found is not None)


def prospect(decision: Decision, predictions: Predictions, classes: tuple[str, ...]) -> Prospect:
    """Return what a rule does with the validation and the test pictures."""
    known = {split: _known(decision, predictions, classes, split) for split in (Split.VALIDATION, Split.TEST)}
    fitted, test = known[Split.VALIDATION], known[Split.TEST]
    like = ~fitted.decided.unlike
    return Prospect(
        decision=decision,
        least_promise=least_promise(
            fitted.decided.sure[like], fitted.right[like], independent=fitted.independent
        ),
        validation=_handled(fitted),
        test=_handled(test),
        curve=answer_curve(test.decided.sure, test.right, ~test.decided.unlike),
    )


def price(
    decision: Decision, predictions: Predictions, classes: tuple[str, ...], split: Split = Split.TEST
) -> Price | None:
    """Return what mistakes cost per 1,000 pictures with and without minding costs; None without pictures.

    Every picture counts, answered or not. Of several classes, the costs of all that is wrong add up.
    """
    chosen = rows_of(predictions, split)
    if not len(chosen):
        return None
    before, after = _with_and_without(decision, predictions, classes, split)
    changed = _differ(before, after)
    largest = _largest(decision, classes, several=predictions.targets is not None)
    first, second = (
        _per_thousand(_costs(decision, predictions, classes, known, chosen), known, largest=largest)
        for known in (before, after)
    )
    return Price(
        before=first,
        after=second,
        changed=int(changed.sum()),
        better=int((changed & after.right).sum()),
        worse=int((changed & before.right).sum()),
    )


def changed_rows(
    decision: Decision, predictions: Predictions, classes: tuple[str, ...]
) -> npt.NDArray[np.intp]:
    """Return the test pictures' rows of ``predictions`` that are answered otherwise because of costs."""
    chosen = rows_of(predictions, Split.TEST)
    differ = _differ(*_with_and_without(decision, predictions, classes, Split.TEST))
    changed: npt.NDArray[np.intp] = chosen[differ]
    return changed


def _with_and_without(
    decision: Decision, predictions: Predictions, classes: tuple[str, ...], split: Split
) -> tuple[_Known, _Known]:
    """Return the pictures as they are answered when costs are not minded, and when they are."""
    plain = _known(replace(decision, costs=()), predictions, classes, split)
    return plain, _known(decision, predictions, classes, split)


def _differ(before: _Known, after: _Known) -> Marks:
    differ: Marks = (before.decided.said != after.decided.said).any(axis=1)
    return differ


def _costs(
    decision: Decision,
    predictions: Predictions,
    classes: tuple[str, ...],
    known: _Known,
    chosen: npt.NDArray[np.intp],
) -> npt.NDArray[np.float64]:
    """Return what is wrong about each of these pictures costs, (N,)."""
    said = known.decided.said
    if predictions.targets is None:
        matrix = cost_matrix(decision.costs, classes)
        return matrix[predictions.labels[chosen], known.decided.predicted]
    shown = predictions.targets[chosen]
    overlooked, named = cost_of_yes_or_no(decision.costs, classes)
    return (shown & ~said) @ overlooked + (said & ~shown) @ named


def _largest(decision: Decision, classes: tuple[str, ...], *, several: bool) -> float:
    """Return what the dearest single mistake costs."""
    if several:
        return float(max(map(np.max, cost_of_yes_or_no(decision.costs, classes))))
    return float(cost_matrix(decision.costs, classes).max())


def _per_thousand(costs: npt.NDArray[np.float64], known: _Known, *, largest: float) -> Interval:
    """Return the mean cost times 1,000, with the bounds of a bootstrap.

    ``largest``: see ``_of_alike``, which tells the bounds where every picture costs the same.
    """
    totals = np.concatenate(
        [
            (weights @ costs) / weights.sum(axis=1)
            for weights in drawn(len(costs), known.groups, classes=1, replicates=_REPLICATES)
        ]
    )
    value = float(costs.mean())
    most = float(costs.max(initial=0.0)) or 1.0
    found = around(value / most, totals / most)
    low, high = (most * found[0], most * found[1]) if found else _of_alike(value, known, largest=largest)
    return Interval(value=1_000 * value, low=1_000 * low, high=1_000 * high)


def _of_alike(cost: float, known: _Known, *, largest: float) -> tuple[float, float]:
    """Return the bounds of the mean cost where every picture costs the same, as 0 when all are right.

    Drawn sets do not differ then, so the bounds are those of the share answered wrongly (Wilson's, series
    counted as they are there): at most so many are wrong, each with one mistake of the ``largest`` cost; at
    least so many, each at the cost that was seen.
    """
    wrong = wilson_of_series(~known.right, known.groups)
    low, high = (wrong.low, wrong.high) if wrong else (0.0, 1.0)
    return cost * low, max(cost, largest * high)


def _known(decision: Decision, predictions: Predictions, classes: tuple[str, ...], split: Split) -> _Known:
    chosen = rows_of(predictions, split)
    several = predictions.targets is not None
    decided = decide(
        decision,
        predictions.probabilities[chosen],
        classes,
        several=several,
        strange=None if predictions.strangeness is None else predictions.strangeness[chosen],
    )
    right = (
        (decided.said == predictions.targets[chosen]).all(axis=1)
        if predictions.targets is not None
        else decided.predicted == predictions.labels[chosen]
    )
    groups = None if predictions.groups is None else predictions.groups[chosen]
    return _Known(decided=decided, right=right, groups=groups)


def _handled(known: _Known) -> Handled:
    answered = known.decided.answered
    groups = known.groups
    wrong = ~known.right[answered]
    return Handled(
        pictures=len(answered),
        answered=int(answered.sum()),
        unlike=int(known.decided.unlike.sum()),
        wrong=int(wrong.sum()),
        wrong_share=wilson_of_series(wrong, None if groups is None else groups[answered]),
    )
