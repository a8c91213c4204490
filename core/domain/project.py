"""A project: one question to pictures, its pictures and its training runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.report import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the user is teaching the computer."""

    id: str
    name: str
    created_at: datetime  # UTC
    credit: str = ""  # who made the pictures, where that must be told
    purpose: str = ""  # what its models are for, in its owner's words; empty: not stated
    responsible: str = ""  # who answers for them, and how to reach them; empty: not stated


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSummary:
    """What a project's card shows."""

    project: Project
    pictures: int
    classes: int
    strip: tuple[str, ...]  # content hashes of a few pictures, of different classes
    runs: int
    active: bool  # a run is waiting or being worked on
    best_run_id: str | None  # on the pictures in use, or else on the newest version that has a result
    best_accuracy: Interval | None  # on the test pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSet:
    """A built-in collection of pictures for the first try."""

    key: str
    title: str
    summary: str
    pictures: int
    classes: int
    credit: str
    available: bool
    missing: str = ""  # what to do when it is not available
