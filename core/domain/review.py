"""What people found when they looked at the pictures that a model got wrong, and at doubtful labels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.domain.dataset import Split
from core.domain.report import Interval

LIKELY_WRONG: Final = 0.5  # from here on, a label is rather wrong than right


class VerdictKind(StrEnum):
    """What a reviewer says about a picture; stable words, which tables and scripts read."""

    LABEL_WRONG = "label wrong"  # it really shows ``Verdict.labels``
    MODEL_WRONG = "model wrong"  # the label is right
    AMBIGUOUS = "ambiguous"  # people would not agree either
    BAD_PHOTO = "bad photo"  # nobody could tell; it should be left out
    NEW_CLASS = "new class"  # it shows what no class stands for: the one of ``Verdict.labels`` that is new
    RIGHT = "right"  # the label is right, and so is the answer where there is one


RELABELS: Final = (VerdictKind.LABEL_WRONG, VerdictKind.NEW_CLASS)  # these say what a picture really shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a reviewer says about a picture, without saying who, when and of which picture."""

    kind: VerdictKind
    labels: tuple[str, ...] = ()  # what it really shows; only of LABEL_WRONG and NEW_CLASS
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One reviewer's judgement of one picture of one run."""

    id: str
    project_id: str
    run_id: str
    sha256: str
    path: str
    kind: VerdictKind
    labels: tuple[str, ...]
    note: str
    reviewer: str
    moment: datetime  # UTC

    @property
    def judgement(self) -> Judgement:
        """What is said, whoever said it."""
        return Judgement(kind=self.kind, labels=self.labels, note=self.note)

    def agrees(self, other: Verdict) -> bool:
        """Whether both say the same; notes may differ, and a class that was new may be known by now."""
        alike = self.kind is other.kind or (self.kind in RELABELS and other.kind in RELABELS)
        return alike and set(self.labels) == set(other.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A picture on which reviewers differ: the newest verdict of each, in the order in which they came."""

    sha256: str
    path: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelIssue:
    """A picture whose label may be wrong, judged by models that did not learn from it.

    Where pictures may show several classes, the two probabilities are those of the yes or no that is in
    doubt most: as it was given, and the other way round.
    """

    sha256: str
    path: str
    split: Split
    given: tuple[str, ...]
    suggested: tuple[str, ...]  # empty: none of the classes, where pictures may show several
    score: float  # how likely the given label is wrong, in [0, 1]
    given_probability: float
    suggested_probability: float

    @property
    def likely(self) -> bool:
        """Whether the label is rather wrong than right."""
        return self.score >= LIKELY_WRONG


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCheck:
    """All labels of a run's pictures, looked at. ``issues``: the most doubtful first, also a few below."""

    pictures: int  # looked at
    untold: int  # in use, but of a class that only one series shows: nobody can tell
    issues: tuple[LabelIssue, ...]
    wrong_share: float | None  # of all labels (of several classes: of all yes or no), estimated; None: nobody
    backbone: str  # its title: the network that looked

    @property
    def likely(self) -> tuple[LabelIssue, ...]:
        """The labels that are rather wrong than right."""
        return tuple(one for one in self.issues if one.likely)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBudget:
    """Whose mistakes the mistakes are. Everything is about one split's pictures.

    ``corrected`` is the accuracy with the labels put right as far as they were looked at. ``estimated`` also
    tells of the right answers nobody looked at, from a random sample of them.
    """

    split: Split
    pictures: int
    mistakes: int
    counts: tuple[tuple[VerdictKind, int], ...]  # of mistakes, in the order of the kinds, without zeros
    disputed: int  # mistakes on which reviewers differ
    unseen: int  # mistakes that nobody has looked at yet
    measured: Interval | None  # accuracy by the labels as they are
    corrected: Interval | None
    dropped: int  # pictures that count no more: bad photos and new classes
    sampled: int  # right answers looked at in the order of the sample, without a gap
    sampled_wrong: int  # of them, those that turned out not to be right
    sample_disputed: int  # looked at in the same order, but reviewers differ: the sample ends at the first
    estimated: Interval | None  # None without a sample

    def count(self, kind: VerdictKind) -> int:
        """Return how many mistakes are of this kind."""
        return dict(self.counts).get(kind, 0)
