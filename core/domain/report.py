"""How good a trained model is, on pictures it did not learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.domain.dataset import Split

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure with the range in which the true value lies with 95 % confidence; all in [0, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScore:
    """Scores of one class; None where they are undefined (no picture of it, or none predicted as it)."""

    name: str
    support: int  # pictures of this class
    predicted: int  # pictures answered with this class
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RocCurve:
    """One receiver operating characteristic: one class against the rest, or an average of all."""

    name: str  # a class, "macro average" or "micro average"
    average: bool
    false_positive_rate: tuple[float, ...]
    true_positive_rate: tuple[float, ...]
    auc: float | None  # None where a class has no picture, or no other class has


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Everything measured on one split. ``confusion``: rows actual, columns predicted, in class order."""

    split: Split
    pictures: int
    correct: int
    accuracy: Interval | None  # None without pictures
    macro_f1: float | None
    per_class: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    roc: tuple[RocCurve, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The evaluation of one run, on the validation and the test pictures."""

    run_id: str
    classes: tuple[str, ...]
    validation: Scores
    test: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """The model's answers, one row per picture; N pictures, C classes."""

    paths: tuple[str, ...]
    sha256: tuple[str, ...]
    splits: tuple[Split, ...]
    labels: npt.NDArray[np.int64]  # (N,) actual class index
    probabilities: npt.NDArray[np.float32]  # (N, C), rows sum to 1

    @property
    def predicted(self) -> npt.NDArray[np.int64]:
        """Index of the most likely class per picture, (N,)."""
        most_likely: npt.NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return most_likely


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model says about one picture, most likely class first."""

    path: str
    label: str | None  # actual class, where it is known
    predicted: str
    confidence: float  # probability of ``predicted``
    sha256: str = ""
