"""The figures of a report as tables, for viewers that run no script and for screen readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.domain.decision import Cost
from core.domain.report import ClassScore, Scores, Sureness
from core.evaluation.rounding import of_100
from core.sharing.report_words import share

MOST_COLUMNS: Final = 20  # classes, for a table with a column for each
_MOST_MISTAKES: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table in words, the first column naming its rows."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def confusion(scores: Scores) -> Table | None:
    """Return the confusion matrix; of many classes its most frequent mistakes. None where it says nothing."""
    if not scores.confusion or not scores.pictures:
        return None
    names = [one.name for one in scores.per_class]
    if len(names) > MOST_COLUMNS:
        return _mistakes(scores, names)
    rows = zip(names, scores.confusion, strict=True)
    return Table(
        title="The same as a table",
        head=("Really", *(f"said {name}" for name in names)),
        rows=tuple((name, *(f"{count:,}" for count in row)) for name, row in rows),
    )


def reliability(sureness: Sureness) -> Table:
    """Return how often answers are right that are about equally sure."""
    return Table(
        title="The same as a table",
        head=("How sure", "Answers", "On average", "Right (range)"),
        rows=tuple(
            (
                f"{round(100 * one.low)} to {round(100 * one.high)} %",
                f"{one.answers:,}",
                f"{of_100(one.sure)} % sure",
                share(one.right),
            )
            for one in sureness.bins
        ),
    )


def costs(told: Sequence[Cost], classes: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return what is really shown, what is said, and what that costs, the dearest first.

    A class whose mistakes all cost the same is one row.
    """
    of_actual = Counter((one.actual, one.cost) for one in told if one.actual and one.said)
    rows: dict[tuple[str, str, float], None] = {}
    for one in told:
        whole = len(classes) > 2 and of_actual[one.actual, one.cost] == len(classes) - 1
        rows[_without_blanks(one, "anything else" if whole else one.said)] = None
    dearest = sorted(rows, key=lambda row: -row[2])  # equal ones as they were written down
    return tuple((actual, said, f"{cost:,g}") for actual, said, cost in dearest)


def _without_blanks(one: Cost, said: str) -> tuple[str, str, float]:
    """Return a cost as a row; of several classes, each of which is a yes or no, in words."""
    if not one.said:
        return one.actual, "nothing of it", one.cost
    return one.actual or f"no {one.said}", said, one.cost


def _mistakes(scores: Scores, names: Sequence[str]) -> Table | None:
    wrong = [
        (count, actual, said)
        for actual, row in enumerate(scores.confusion)
        for said, count in enumerate(row)
        if count and actual != said
    ]
    worst = sorted(wrong, key=lambda one: (-one[0], *one[1:]))[:_MOST_MISTAKES]
    if not worst:
        return None
    more = "" if len(worst) == len(wrong) else f", the first {len(worst)} of {len(wrong):,}"
    return Table(
        title=f"What is taken for what, most often first{more}",
        head=("Really", "Said", "Pictures"),
        rows=tuple(
            (names[actual], names[said], _of(count, scores.per_class[actual]))
            for count, actual, said in worst
        ),
    )


def _of(count: int, actual: ClassScore) -> str:
    return f"{count:,} of {actual.support:,}"
