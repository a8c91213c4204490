"""Pictures, their classes and what was noticed about them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    """What the import noticed."""

    ONE_CLASS = "one class"
    FEW_PICTURES = "few pictures"
    UNREADABLE = "unreadable"
    NOT_A_PICTURE = "not a picture"
    NO_CLASS = "no class"
    CONFLICTING_LABELS = "same picture in two classes"
    DUPLICATE = "duplicate"
    IMBALANCE = "imbalance"
    JUNK = "junk"
    FIXED_SPLITS = "split folders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing noticed, with every file it concerns and what to do about it."""

    kind: IssueKind
    severity: Severity
    message: str
    hint: str = ""
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One picture: its name in the user's upload, its content hash, its class and its split."""

    path: str
    sha256: str
    width: int  # pixels, after EXIF orientation
    height: int
    label: str
    split: Split
    group: str | None = None  # pictures of one group never straddle splits
    excluded: bool = False


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

    def used(self, split: Split | None = None) -> tuple[Sample, ...]:
        """Return the samples that are not excluded, of one split or of all, in their stored order."""
        return tuple(s for s in self.samples if not s.excluded and split in (None, s.split))

    def counts(self) -> dict[str, dict[Split, int]]:
        """Return the number of used pictures per class and split; zero where there is none."""
        tally = Counter((s.label, s.split) for s in self.used())
        return {name: {split: tally[name, split] for split in Split} for name in self.classes}
