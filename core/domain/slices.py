"""Where a model is worse: its score on one kind of picture beside its score on all the others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.domain.dataset import Split
from core.domain.report import Interval

FEWEST: Final = 10  # pictures; of fewer, one mistake more or less is everything
FEWEST_SERIES: Final = 5  # series and single pictures, where pictures come in series


class Trait(StrEnum):
    """What pictures are divided by; in the order in which it is shown."""

    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    SHARPNESS = "sharpness"
    BACKGROUND = "background"
    SIZE = "size"
    SHAPE = "shape"
    FILE_SIZE = "file size"
    JPEG_QUALITY = "JPEG quality"
    TAKEN = "day taken"
    FORMAT = "format"
    CAMERA = "camera"
    FOLDER = "folder"
    SERIES = "series"
    COLUMN = "column"  # of the table of labels that came with the pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What tells where pictures come from: their camera, their folder, or a column of a table of labels."""

    trait: Trait
    column: str = ""  # its title, where the trait is a column

    @property
    def name(self) -> str:
        """What users call it; a title of theirs in quotation marks."""
        return f"“{self.column}”" if self.column else self.trait.value


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginChoice:
    """An origin by which the pictures of a run can be left out, and how many different ones there are."""

    origin: Origin
    kinds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One kind of picture, and how it was answered.

    Of a trait that is a number it is part ``part`` of ``parts``, from ``low`` to ``high``. Else all its
    pictures have the same ``value``, or each of ``pooled`` values that too few pictures have. With neither,
    the trait is not known of its pictures. Without ``p`` it is not judged: it, or the rest, has too few
    pictures or series.
    """

    trait: Trait
    column: str = ""  # its title, where the trait is a column
    rows: tuple[int, ...]  # of the run's predictions
    correct: int
    rest: int  # judged pictures that are not in it
    rest_correct: int
    accuracy: Interval | None
    difference: float | None  # its accuracy less that of the rest, in [-1, 1]
    part: int | None = None  # from 1, the lowest
    parts: int | None = None
    low: float | None = None
    high: float | None = None
    value: str = ""
    pooled: int = 0
    p: float | None = None  # two-sided, of Fisher's exact test against the rest, series counted as they tell
    p_holm: float | None = None  # corrected for all slices that were looked at
    expected: float | None = None  # accuracy that its classes alone would give, in [0, 1]

    @property
    def what(self) -> str:
        """What its pictures are told apart by: the trait's name, or the column's."""
        return self.column or self.trait.value

    @property
    def pictures(self) -> int:
        """How many pictures it has."""
        return len(self.rows)

    @property
    def stands_out(self) -> bool:
        """Whether it differs from the rest by more than luck, also after all these looks."""
        return self.p_holm is not None and self.p_holm < 0.05

    @property
    def worse(self) -> bool:
        """Whether it is answered worse than the rest, by more than luck."""
        return self.stands_out and self.difference is not None and self.difference < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceReport:
    """The slices of one split, trait by trait; ``looks`` is how many were judged, each a chance to err."""

    split: Split
    pictures: int
    correct: int
    accuracy: Interval | None  # None without pictures
    slices: tuple[Slice, ...]
    looks: int
    several: bool = False  # right means: exactly the right classes were named

    @property
    def worst(self) -> Slice | None:
        """The slice that falls farthest short of the rest, of those that do by more than luck; or None."""
        return min(
            (one for one in self.slices if one.worse),
            key=lambda one: (one.difference or 0.0, one.p_holm or 0.0),
            default=None,
        )
