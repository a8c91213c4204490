"""Pictures, their classes and what was noticed about them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.domain.edit import Edit, Mend, SplitCheck, SplitSettings

Columns = tuple[tuple[str, str], ...]  # titles of columns, and what they say of a picture


class Split(StrEnum):
    """What a picture is used for: learnt from, chosen with, or only judged on."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class Severity(StrEnum):
    """How much an issue matters; in the order in which issues are shown."""

    BLOCKS = "blocks"
    WARNS = "warns"
    INFORMS = "informs"


class IssueKind(StrEnum):
    """What was noticed; stable words, because scripts read them."""

    UNREADABLE = "unreadable"
    NOT_A_PICTURE = "not_a_picture"
    NO_CLASS = "no_class"
    JUNK = "junk"
    SPLIT_FOLDERS = "split_folders"
    TABLE_COLUMNS = "table_columns"
    TABLE_ENCODING = "table_encoding"
    ONE_CLASS = "one_class"
    FEW_PICTURES = "few_pictures"
    IMBALANCE = "imbalance"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near_duplicate"
    CONFLICTING_LABEL = "conflicting_label"
    LEAK = "leak"
    KINSHIP = "kinship"
    TWIN_CLASS = "twin_class"
    SPLIT_CLASS = "split_class"
    TWO_READINGS = "two_readings"
    WRONG_EXTENSION = "wrong_extension"
    FIRST_FRAME = "first_frame"
    BLURRY = "blurry"
    DARK = "dark"
    BRIGHT = "bright"
    TINY = "tiny"
    HUGE = "huge"
    ODD_ASPECT = "odd_aspect"
    OUTLIER = "outlier"
    SHORTCUT = "shortcut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing noticed, with every file it concerns, what it would do to the result, and a mend."""

    kind: IssueKind
    severity: Severity
    message: str
    reason: str = ""  # why its files were left out, told of one of them; "" where the message alone tells it
    consequence: str = ""  # what it would do to the result, in one sentence
    hint: str = ""
    paths: tuple[str, ...] = ()  # names in the user's upload, of all files concerned
    pictures: tuple[str, ...] = ()  # content hashes, of those that are in the data set
    mend: Mend | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One picture: its name in the user's upload, its content hash, its classes and its split."""

    path: str
    sha256: str
    width: int  # pixels, after EXIF orientation
    height: int
    label: str  # its class; of several, the first
    split: Split
    group: str | None = None  # pictures of one group never straddle splits
    given: bool = False  # the split was the user's own choice and stays
    excluded: bool = False
    also: tuple[str, ...] = ()  # its further classes, where pictures may show several
    columns: Columns = ()  # what a table of labels says of it besides

    @property
    def labels(self) -> tuple[str, ...]:
        """All classes of the picture, the first one first."""
        return (self.label, *self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One immutable version of a project's pictures. ``classes`` fixes the order of class indices."""

    id: str
    project_id: str
    version: int  # from 1
    classes: tuple[str, ...]
    samples: tuple[Sample, ...]
    issues: tuple[Issue, ...] = ()
    fingerprint: str  # of classes, hashes, labels and splits
    created_at: datetime  # UTC
    split_settings: SplitSettings = field(default_factory=SplitSettings)
    split_check: SplitCheck | None = None  # None where nothing could be measured
    parent_id: str | None = None  # the version this one was made from
    edit: Edit | None = None  # what made it
    author: str = ""

    def used(self, split: Split | None = None) -> tuple[Sample, ...]:
        """Return the samples that are not excluded, of one split or of all, in their stored order."""
        return tuple(s for s in self.samples if not s.excluded and split in (None, s.split))

    @property
    def several(self) -> bool:
        """Whether a picture in use shows several classes: each class is then a yes or no of its own."""
        return any(s.also for s in self.samples if not s.excluded)

    @property
    def blocking(self) -> Issue | None:
        """The first finding that forbids training, or None."""
        return next((issue for issue in self.issues if issue.severity is Severity.BLOCKS), None)

    def counts(self) -> dict[str, dict[Split, int]]:
        """Return the number of used pictures per class and split; zero where there is none.

        A picture of several classes counts in each of them.
        """
        tally = Counter((name, s.split) for s in self.used() for name in s.labels)
        return {name: {split: tally[name, split] for split in Split} for name in self.classes}
