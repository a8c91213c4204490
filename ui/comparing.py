"""What screens can ask about several runs together, and what people write about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.data.lineage import way
from core.domain.comparison import Comparison, LeaderboardLine
from core.domain.errors import AppError
from core.domain.run import Run
from core.evaluation import compare_words
from core.evaluation.compare_words import about_difference, about_series, verdict
from ui import services

LATER_LABELS: Final = compare_words.LATER_LABELS


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
    """Whether labels were put right between two runs, in either order: both are judged by the later ones."""
    return services.open_studio().corrected_between(before.id, after.id)


def learnt_from_corrections(earlier: Run, later: Run) -> bool:
    """Whether the pictures of one run were corrected after a review to become those of the other."""
    if earlier.dataset_id == later.dataset_id:
        return False
    lines = services.history(later.project_id)
    return way(lines, then=earlier.dataset_id, now=later.dataset_id).corrects


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
