"""When a trained model answers, when it says that it is not sure, and what its mistakes cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.domain.report import Interval

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


MOST_REMEMBERED: Final = 2_000  # training pictures; 5 MB of 1,280 features


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What calling a picture of ``actual`` a ``said`` costs; every other mistake costs 1.

    Where a picture may show several classes, each is a yes or no of its own: without ``said`` the mistake is
    that ``actual`` was overlooked, without ``actual`` that ``said`` was named and is not there.
    """

    actual: str
    said: str
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The rule by which a trained model answers. It travels with the model.

    First its logits are divided by ``temperature``. A picture farther than ``farthest`` from all that was
    learnt is not answered; nor is one whose answer is less sure than ``least_sure``. The answer is the class
    whose mistakes cost least, by the probabilities: without ``costs`` the most likely one. Of several
    classes, each is named where that costs less than not to name it: without ``costs`` from one half on.
    """

    temperature: float = 1.0
    farthest: float | None = None  # None: pictures of something else are not told
    least_sure: float | None = None  # None: however unsure
    most_wrong: float | None = None  # the share of given answers that may be wrong, as the user wished
    promised: bool = False  # borne out by validation pictures with 90 % confidence; else it is an aim
    costs: tuple[Cost, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What pictures that were learnt from look like to the network. M pictures, D features."""

    features: npt.NDArray[np.float16]  # (M, D), each of length 1
    sha256: tuple[str, ...]
    labels: npt.NDArray[np.int64]  # (M,) class index; of several classes, the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What a rule does with a set of pictures whose classes are known."""

    pictures: int
    answered: int
    unlike: int  # not answered because they are unlike anything
    wrong: int  # of those answered
    wrong_share: Interval | None  # of the answers given; None where none was


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCurve:
    """How many answers are wrong when only the surest are given: one point per threshold."""

    least_sure: tuple[float, ...]  # falling
    answered: tuple[float, ...]  # share of all pictures, rising
    wrong: tuple[float, ...]  # share of the answers given


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a rule for "not sure" would do, and whether it keeps its promise on pictures it never saw."""

    decision: Decision
    least_promise: float | None  # the smallest share of wrong answers that can be promised; None: none can
    validation: Handled
    test: Handled
    curve: AnswerCurve  # over the test pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What mistakes cost over 1,000 pictures as those of the test, before and after costs were minded."""

    before: Interval  # its values are costs, not shares
    after: Interval
    changed: int  # pictures that are answered otherwise
    better: int  # of these, now right and wrong before
    worse: int  # of these, now wrong and right before


@dataclass(frozen=True, slots=True, kw_only=True)
class SeldomMissed:
    """What overlooking a class must cost, so that at most ``most_missed`` of its pictures are missed."""

    name: str
    most_missed: float  # the share that the user allows
    cost: float | None  # 1 where no more is needed; None where no cost is high enough
    promised: bool  # whether validation pictures bear it out with 90 % confidence; else it is an aim
    pictures: int  # validation pictures of the class
    least_pictures: int  # of them a promise takes so many, with none missed


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """How a rule does on one class of the test pictures, those left to a person being no mistake."""

    pictures: int  # that show the class
    missed: int  # of these
    missed_share: Interval | None  # None without pictures
    false_alarms: int  # others that it is said of
