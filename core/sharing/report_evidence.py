"""What bears a model's score out, or speaks against it: sentences, and a small table where figures compare.

Names stand as they are; writers make them safe. Each part is None where there is nothing to tell.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.data import split_words
from core.domain.dataset import Dataset, Split
from core.domain.edit import Probe, SplitCheck
from core.sharing.report_tables import Table


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
