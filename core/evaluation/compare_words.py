"""What a comparison says, in sentences.

Names of runs stand in them as they are; whoever shows the sentences makes them safe to show.
"""

from __future__ import annotations

from math import ceil, floor, log10
from typing import Final

from core.domain.comparison import Comparison
from core.evaluation.paired import LUCK

LATER_LABELS: Final = (
    "A review put labels right between the two runs. Both are judged by the corrected labels here, on the "
    "test pictures that both have and of classes that both know."
)
PRACTICALLY_NONE = 0.02  # a true difference within this, both ways, hardly matters to anyone

FAR = 10  # times as many pictures as there are: hardly anyone has so many more


def verdict(comparison: Comparison) -> str:
    """Return whether the later run is better, in a sentence or two."""
    fixed, broken = len(comparison.fixed), len(comparison.broken)
    name, of = comparison.after.name, f"{comparison.pictures:,}"
    if not fixed and not broken:
        return f"No difference: both runs are right and wrong on the same {_pictures(comparison.pictures)}."
    better = "better" if fixed > broken else "worse"
    surely, apart = comparison.chance < LUCK, _apart(comparison)
    if surely and apart:
        return (
            f"{name} is {better}: it fixes {fixed:,} and breaks {broken:,} of {of}; "
            f"so clear a difference comes by luck in {how_rarely(comparison.chance)}."
        )
    if _practically_none(comparison):
        return f"{name} fixes {fixed:,} and breaks {broken:,} of {of}: practically no difference."
    luck = (
        f"borderline; it is probably {better}, but not proved." if surely or apart else "that could be luck."
    )
    told = f"{name} fixes {_pictures(fixed)} and breaks {broken:,}: {luck}"
    return told if surely else f"{told} {_to_settle(comparison)}"


def about_difference(comparison: Comparison) -> str:
    """Return how far the two scores are apart, with the range of the true difference, rounded outward."""
    difference = comparison.difference
    low, high = floor(_points(difference.low)) / 10, ceil(_points(difference.high)) / 10
    return (
        f"{_signed(round(_points(difference.value)) / 10)} percentage points on these pictures; "
        f"in truth between {_signed(low)} and {_signed(high)}."
    )


def about_series(comparison: Comparison) -> str:
    """Return that pictures of a series count together, where there are series; else empty."""
    if comparison.groups is None:
        return ""
    return (
        f"Some of the {comparison.pictures:,} pictures belong to one series and are answered alike: luck and "
        f"ranges are those of {comparison.groups:,} series and single pictures."
    )


def how_rarely(chance: float) -> str:
    """Return in how many cases luck alone does that: "about 3 of 100 cases"."""
    if chance < 0.001:
        return "fewer than 1 of 1,000 cases"
    if chance < 0.01:
        return f"about {max(1, round(chance * 1000))} of 1,000 cases"
    return f"about {round(chance * 100)} of 100 cases"


def _practically_none(comparison: Comparison) -> bool:
    difference = comparison.difference
    return difference.low > -PRACTICALLY_NONE and difference.high < PRACTICALLY_NONE


def _apart(comparison: Comparison) -> bool:
    """Whether the range of the true difference leaves no difference out.

    With few pictures that changed, or few series, the range and the test for luck need not agree.
    """
    return comparison.difference.low > 0 or comparison.difference.high < 0


def _to_settle(comparison: Comparison) -> str:
    if comparison.more_pictures is None:
        return "With as many fixed as broken, more test pictures would say the same."
    more = _rough(comparison.more_pictures)
    if comparison.more_pictures > FAR * comparison.pictures:
        return f"They are so near to each other that it would take about {more:,} more test pictures to tell."
    noun = "picture" if more == 1 else "pictures"
    alike = "" if comparison.groups is None else ", in series like these,"
    return f"If it goes on like this, about {more:,} more test {noun}{alike} would settle it."


def _rough(number: int) -> int:
    """Return the number rounded up to two digits: nobody knows it better."""
    step: int = 10 ** max(0, floor(log10(number)) - 1)
    return ceil(number / step) * step


def _points(share: float) -> float:
    """Return tenths of a percentage point."""
    return round(share * 1000, 6)


def _signed(points: float) -> str:
    return "0" if points == 0 else f"{points:+.1f}".replace("-", "\N{MINUS SIGN}")


def _pictures(number: int) -> str:
    return f"{number:,} picture{'' if number == 1 else 's'}"
