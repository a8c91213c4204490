"""What a class that must not be overlooked leads to, in sentences."""

from __future__ import annotations

from core.domain.decision import Detected, SeldomMissed
from core.evaluation.decision_words import percent


def how_firm(found: SeldomMissed) -> str:
    """Return how far the wish can be relied on, and what overlooking the class costs for it."""
    wish = percent(found.most_missed)
    if not found.pictures:
        return f"There is no validation picture of “{found.name}” to find the cost on."
    if found.cost is None:
        return (
            f"No cost is high enough for {wish}: the model takes “{found.name}” to be impossible on "
            "validation pictures that show it. Look at these mistakes, and train with more pictures of it."
        )
    costs = (
        "no more than any other mistake"
        if found.cost == 1
        else f"{found.cost:,g} times as much as other mistakes"
    )
    told = f"For that, overlooking “{found.name}” costs {costs}. "
    if found.promised:
        return (
            f"{told}This is a promise: {found.pictures:,} validation pictures of it bear out, with 90 % "
            f"confidence, that at most {wish} are missed."
        )
    few = (
        f"it takes {found.least_pictures:,} of them or more"
        if found.pictures < found.least_pictures
        else "with so many in series, or so many missed, they are not enough"
    )
    return (
        f"{told}This is an aim, not a promise: there {_are(found.pictures)} {found.pictures:,} validation "
        f"{'picture' if found.pictures == 1 else 'pictures'} of it, and {few} to promise {wish}."
    )


def what_it_does(name: str, before: Detected, after: Detected) -> str:
    """Return how many test pictures of a class the rule misses, and what that costs in false alarms."""
    if not after.pictures or after.missed_share is None:
        return f"There are no test pictures of “{name}” to try it on."
    share = after.missed_share
    pictures = f"{after.pictures:,} test pictures" if after.pictures > 1 else "one test picture"
    missed = f"{after.missed:,} {_are(after.missed)} missed" if after.missed else "none is missed"
    return (
        f"Of the {pictures} of “{name}”, {missed} ({percent(share.value)}; in truth {percent(share.low)} to "
        f"{percent(share.high)}), instead of {before.missed:,}. "
        f"{_alarms(after.false_alarms)} called “{name}” wrongly, instead of {before.false_alarms:,}."
    )


def _alarms(number: int) -> str:
    return "1 other picture is" if number == 1 else f"{number:,} other pictures are"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
