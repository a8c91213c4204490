"""Whether a further test bears out what the run's own test promised."""

from __future__ import annotations

from math import ceil, floor, hypot

from core.domain.comparison import Difference
from core.domain.further_test import FurtherTest
from core.domain.report import Interval, Scores

FEW_ORIGINS = 5  # of fewer, how much others differ cannot be told well
_WIDE = 0.2  # from this width on, a range that holds no difference does not hold much else out either


def difference(own: Interval, further: Interval) -> Difference:
    """Return ``further`` less ``own``, shares of different pictures, with the range of the true difference.

    R. G. Newcombe, Interval estimation for the difference between independent proportions: comparison of
    eleven methods, 1998, method 10: from the two Wilson intervals. Where the further test holds pictures of
    the run's own test again, the two are not independent, and the range is wider than it need be.
    """
    value = further.value - own.value
    below = hypot(further.value - further.low, own.high - own.value)
    above = hypot(further.high - further.value, own.value - own.low)
    return Difference(value=value, low=max(-1.0, value - below), high=min(1.0, value + above))


def about_turns(own: Scores, checked: Scores) -> str:
    """Return what a cross-check of all its own pictures says of the run's own test, in a sentence."""
    if own.accuracy is None or checked.accuracy is None:
        return ""
    narrower = (checked.accuracy.high - checked.accuracy.low) < 0.8 * (own.accuracy.high - own.accuracy.low)
    sure = " With all pictures judged the range is narrower: rather believe this score." if narrower else ""
    if checked.accuracy.high < own.accuracy.value:
        return f"Its own test was a lucky draw: the settings are rather this good.{sure}"
    if checked.accuracy.low > own.accuracy.value:
        return f"Its own test was an unlucky draw: the settings are rather this good.{sure}"
    return f"It bears out its own test.{sure}"


def about_unseen(own: Scores, unseen: Scores, test: FurtherTest) -> str:
    """Return what a cross-check of unseen origins says of the run's own test, in a sentence or two."""
    if own.accuracy is None or unseen.accuracy is None or test.unseen is None:
        return ""
    place, apart = f"a new {test.unseen.name}", difference(own.accuracy, unseen.accuracy)
    few = f" Only {test.origins} were judged, too few to tell how much others differ from them."
    more = few if test.origins < FEW_ORIGINS else ""
    if apart.high < 0:
        return f"For {place} it is clearly worse than its own test promised: expect this score there.{more}"
    if apart.high - apart.low > _WIDE:
        return f"Whether it is as good for {place}, these pictures cannot tell for sure.{more}"
    return f"It holds for {place}: it is about as good there as its own test promised.{more}"


def how_turns(test: FurtherTest) -> str:
    """Return how a cross-check was made, in a sentence."""
    if test.unseen is None:
        what = "each judged on pictures it had not seen"
    else:
        what = f"each judged on pictures from a {test.unseen.name} of which it had seen nothing"
    return f"{test.turns or 0:,} models were trained for it with the same settings, {what}."


def against_own(own: Scores, further: Scores, test: FurtherTest) -> tuple[str, str]:
    """Return whether a further test bears the run's own out, and what that rests on; each may be empty."""
    if test.unseen is not None:
        return about_unseen(own, further, test), how_turns(test)
    if test.turns is not None:
        return about_turns(own, further), how_turns(test)
    return verdict(own, further), about_difference(own, further)


def verdict(own: Scores, further: Scores) -> str:
    """Return whether the two scores differ by more than luck, in a sentence; empty where one is missing."""
    if own.accuracy is None or further.accuracy is None:
        return ""
    apart = difference(own.accuracy, further.accuracy)
    if apart.high < 0:
        return "That is clearly worse than its own test: these pictures may be of another kind."
    if apart.low > 0:
        return "That is clearly better than its own test: these pictures may be easier ones."
    if apart.high - apart.low > _WIDE:
        return "That is about what its own test promised, as far as so few pictures can tell."
    return "That is about what its own test promised."


def about_difference(own: Scores, further: Scores) -> str:
    """Return how far the two scores are apart, the range rounded outward; empty where one is missing."""
    if own.accuracy is None or further.accuracy is None:
        return ""
    apart = difference(own.accuracy, further.accuracy)
    low, high = floor(round(apart.low * 100, 6)), ceil(round(apart.high * 100, 6))
    return (
        f"{_signed(round(apart.value * 100))} percentage points against its own test; "
        f"in truth between {_signed(low)} and {_signed(high)}."
    )


def _signed(points: int) -> str:
    return f"{points:+d}".replace("-", "\N{MINUS SIGN}") if points else "0"
