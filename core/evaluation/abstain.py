"""Saying "not sure" with a promise: of the answers that are given, at most so many are wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, log

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from core.domain.decision import AnswerCurve

CONFIDENCE = 0.9  # that a promise is kept
WISHES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3)  # shares of wrong answers to choose from
_ALLOWED = (0, 3, 10)  # wrong answers among the surest at which a search for the threshold may begin
_MOST_POINTS = 200

Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


def promised_threshold(
    sure: Floats, right: Marks, most_wrong: float, *, independent: float = 1.0
) -> float | None:
    """Return the least sureness at which answers can be given, so that at most ``most_wrong`` are wrong.

    The promise holds for new pictures of the same kind with 90 % confidence; None where these pictures
    cannot bear it out. ``sure`` and ``right`` (N,) are those of validation pictures; ``independent`` is the
    share of them that are not of a series already counted.

    Thresholds are tried from the surest answers downwards, each by an exact binomial test, until one fails:
    A. N. Angelopoulos and others, Learn then test: calibrating predictive algorithms to achieve risk control,
    2021 (fixed sequence testing from several starts, among which the doubt is divided).
    """
    surest = _Surest.of(sure, right)
    starts = _starts(most_wrong, floor(len(sure) * independent))
    doubt = (1 - CONFIDENCE) / len(starts)
    found = [
        threshold
        for start in starts
        if (threshold := surest.last_passing(most_wrong, doubt, start=start, independent=independent))
        is not None
    ]
    return min(found) if found else None


def aimed_threshold(sure: Floats, right: Marks, most_wrong: float) -> float | None:
    """Return the least sureness at which at most ``most_wrong`` of these pictures' answers are wrong.

    Nothing is promised for other pictures. None where even the surest answers are wrong too often.
    """
    surest = _Surest.of(sure, right)
    fits = np.flatnonzero(surest.wrong <= most_wrong * surest.given)
    return float(surest.thresholds[fits[-1]]) if len(fits) else None


def least_promise(sure: Floats, right: Marks, *, independent: float = 1.0) -> float | None:
    """Return the smallest of the offered shares that can be promised, None where none can."""
    kept = (
        wish for wish in WISHES if promised_threshold(sure, right, wish, independent=independent) is not None
    )
    return next(kept, None)


def answer_curve(sure: Floats, right: Marks, answerable: Marks) -> AnswerCurve:
    """Return how many of the surest answers are wrong; pictures not ``answerable`` never are, (N,)."""
    surest = _Surest.of(sure[answerable], right[answerable])
    shown = np.arange(len(surest.given))
    if len(shown) > _MOST_POINTS:
        shown = np.linspace(0, len(shown) - 1, _MOST_POINTS).round().astype(np.intp)
    given = surest.given[shown]
    return AnswerCurve(
        least_sure=tuple(surest.thresholds[shown].tolist()),
        answered=tuple((given / max(1, len(sure))).tolist()),
        wrong=tuple((surest.wrong[shown] / given).tolist()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surest:
    """Answers by falling sureness: what is given at each threshold, T of them."""

    thresholds: Floats  # (T,) falling
    given: Floats  # (T,) answers at least so sure
    wrong: Floats  # (T,) of these

    @staticmethod
    def of(sure: Floats, right: Marks) -> _Surest:
        order = np.argsort(-sure, kind="stable")
        ordered = sure[order]
        ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], [True] * bool(len(ordered))))
        wrong = np.cumsum(~right[order])[ends]
        return _Surest(
            thresholds=ordered[ends], given=(ends + 1).astype(np.float64), wrong=wrong.astype(np.float64)
        )

    def last_passing(
        self, most_wrong: float, doubt: float, *, start: int, independent: float
    ) -> float | None:
        """Return the last threshold of a sequence that begins with ``start`` answers and never fails."""
        given, wrong = np.floor(self.given * independent), np.ceil(self.wrong * independent)
        tried = given >= start
        passes = binom.cdf(wrong[tried], given[tried], most_wrong) <= doubt
        unbroken = len(passes) if passes.all() else int(np.argmin(passes))
        return float(self.thresholds[tried][unbroken - 1]) if unbroken else None


def _starts(most_wrong: float, pictures: int) -> list[int]:
    """Return how many of the surest answers to begin with, so that a few wrong ones are allowed."""
    starts = [_needed(most_wrong, allowed, 1 - CONFIDENCE) for allowed in _ALLOWED]
    fitting = [start for start in starts if start <= pictures]
    doubt = (1 - CONFIDENCE) / max(1, len(fitting))
    return [_needed(most_wrong, allowed, doubt) for allowed in _ALLOWED[: max(1, len(fitting))]]


@lru_cache(maxsize=256)
def _needed(most_wrong: float, allowed: int, doubt: float) -> int:
    """Return the fewest answers among which ``allowed`` wrong ones still bear out ``most_wrong``."""
    few = max(allowed + 1, ceil(log(doubt) / log(1 - most_wrong)))
    while binom.cdf(allowed, few, most_wrong) > doubt:
        few += max(1, few // 50)
    return few
