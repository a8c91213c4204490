"""Whose mistakes the mistakes are, in sentences."""

from __future__ import annotations

from typing import Final

from core.domain.report import Interval
from core.domain.review import ErrorBudget, VerdictKind

ENOUGH: Final = 30  # right answers looked at, from which on a sample is worth its name

_OF: Final = {  # one, several
    VerdictKind.LABEL_WRONG: ("wrong label", "wrong labels"),
    VerdictKind.AMBIGUOUS: ("ambiguous", "ambiguous"),
    VerdictKind.BAD_PHOTO: ("bad photo", "bad photos"),
    VerdictKind.NEW_CLASS: ("of a class that is missing", "of a class that is missing"),
    VerdictKind.MODEL_WRONG: ("the model's", "the model's"),
}


def budget_in_words(budget: ErrorBudget) -> str:
    """Return "42 mistakes: 15 wrong labels, 9 ambiguous, 15 the model's; 3 not looked at yet."."""
    if not budget.mistakes:
        return "There are no mistakes to look at."
    parts = [f"{n:,} {_OF[kind][n > 1]}" for kind in _OF if (n := budget.count(kind))]
    if budget.disputed:
        parts.append(f"{budget.disputed:,} on which reviewers differ")
    told = f"{budget.mistakes:,} {'mistake' if budget.mistakes == 1 else 'mistakes'}"
    if not parts:
        return f"{told}: none of them looked at yet."
    left = f"; {budget.unseen:,} not looked at yet" if budget.unseen else ""
    return f"{told}: {', '.join(parts)}{left}."


def corrected_in_words(budget: ErrorBudget, *, advice: bool = True) -> tuple[str, ...]:
    """Return what the verdicts make of the accuracy, in sentences; empty before anything was said.

    ``advice``: also what to do next; without it, for people who only read of it.
    """
    if budget.corrected is None or budget.measured is None or not _looked_at(budget):
        return ()
    looked = "where you looked" if advice else "as far as they were looked at"
    said = [
        f"By the labels as they are, {_per_cent(budget.measured.value)} are right. With the labels put right"
        f" {looked if budget.unseen else 'among the mistakes'}, it would be {_with_range(budget.corrected)}."
    ]
    if budget.dropped:
        pictures = "picture counts" if budget.dropped == 1 else "pictures count"
        said.append(f"{budget.dropped:,} {pictures} no more: bad photos, or of a class that is missing.")
    if budget.estimated is not None:
        said.append(_estimated_in_words(budget, budget.estimated, advice=advice))
    elif not budget.sample_disputed:
        friendly = "only mistakes were looked at, and a right answer may be right by a wrong label."
        more = f" Look at {ENOUGH} right answers, drawn by lot, for a fair figure." if advice else ""
        said.append(f"That is too friendly: {friendly}{more}")
    if budget.sample_disputed:
        said.append(_disputed_in_words(budget, advice=advice))
    return tuple(said)


def _looked_at(budget: ErrorBudget) -> bool:
    return bool(budget.counts or budget.sampled or budget.sample_disputed)


def _disputed_in_words(budget: ErrorBudget, *, advice: bool) -> str:
    """Return why some right answers that were looked at do not count."""
    if budget.sample_disputed == 1:
        which, first = "1 right answer", "it"
    else:
        which, first = f"{budget.sample_disputed:,} right answers", "the first of them"
    counting = f"only the {budget.sampled:,} drawn before {first} count"
    if budget.sampled <= 1:
        counting = f"only the one drawn before {first} counts" if budget.sampled else "none counts yet"
    told = f"Reviewers differ on {which} drawn by lot: {counting}."
    return f"{told} Once they agree, all you looked at count." if advice else told


def _estimated_in_words(budget: ErrorBudget, estimated: Interval, *, advice: bool) -> str:
    drawn = "right answer" if budget.sampled == 1 else "right answers"
    told = (
        f"Fair to both sides, it is about {_with_range(estimated)}: an estimate from the mistakes and from"
        f" {budget.sampled:,} {drawn} drawn by lot; {_sample_in_words(budget)}."
    )
    if budget.sampled >= ENOUGH or budget.sample_disputed:  # there, to look at more changes nothing
        return told
    return f"{told} {'Look at more of them: so' if advice else 'So'} few leave the range wide."


def _sample_in_words(budget: ErrorBudget) -> str:
    wrong = budget.sampled_wrong
    if budget.sampled == 1:
        return "it was not right" if wrong else "it was right"
    if not wrong:
        return "all of them were right"
    return f"{wrong:,} of them {'was' if wrong == 1 else 'were'} not right"


def _with_range(share: Interval) -> str:
    return f"{_per_cent(share.value)} ({_per_cent(share.low)} to {_per_cent(share.high)})"


def _per_cent(share: float) -> str:
    return f"{100 * share:.1f} %"
