"""The command that tells which labels are probably wrong, and whose mistakes a run's mistakes are."""

from __future__ import annotations

import sys
from pathlib import Path

from core.cli.asking import DONE, existing, find_run, opened_studio, say, say_json, written
from core.cli.terminal import follow
from core.data.table_text import table_text
from core.domain.errors import DatasetError, RunError
from core.domain.report import Interval
from core.domain.review import ErrorBudget, LabelCheck, LabelIssue
from core.domain.run import JobStatus
from core.evaluation.budget_words import budget_in_words, corrected_in_words
from core.jobs.studio import Studio
from core.sharing.review_table import guess_in_words
from core.sharing.tables import as_file

_SHOWN = 20  # labels; --json and --csv tell all


def review(
    run: str, *, verdicts: Path | None, reviewer: str, csv_file: Path | None, home: Path | None, as_json: bool
) -> int:
    """Take over filled-in verdicts if there are some, look for wrong labels, and tell what is known."""
    if verdicts is not None and not reviewer.strip():
        raise DatasetError("Verdicts need somebody who gave them.", hint="Say who with --reviewer NAME.")
    filled = existing(str(verdicts)) if verdicts is not None else None
    with opened_studio(home) as studio:
        chosen = find_run(studio, run)
        if filled is not None:
            _take_over(studio, chosen.id, filled, reviewer=reviewer)
        check, budget = _checked(studio, chosen.id), studio.error_budget(chosen.id)
        if csv_file is not None:
            with written(csv_file.absolute()) as table:
                table.write(as_file(studio.verdicts_csv(chosen.id)))
    if as_json:
        say_json(review_of(check, budget))
    else:
        _tell(check, budget)
    return DONE


def review_of(check: LabelCheck, budget: ErrorBudget) -> dict[str, object]:
    """Return the whole review, in plain names that a script can rely on."""
    return {
        "labels_checked": check.pictures,
        "labels_untold": check.untold,
        "wrong_share": check.wrong_share,
        "probably_mislabelled": [_issue(one) for one in check.likely],
        "mistakes": budget.mistakes,
        "verdicts": {kind.value: count for kind, count in budget.counts},
        "disputed": budget.disputed,
        "not_looked_at": budget.unseen,
        "accuracy": _interval(budget.measured),
        "accuracy_corrected": _interval(budget.corrected),
        "accuracy_estimated": _interval(budget.estimated),
        "right_answers_sampled": budget.sampled,
        "right_answers_not_right": budget.sampled_wrong,
        "right_answers_disputed": budget.sample_disputed,
    }


def _take_over(studio: Studio, run_id: str, filled: Path, *, reviewer: str) -> None:
    table = table_text(filled, filled.name)
    studio.import_verdicts(run_id, table.text, reviewer=reviewer)
    if guess := guess_in_words(table, filled.name):
        sys.stderr.write(f"{guess}\n")


def _checked(studio: Studio, run_id: str) -> LabelCheck:
    """Return the labels that are probably wrong, looked for where that has not been done."""
    if (known := studio.label_check(run_id)) is not None:
        return known
    ended = follow(studio, studio.check_labels(run_id))
    found = studio.label_check(run_id)
    if ended.status != JobStatus.DONE or found is None:
        raise RunError(ended.error or "The check of the labels was stopped.", hint=ended.hint)
    return found


def _issue(one: LabelIssue) -> dict[str, object]:
    return {
        "path": one.path,
        "sha256": one.sha256,
        "split": one.split.value,
        "given": list(one.given),
        "suggested": list(one.suggested),
        "score": one.score,
        "given_probability": one.given_probability,
        "suggested_probability": one.suggested_probability,
    }


def _interval(share: Interval | None) -> dict[str, float] | None:
    return None if share is None else {"value": share.value, "low": share.low, "high": share.high}


def _tell(check: LabelCheck, budget: ErrorBudget) -> None:
    likely = check.likely
    say(f"Probably wrong: {len(likely):,} of {check.pictures:,} labels.")
    for one in likely[:_SHOWN]:
        given, suggested = ", ".join(one.given), ", ".join(one.suggested) or "none of the classes"
        say(f"  {one.score:4.0%}  {one.path}: {given}, rather {suggested}")
    if len(likely) > _SHOWN:
        say(f"  and {len(likely) - _SHOWN:,} more: --csv FILE or --json tells all.")
    if check.untold:
        say(f"  Of {check.untold:,} more nobody can tell: only one series shows their class.")
    say(budget_in_words(budget))
    for sentence in corrected_in_words(budget):
        say(sentence)
