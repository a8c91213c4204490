"""Changes to a project's pictures: each makes a new version, and each can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EditKind(StrEnum):
    """What an edit does, and which fields of ``Edit`` it reads."""

    IMPORT = "import"  # pictures were added; made by an import, never by ``apply``
    EXCLUDE = "exclude"  # pictures
    RESTORE = "restore"  # pictures
    MOVE = "move"  # pictures, into the class label; a new name splits a class off
    RELABEL = "relabel"  # pictures show also, and no longer classes; their other classes stay
    RENAME = "rename"  # the one class of classes, to label
    MERGE = "merge"  # all classes, into label
    SPLIT = "split"  # everything that is not given, by split_settings
    FOLDERS = "folders"  # pictures of classes, into those of the folders inside; then divided again
    CORRECT = "correct"  # what parts say, all at once: MOVE, EXCLUDE and RESTORE, found in a review


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitSettings:
    """How pictures are divided. Shares are of all pictures that may be divided, in [0, 0.5]."""

    validation: float = 0.15
    test: float = 0.15
    seed: int = 0
    keep_series: bool = True  # near-duplicates and bursts stay together
    prefix: str = ""  # file names with the same beginning up to this text stay together; "" is no rule
    column: str = ""  # pictures of which this column of the table of labels says the same stay together
    folders: bool = False  # pictures in the same folder inside their class stay together


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change. ``pictures`` are content hashes."""

    kind: EditKind
    pictures: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    label: str = ""
    split_settings: SplitSettings | None = None
    also: tuple[str, ...] = ()  # further classes of pictures, where they may show several
    parts: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """A one-click answer to an issue: what the button says, and the change it makes."""

    title: str
    edit: Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Accuracy of a quick probe with its range (95 % confidence), all in [0, 1]."""

    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitCheck:
    """What keeping series together changed, against a plain random split of the same sizes.

    ``pairs`` are content hashes of pictures of one series that the plain split would have put on both
    sides, a picture to learn from and one to judge on; a sample of them for the screen.
    """

    series: int  # groups of two and more pictures
    pictures: int  # in those groups
    leaked: int  # judged pictures that the plain split would have given away
    pairs: tuple[tuple[str, str], ...]
    plain: Probe | None  # what a plain split would have told
    honest: Probe | None  # what the split that is used tells
    folds: int | None = None  # both probes judged each picture once, in so many turns; None: one split


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version in the history of a project's pictures, without the pictures themselves."""

    id: str  # of the data set
    version: int
    parent_id: str | None  # the version it was made from
    edit: Edit | None  # what made it
    author: str
    created_at: datetime  # UTC
    pictures: int  # in use
    classes: int
    current: bool
