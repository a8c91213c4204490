"""What the numbers say, in sentences for people who know pictures and not statistics.

Names of classes stand in them as they are; whoever shows the sentences makes them safe to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import NamedTuple

from core.domain.dataset import Split
from core.domain.report import ClassScore, Interval, Scores

FEW_PICTURES = 30  # below, one picture more or less moves the result by over three points
_FEW_FOR_PER_CENT = 10


def headline(scores: Scores) -> str:
    """Return the result in a sentence, rounded to what the number of pictures can carry.

    Steps of 5 of 100 where the error bar reaches farther than 10 points; of 1 of 1,000 where it reaches less
    than 1 and so many were tested. The range is rounded outward, and a result with a mistake never reads as
    perfect.
    """
    if scores.accuracy is None:
        return f"There are no {_KIND[scores.split]} to judge it on, so nobody can say yet how good it is."
    of, step = _scale(scores.accuracy, scores.pictures)
    low = floor(_steps(scores.accuracy.low, of, step)) * step
    high = ceil(_steps(scores.accuracy.high, of, step)) * step
    right = "Names exactly the right classes" if scores.several else "Right"
    told = f"{right} on {_how_many(scores, of, step)}{low:,} to {high:,})."
    return told + _warning(scores.pictures)


def _how_many(scores: Scores, of: int, step: int) -> str:
    kind = _KIND[scores.split]
    if scores.correct < scores.pictures:
        return f"about {_about(scores, of, step):,} of {of:,} {kind} ("
    if scores.pictures == 1:
        return f"the one {kind.removesuffix('s')} (of {of:,} more, "
    return f"all {scores.pictures:,} {kind} (of {of:,} more, "


def worst_confusions(scores: Scores, most: int = 2) -> tuple[str, ...]:
    """Return the most frequent mistakes in words, at most ``most``; of equals, the rarer class first.

    Where pictures may show several classes, they are classes that are missed, or named without being there.
    """
    return tuple(one.words for one in worst_mistakes(scores, most))


class Mistake(NamedTuple):
    """A frequent mistake: pictures of ``actual`` that were taken for ``predicted``.

    Where pictures may show several classes, the class was missed in the one case, and named in the other.
    """

    words: str
    actual: str | None
    predicted: str | None


def worst_mistakes(scores: Scores, most: int) -> tuple[Mistake, ...]:
    """Return what ``worst_confusions`` tells, with the classes that each sentence is about."""
    if scores.several:
        return _worst_classes(scores.per_class, scores.pictures, most)
    names = [one.name for one in scores.per_class]
    support = [one.support for one in scores.per_class]
    wrong = [
        (count, actual, predicted)
        for actual, row in enumerate(scores.confusion)
        for predicted, count in enumerate(row)
        if count and actual != predicted
    ]
    worst = sorted(wrong, key=lambda one: (-one[0], support[one[1]], one[1:]))[:most]
    return tuple(
        Mistake(
            f"It takes “{names[actual]}” for “{names[predicted]}” {_times(count, support[actual])}.",
            names[actual],
            names[predicted],
        )
        for count, actual, predicted in worst
    )


def _worst_classes(per_class: Sequence[ClassScore], pictures: int, most: int) -> tuple[Mistake, ...]:
    wrong = []
    for place, one in enumerate(per_class):
        right, without = one.right or 0, pictures - one.support
        missed = f"It misses “{one.name}” {_times(one.support - right, one.support)}." if one.support else ""
        false = f"It names “{one.name}” where there is none {_times(one.predicted - right, without)}."
        wrong += [(one.support - right, one.support, place, Mistake(missed, one.name, None))]
        wrong += [(one.predicted - right, one.support, place, Mistake(false, None, one.name))]
    worst = sorted((one for one in wrong if one[0]), key=lambda one: (-one[0], one[1:3]))[:most]
    return tuple(mistake for *_, mistake in worst)


_KIND = {
    Split.TRAIN: "training pictures",
    Split.VALIDATION: "validation pictures",
    Split.TEST: "new pictures",
}


def _scale(accuracy: Interval, pictures: int) -> tuple[int, int]:
    """Return of how many, and in which steps, the result is told."""
    reach = (accuracy.high - accuracy.low) / 2
    if reach < 0.01 and pictures >= 1_000:
        return 1_000, 1
    return (100, 1) if reach <= 0.10 else (100, 5)


def _steps(share: float, of: int, step: int) -> float:
    return round(share * of / step, 6)  # 0.29 * 100 is 28.999999999999996


def _about(scores: Scores, of: int, step: int) -> int:
    rounded = round(_steps(scores.correct / scores.pictures, of, step)) * step
    least = step if scores.correct else 0
    return max(least, min(rounded, of - step))


def _warning(pictures: int) -> str:
    if pictures >= FEW_PICTURES:
        return ""
    tested = "Only one picture was" if pictures == 1 else f"Only {pictures} pictures were"
    return f" {tested} tested: take this as a first guess, and add more pictures to know better."


def _times(count: int, support: int) -> str:
    told = f"{count:,} {'time' if count == 1 else 'times'} out of {support:,}"
    return f"{told} ({count / support:.0%})".replace("%", " %") if support >= _FEW_FOR_PER_CENT else told
