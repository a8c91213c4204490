"""What bears a model's score out, or speaks against it: sentences, and a small table where figures compare.

Names stand as they are; writers make them safe. Each part is None where there is nothing to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.data import split_words
from core.data.findings import counted
from core.domain.dataset import Dataset, Split
from core.domain.edit import Probe, SplitCheck
from core.domain.further_test import FurtherTest
from core.domain.report import Scores
from core.domain.report_contents import JudgedAgain, ReportContents
from core.domain.review import ErrorBudget, VerdictKind
from core.evaluation import overlooking_words
from core.evaluation.budget_words import budget_in_words, corrected_in_words
from core.evaluation.decision_words import what_it_costs
from core.evaluation.further_words import against_own
from core.evaluation.words import headline
from core.sharing import report_tables
from core.sharing.report_tables import Table
from core.sharing.report_words import NO_FIGURE, day, share

_MOST_COSTS: Final = 12  # rows of their table
_WHOSE: Final = {
    VerdictKind.MODEL_WRONG: "The model is wrong",
    VerdictKind.LABEL_WRONG: "The label is wrong",
    VerdictKind.AMBIGUOUS: "People would not agree either",
    VerdictKind.BAD_PHOTO: "Nobody could tell from such a photo",
    VerdictKind.NEW_CLASS: "It shows a class that is missing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One question about the score, answered."""

    question: str
    sentences: tuple[str, ...]
    table: Table | None = None


def fair_exam(dataset: Dataset) -> Evidence | None:
    """Return how the pictures were divided, and what a plain split would have told; None without a test."""
    if not dataset.used(Split.TEST):
        return None
    check = dataset.split_check
    told = [*split_words.how_divided(dataset)]
    if check is not None:
        told += [split_words.about_leaks(check), _what_a_probe_says(dataset, check)]
    return Evidence(
        question="Was it a fair exam?",
        sentences=tuple(filter(None, told)),
        table=_both_splits(check) if check is not None else None,
    )


def elsewhere(contents: ReportContents) -> Evidence | None:
    """Return what further tests and the cross-check say of the score; None where there are none."""
    if not contents.further:
        return None
    own, named = contents.report.test, list(zip(_names(contents), contents.further, strict=True))
    other = any(not one.test.in_turn for one in contents.further)
    judged = [("Its own test", own), *((name, one.scores) for name, one in named)]
    return Evidence(
        question="Does it hold elsewhere?" if other else "Was the test a lucky draw?",
        sentences=tuple(_about_test(name, one, own) for name, one in named),
        table=Table(
            title="All tests",
            head=("Judged on", "Pictures", "Exactly right (range)" if own.several else "Right (range)"),
            rows=tuple((name, *_figures(scores)) for name, scores in judged),
        ),
    )


def _figures(scores: Scores | None) -> tuple[str, str]:
    return (f"{scores.pictures:,}", share(scores.accuracy)) if scores else (NO_FIGURE, NO_FIGURE)


def whose_mistakes(budget: ErrorBudget | None) -> Evidence | None:
    """Return what people found who looked at the answers to test pictures; None where nobody did."""
    if budget is None or not (budget.counts or budget.disputed or budget.sampled):
        return None
    counts = ((_WHOSE[kind], budget.count(kind)) for kind in _WHOSE)
    rest = (("Reviewers differ", budget.disputed), ("Not looked at yet", budget.unseen))
    rows = tuple((name, f"{number:,}") for name, number in (*counts, *rest) if number)
    return Evidence(
        question="Whose mistakes are they?",
        sentences=(
            f"People looked at answers to the test pictures. {budget_in_words(budget)}",
            *corrected_in_words(budget, advice=False),
        ),
        table=Table(title="Mistakes", head=("What people found", "Mistakes"), rows=rows) if rows else None,
    )


def what_mistakes_cost(contents: ReportContents) -> Evidence | None:
    """Return what the rule makes of the costs of mistakes; None where all cost the same."""
    rule = contents.prospect.decision
    if not rule.costs:
        return None
    rows = report_tables.costs(rule.costs, contents.report.classes)
    told = ["Some mistakes cost more or less than others. The others cost 1."]
    if len(rows) > _MOST_COSTS:
        told.append(f"Listed are the {_MOST_COSTS} highest of {len(rows):,} costs.")
    if contents.price:
        told.append(what_it_costs(contents.price))
    told += [overlooking_words.what_it_does(one.name, one.before, one.after) for one in contents.missed]
    if contents.missed and (rule.least_sure is not None or rule.farthest is not None):
        told.append("A picture that it leaves to a person does not count as missed.")
    return Evidence(
        question="What do mistakes cost?",
        sentences=tuple(told),
        table=Table(
            title="Costs",
            head=("When a picture really shows", "And the model says", "It costs"),
            rows=rows[:_MOST_COSTS],
        ),
    )


def _names(contents: ReportContents) -> list[str]:
    """Return what each further test is called: by number where names of files are not wanted."""
    number, names = 0, []
    for one in contents.further:
        if one.test.turns is not None:
            names.append(one.test.name if one.test.unseen else "All its pictures in turn")
            continue
        number += 1
        names.append(f"“{one.test.name}”" if contents.pictures else f"Further test {number}")
    return names


def _about_test(name: str, one: JudgedAgain, own: Scores) -> str:
    told = f"{name} ({day(one.test.created_at)}):"
    if one.scores is None:
        return f"{told} what was saved of this test is damaged, so it says nothing."
    found = (told, headline(one.scores), *against_own(own, one.scores, one.test), _left_out(one.test))
    return " ".join(filter(None, found))


def _left_out(test: FurtherTest) -> str:
    learnt, others = test.learnt_from, sum(test.reasons.values())
    parts = [counted(learnt, "picture") + " that it had learnt from"] if learnt else []
    parts += (
        [counted(others, "other file" if learnt else "file") + " that could not be judged"] if others else []
    )
    told = f"Left out: {' and '.join(parts)}." if parts else ""
    if unknown := len(test.unknown_classes):
        known = "1 class there is unknown" if unknown == 1 else f"{unknown:,} classes there are unknown"
        told += f" {known} to the model."
    return told.strip()


def _what_a_probe_says(dataset: Dataset, check: SplitCheck) -> str:
    kept, torn = dataset.split_settings.keep_series, split_words.torn_series(dataset)
    scores = split_words.about_scores(check, kept=kept, torn=torn)
    if not scores:
        return ""
    return f"{scores} That is told by a small, quick model and not by this one: only the difference counts."


def _both_splits(check: SplitCheck) -> Table | None:
    if check.plain is None or check.honest is None:
        return None
    rows: tuple[tuple[str, Probe], ...] = (
        ("A plain random split would have told", check.plain),
        ("The split in use tells", check.honest),
    )
    return Table(
        title="What a small, quick model scores",
        head=("What a small, quick model scores", "Right (range)"),
        rows=tuple((name, split_words.with_range(probe)) for name, probe in rows),
    )
