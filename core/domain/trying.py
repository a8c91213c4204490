"""Pictures that a trained model is tried on: they belong to no project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.domain.dataset import Issue
from core.domain.report import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The model that is tried: a training run, or a package that was brought in."""

    id: str
    packaged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One file that the model was asked about: its answer, or why there is none.

    Its bytes lie at ``location`` and a small JPEG at ``thumbnail`` as long as the trial is kept.
    """

    name: str  # as the user calls it, with its folders
    location: Path
    thumbnail: Path | None = None  # None for a file that is no picture
    sha256: str = ""
    answer: Answer | None = None
    problem: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedBatch:
    """A folder or a zip that was answered in the background; fewer than ``found`` where it was stopped."""

    id: str
    source: Source  # who answered
    name: str  # of the zip or folder
    tried: tuple[Tried, ...]
    found: int  # files that may be pictures
    left_out: tuple[Issue, ...]  # the others
    class_folders: tuple[str, ...]  # the model's classes that folders are named after
    seconds: float  # of looking at the pictures and answering
