"""What a training will probably reach, told before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.domain.choices import Preset
from core.domain.report import THRESHOLD, Interval

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Pictures as the frozen network sees them; N pictures, D features, C classes, none kept for the test.

    Targets are one-hot; several-hot with ``several``. Rows with the same of ``groups`` are one series.
    ``weights`` say how much pictures count while learning.
    """

    features: npt.NDArray[np.float32]  # (N, D)
    targets: npt.NDArray[np.float32]  # (N, C)
    groups: npt.NDArray[np.int64]  # (N,)
    classes: tuple[str, ...]
    several: bool = False
    weights: npt.NDArray[np.float64] | None = None  # (N,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What cross-validated heads named, (N, C), with their penalty; ``judged`` (N,) says where it counts."""

    named: npt.NDArray[np.bool_]
    judged: npt.NDArray[np.bool_]
    penalty: float

    def right(self, evidence: Evidence) -> npt.NDArray[np.bool_]:
        """Return which of the judged pictures were given exactly their classes."""
        right: npt.NDArray[np.bool_] = (self.named == (evidence.targets >= THRESHOLD)).all(axis=1)
        return right[self.judged]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRange:
    """Where a preset's score on the test pictures will fall, 9 times out of 10; all in [0, 1]."""

    preset: Preset
    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyConfusion:
    """Pictures of ``actual`` that heads took for ``predicted``, of the ``support`` pictures of ``actual``."""

    actual: str
    predicted: str
    count: int
    support: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """How much a score in [0, 1] rises; between ``low`` and ``high`` 9 times out of 10."""

    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassGain:
    """What twice as many pictures of this class alone would add to its F1."""

    name: str
    support: int  # pictures of the class that the forecast looked at
    f1: float | None  # now, cross-validated; None where nobody could judge it
    gain: Gain | None  # None where it cannot be told


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """The share of pictures that heads answered rightly after learning from so many others."""

    pictures: int
    accuracy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLaw:
    """How errors become fewer with pictures: ``scale * pictures ** -exponent + floor``."""

    scale: float
    exponent: float
    floor: float  # what no number of pictures would mend; 0 where there is no sign of one

    def error_at(self, pictures: float) -> float:
        """Return the share of wrong answers after learning from so many pictures, in [0, 1]."""
        return min(1.0, max(0.0, self.scale * float(pictures**-self.exponent) + self.floor))


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningCurve:
    """How much heads learn from more pictures. ``classes`` in class order."""

    points: tuple[CurvePoint, ...]  # few pictures first
    law: PowerLaw
    doubled: Gain | None  # of the accuracy, by twice as many pictures of every class; None: cannot be told
    classes: tuple[ClassGain, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What heads on frozen features tell about the training to come; ``pictures`` are those looked at.

    ``series`` counts groups that stay together: as many independent looks there are. ``ranges`` is empty
    without test pictures; with nobody to judge there is no accuracy and nothing else either.
    """

    pictures: int
    series: int
    test_pictures: int
    accuracy: Interval | None  # of heads, cross-validated
    ranges: tuple[ScoreRange, ...] = ()
    confusions: tuple[LikelyConfusion, ...] = ()  # the worst first; none where it would be noise
    curve: LearningCurve | None = None  # None where there are too few series

    def range_of(self, preset: Preset) -> ScoreRange | None:
        """Return where this preset's score will fall; None where nothing can be told."""
        return next((one for one in self.ranges if one.preset is preset), None)
