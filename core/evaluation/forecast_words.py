"""What a forecast says, in sentences for people who know pictures and not statistics.

Names of classes stand in them as they are; whoever shows the sentences makes them safe to show.
"""

from __future__ import annotations

from math import ceil, floor

from core.domain.choices import Preset
from core.domain.forecast import ClassGain, Forecast, Gain, ScoreRange

WIDE = 0.20  # from a range so wide on, it is told in steps of 5 of 100
TELLING = 1.0  # points; what adds less adds almost nothing
SHARP = 4.0  # points; a gain known so well is told as one number


def expectation(forecast: Forecast, preset: Preset) -> str:
    """Return where the preset's score will fall, rounded outward to what the range can carry."""
    found = forecast.range_of(preset)
    if found is not None:
        return f"Expect about {_in_hundreds(found)} of 100 right."
    if forecast.accuracy is None:
        return "Nothing can be told yet: at least two classes need pictures of two series or more."
    return "There are no new pictures to judge it on, so no score can be told."


def expected_confusions(forecast: Forecast, most: int = 2) -> tuple[str, ...]:
    """Return which classes will be confused most, at most ``most``; nothing where it would be noise."""
    how = ("most often", "also", "also", "also", "also")
    return tuple(
        f"It will {often} take “{one.actual}” for “{one.predicted}”."
        for often, one in zip(how, forecast.confusions[:most], strict=False)
    )


def more_pictures(forecast: Forecast) -> tuple[str, ...]:
    """Return what twice as many pictures would bring: of one class alone, then of all."""
    curve = forecast.curve
    if curve is None:
        return ("Whether more pictures would help cannot be told: there are too few so far.",)
    return (_of_one_class(curve.classes), _of_all(curve.doubled))


def outcome(expected: ScoreRange, score: float) -> str:
    """Return how the ``score`` on the test pictures, in [0, 1], compares with what was expected."""
    low, high = _bounds(expected)
    reached = round(100 * score, 6)
    inside = low <= reached <= high
    # 96.3 is above 96, and must not read as 96
    digits = 0 if inside else next((d for d in (0, 1, 2) if not low <= round(reached, d) <= high), 3)
    begun = f"The forecast was {_in_hundreds(expected)} of 100; the result is {reached:.{digits}f}: "
    if inside:
        return begun + "inside the range."
    if reached > high:
        return begun + "better than expected."
    return (
        begun + "below it; that happens by chance about once in 20 times, or the new pictures differ from "
        "the others."
    )


def _bounds(expected: ScoreRange) -> tuple[int, int]:
    """Return the range in hundredths, rounded outward."""
    step = 5 if expected.high - expected.low > WIDE else 1
    low, high = (round(100 * bound / step, 6) for bound in (expected.low, expected.high))
    return floor(low) * step, ceil(high) * step


def _in_hundreds(expected: ScoreRange) -> str:
    low, high = _bounds(expected)
    return str(low) if low == high else f"{low} to {high}"


def _of_one_class(classes: tuple[ClassGain, ...]) -> str:
    """Return which class is worth more pictures, and which is not."""
    told = [(one.gain, one.name) for one in classes if one.gain is not None]
    if not told:
        return "Of which class more pictures would help cannot be told: there are too few of each so far."
    telling = [one for one in told if _tells(one[0])]
    if not telling:
        return "More pictures of a single class would add almost nothing that can be told."
    gain, best = max(telling, key=lambda one: one[0].likely)
    little = [(other.high, name) for other, name in told if 100 * other.high < TELLING]
    rest = f"; more of “{min(little)[1]}” almost nothing" if little else ""
    return f"Twice as many pictures of “{best}” would add about {_points(gain)} to its F1{rest}."


def _of_all(gain: Gain | None) -> str:
    if gain is None:
        return "What twice as many pictures of every class would add cannot be told."
    if not _tells(gain):
        return "Twice as many pictures of every class would add almost nothing that can be told."
    return f"Twice as many pictures of every class would add about {_points(gain)} to the score."


def _tells(gain: Gain) -> bool:
    return 100 * gain.likely >= TELLING and gain.low > 0


def _points(gain: Gain) -> str:
    """Return a gain in points, as one number where it is known well, else as a range rounded outward."""
    low, high = 100 * gain.low, 100 * gain.high
    if high - low <= SHARP:
        number = round(100 * gain.likely)
        return f"{number} point{'' if number == 1 else 's'}"
    return f"{floor(round(low, 6))} to {ceil(round(high, 6))} points"
