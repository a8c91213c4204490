"""Everything that a report about a trained model tells, gathered before it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.dataset import Dataset
from core.domain.decision import Detected, Price, Prospect
from core.domain.explanation import Explanation
from core.domain.further_test import FurtherTest
from core.domain.model import ModelSpec
from core.domain.project import Project
from core.domain.report import Answer, Report, Scores
from core.domain.review import ErrorBudget
from core.domain.run import Run
from core.domain.slices import SliceReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture, small, with what was answered to it."""

    answer: Answer
    jpeg: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMistake:
    """A frequent mistake in words, with some of its pictures."""

    words: str
    pictures: tuple[Shown, ...]  # none where pictures are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Where the network looked in a picture."""

    picture: Shown
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAgain:
    """A further test of the run, or its cross-check, with what came of it."""

    test: FurtherTest
    scores: Scores | None  # None: what was saved of it is damaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """How often the rule misses a class that costs more than others to overlook."""

    name: str
    before: Detected  # costs not minded
    after: Detected


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContents:
    """One trained model: what it is, how good, how sure, where it is weak, and what it learnt from."""

    project: Project
    run: Run
    dataset: Dataset
    report: Report
    prospect: Prospect  # of the rule by which it answers
    slices: SliceReport  # of the test pictures
    backbone: ModelSpec
    settings_in_words: str
    mistakes: tuple[ShownMistake, ...]  # the worst first
    looks: tuple[Look, ...] = ()  # right answers first
    further: tuple[JudgedAgain, ...] = ()  # the oldest first, of cross-checks the newest alone
    budget: ErrorBudget | None = None  # of the test pictures; None where nobody looked at them
    price: Price | None = None  # of mistakes; None where all cost the same, or without test pictures
    missed: tuple[Missed, ...] = ()  # the class that costs most to overlook first
    pictures: bool = True  # False: whoever asked for it wanted none, and no name of a file or folder
    created_at: datetime  # UTC, of the report
    version: str  # of Sightsmith
