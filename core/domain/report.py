"""How good a trained model is, on pictures it did not learn from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from core.domain.dataset import Split

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

THRESHOLD: Final = 0.5  # of several classes, those at least this likely are named


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure with the range in which the true value lies with 95 % confidence; all in [0, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScore:
    """Scores of one class; None where they are undefined (no picture of it, or none predicted as it).

    ``right`` and ``average_precision`` are only measured where pictures may show several classes. The
    intervals are those of the three figures before.
    """

    name: str
    support: int  # pictures of this class
    predicted: int  # pictures answered with this class
    precision: float | None
    recall: float | None
    f1: float | None
    right: int | None = None  # pictures of this class that were answered with it
    average_precision: float | None = None  # mean precision over all thresholds, weighted by recall gained
    precision_interval: Interval | None = None
    recall_interval: Interval | None = None
    f1_interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RocCurve:
    """One receiver operating characteristic: one class against the rest, or an average of all."""

    name: str  # a class, "macro average" or "micro average"
    average: bool
    false_positive_rate: tuple[float, ...]
    true_positive_rate: tuple[float, ...]
    auc: float | None  # None where a class has no picture, or no other class has
    interval: Interval | None = None  # of the area


@dataclass(frozen=True, slots=True, kw_only=True)
class PrCurve:
    """Precision against recall over all thresholds: one class against the rest, or an average of all."""

    name: str  # as those of RocCurve
    average: bool
    recall: tuple[float, ...]  # rising from 0
    precision: tuple[float, ...]
    average_precision: float | None  # None where a class has no picture
    chance: float | None  # the precision of guessing: the share of pictures that show the class
    interval: Interval | None = None  # of the average precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Everything measured on one split. ``confusion``: rows actual, columns predicted, in class order.

    Where pictures may show several classes, a picture is correct when exactly its classes were named, and
    there is no confusion between classes to tell of: each is a yes or no of its own.
    """

    split: Split
    pictures: int
    correct: int
    accuracy: Interval | None  # None without pictures
    macro_f1: float | None
    per_class: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]  # empty where pictures may show several classes
    roc: tuple[RocCurve, ...]
    several: bool = False  # pictures may show several classes
    micro_f1: float | None = None  # over all yes-or-no answers together; only with several classes
    mean_average_precision: float | None = None  # over the classes with pictures; only with several
    macro_f1_interval: Interval | None = None
    precision_recall: tuple[PrCurve, ...] = ()
    groups: int | None = None  # series and single pictures; None where no pictures come in series
    replicates: int = 0  # of the bootstrap behind the intervals of F1 and areas


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Answers that were about equally sure, and how many of them were right."""

    low: float  # the bin holds answers at least this sure,
    high: float  # and less than this; the last bin both
    answers: int
    sure: float  # mean of how sure they were
    right: Interval  # share that was right
    chance: float | None = None  # as that of Sureness, of these answers alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Sureness:
    """Whether the model is right as often as it says it is sure.

    Where pictures may show several classes, each yes or no is an answer of its own. ``chance`` is how often a
    model that is right as often as it is sure would on the whole be right so much less, or so much more,
    often; None in results of versions that did not measure it, as are ``pictures``.
    """

    answers: int
    error: float  # expected calibration error: mean distance between how sure and how often right
    log_loss: float  # mean negative logarithm of the probability given to the truth
    bins: tuple[ReliabilityBin, ...]
    pictures: int | None = None
    chance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How sure the model is, before and after its logits were divided by a temperature."""

    temperature: float  # above 1: it was too sure
    before: Sureness
    after: Sureness


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The evaluation of one run, on the validation and the test pictures."""

    run_id: str
    classes: tuple[str, ...]
    validation: Scores
    test: Scores
    validation_calibration: Calibration | None = None  # None without validation pictures
    test_calibration: Calibration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """The model's answers, one row per picture; N pictures, C classes."""

    paths: tuple[str, ...]
    sha256: tuple[str, ...]
    splits: tuple[Split, ...]
    labels: npt.NDArray[np.int64]  # (N,) actual class index; of several classes, the first
    probabilities: npt.NDArray[np.float32]  # (N, C), rows sum to 1 unless there are targets
    targets: npt.NDArray[np.bool_] | None = None  # (N, C) actual classes, where pictures may show several
    groups: npt.NDArray[np.int64] | None = None  # (N,) pictures of one series share a number; None: none do
    strangeness: npt.NDArray[np.float32] | None = None  # (N,) distance from what was learnt; None: unknown

    @property
    def predicted(self) -> npt.NDArray[np.int64]:
        """Index of the most likely class per picture, (N,)."""
        most_likely: npt.NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return most_likely

    @property
    def named(self) -> npt.NDArray[np.bool_]:
        """Whether each class is named per picture, (N, C): where it is as likely as not, or more."""
        likely: npt.NDArray[np.bool_] = self.probabilities >= THRESHOLD
        return likely


class Doubt(StrEnum):
    """Why a picture goes to a person instead of being answered."""

    NOT_SURE = "not sure"
    UNLIKE = "unlike anything it learnt from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model says about one picture.

    Where pictures may show several classes, ``labels`` are those of the picture and ``named`` those that the
    model found, both in class order; ``predicted`` is the most likely one, or the one that was asked about.
    """

    path: str
    label: str | None  # actual class, where it is known
    predicted: str
    confidence: float  # probability of ``predicted``
    sha256: str = ""
    labels: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    several: bool = False  # ``labels`` and ``named`` tell the answer
    doubt: Doubt | None = None  # why the answer would rather be left to a person
    sure: float | None = None  # where it is other than ``confidence``: probability of all that is said

    @property
    def how_likely(self) -> float:
        """Return the probability that all that is said is right, which the rule for "not sure" looks at."""
        return self.confidence if self.sure is None else self.sure

    @property
    def right(self) -> bool:
        """Whether the answer is right: exactly the classes of the picture."""
        return self.labels == self.named if self.several else self.label == self.predicted
