"""What screens can ask about several runs together, and what people write about them."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.comparison import Comparison, LeaderboardLine
from core.domain.edit import EditKind
from core.domain.errors import AppError
from core.domain.run import Run
from core.evaluation.compare_words import about_difference, about_series, verdict
from ui import services

LATER_LABELS = (
    "A review put labels right between the two runs. Both are judged by the labels of the later one here, on "
    "the test pictures that both have and of classes that both know."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why two runs cannot be compared, and what to do about it."""

    message: str
    hint: str


def compared(before: Run, after: Run) -> Comparison | Refusal:
    """Return what the later run does better and worse, or why nobody can say."""
    studio = services.open_studio()
    try:
        if by_later_labels(before, after):
            return studio.compare_corrected(before.id, after.id)
        return studio.compare(before.id, after.id)
    except AppError as problem:
        return Refusal(message=problem.message, hint=problem.hint)


def by_later_labels(before: Run, after: Run) -> bool:
    """Whether labels were put right between two runs, so that both are judged by the labels of the later."""
    if before.dataset_id == after.dataset_id:
        return False
    lines = {line.id: line for line in services.history(after.project_id)}
    version = after.dataset_id
    while version in lines and version != before.dataset_id:
        line = lines[version]
        if line.edit is not None and line.edit.kind is EditKind.CORRECT:
            return True
        version = line.parent_id or ""
    return False


def in_words(comparison: Comparison) -> str:
    """Return whether the later run is better, in a sentence or two."""
    return verdict(comparison)


def difference_in_words(comparison: Comparison) -> str:
    """Return how far the two scores are apart."""
    return about_difference(comparison)


def series_in_words(comparison: Comparison) -> str:
    """Return that pictures of a series count together, where there are series; else empty."""
    return about_series(comparison)


def leaderboard(project_id: str) -> tuple[LeaderboardLine, ...]:
    """Return a project's runs that have a result, the most accurate first."""
    return services.open_studio().leaderboard(project_id)


def label(line: LeaderboardLine, *, name: str, note: str, starred: bool) -> Refusal | None:
    """Write down what changed of a run's name, note and star; return why that could not be, or None."""
    studio = services.open_studio()
    try:
        if name != line.name:
            studio.rename_run(line.run_id, name)
        if note != line.note:
            studio.note_run(line.run_id, note)
        if starred != line.starred:
            studio.star_run(line.run_id, starred)
    except AppError as problem:
        return Refusal(message=problem.message, hint=problem.hint)
    return None
