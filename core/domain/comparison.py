"""Two training runs judged on the same test pictures, side by side, and the order of all of a project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.choices import Preset
from core.domain.report import Answer, Interval, RocCurve


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """By how much a share changed, with the range of the true change at 95 % confidence; all in [-1, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How one of the two runs did on the test pictures."""

    run_id: str
    name: str
    correct: int
    accuracy: Interval
    roc: tuple[RocCurve, ...] | None = None  # None: those of its report, by its own labels and classes


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """One picture with the answers of both runs."""

    before: Answer
    after: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChange:
    """One thing that the runs did not have in common, in words."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the second run does better and worse than the first, on the same test pictures.

    Every picture is in exactly one of the four lists; in each, the surest later answers come first.
    """

    classes: tuple[str, ...]
    pictures: int  # at least 1
    several: bool  # pictures may show several classes; right means exactly the classes of the picture
    before: Judged
    after: Judged
    difference: Difference  # of the accuracies, after - before
    chance: float  # how often luck alone brings a difference at least as clear: McNemar's exact p, of series
    more_pictures: int | None  # that would settle it if the shares stay; None: settled, or no number can
    fixed: tuple[Twice, ...]  # wrong before, right after
    broken: tuple[Twice, ...]  # right before, wrong after
    still_wrong: tuple[Twice, ...]
    both_right: tuple[Twice, ...]
    settings: tuple[SettingChange, ...] = ()
    groups: int | None = None  # series and single pictures; None where no pictures come in series


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderboardLine:
    """One run that has a result, among the others of its project.

    ``comparable``: it was judged on the same pictures and classes as the first of the list.
    """

    run_id: str
    name: str
    note: str
    starred: bool
    preset: Preset | None
    backbone: str  # key
    accuracy: Interval | None  # on the test pictures
    macro_f1: float | None
    pictures: int | None  # tested; with the two before, None where the result is damaged
    several: bool
    seconds: float | None
    created_at: datetime  # UTC
    comparable: bool
