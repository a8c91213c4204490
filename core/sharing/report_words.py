"""What a report and a model card say in sentences. Names stand as they are; writers make them safe."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from math import ceil, floor
from typing import Final

from core.data.findings import counted
from core.domain.dataset import Split
from core.domain.decision import Decision
from core.domain.report import Interval, Scores
from core.domain.report_contents import ReportContents
from core.evaluation.words import FEW_PICTURES

NO_FIGURE: Final = "\N{EN DASH}"
_MOST_NAMED: Final = 12
_MANY: Final = 100  # test pictures, from which a range is of use for most purposes
_NOT_SHOWN: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # turn text around
_REPLACED: Final = frozenset(("Cc", "Cs", "Co", "Cn"))  # categories: control, half a letter, no letter


def plain(text: str) -> str:
    """Return text without what a page cannot show or what would turn the rest around; lines become one."""
    kept = (
        " " if letter in "\n\r\t" else "\ufffd" if unicodedata.category(letter) in _REPLACED else letter
        for letter in text
        if letter not in _NOT_SHOWN
    )
    return "".join(kept)


def what_it_does(contents: ReportContents) -> str:
    """Return what the model is for, in a sentence or two."""
    classes = contents.report.classes
    if contents.report.test.several:
        return f"It says which of {len(classes)} things a picture shows, one or several: {listed(classes)}."
    return f"It tells {len(classes)} kinds of pictures apart: {listed(classes)}."


def listed(names: Sequence[str], most: int = _MOST_NAMED) -> str:
    """Return names as "a, b and c", or the first of many and how many more."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def learnt_from(contents: ReportContents) -> str:
    """Return how many pictures it learnt from, was chosen with and was judged on, and when."""
    train, validation, test = (len(contents.dataset.used(split)) for split in Split)
    trained = f" on {day(contents.run.finished_at)}" if contents.run.finished_at else ""
    return (
        f"It learnt from {counted(train, 'picture')}{trained}. {counted(validation, 'other')} helped to see "
        f"when to stop, and {test:,} were kept aside: it has never learnt from these, and the figures below "
        "are about them."
    )


def limits(contents: ReportContents) -> tuple[str, ...]:
    """Return what must not be expected of the model, in plain sentences."""
    test, decision = contents.report.test, contents.prospect.decision
    found = (
        _only_its_classes(decision, several=test.several),
        _few_tested(test),
        _few_of(test),
        "The figures hold for pictures like the test pictures. On pictures of another kind (other cameras, "
        "light, places or times) it may be right less often: test it on some of those before relying on it.",
        "That it promises a share of wrong answers holds only while new pictures are like the validation "
        "pictures, and for many answers together, not for each one."
        if decision.promised
        else "How many of its answers are wrong is not promised: the ranges say what is likely.",
        "It learns what goes along with a class in the training pictures, also where that is a background "
        "and not the thing itself. Where it looks can be shown for single pictures, but not proved for all.",
    )
    return tuple(filter(None, found))


def day(moment: datetime | None) -> str:
    """Return a day as "24 November 2026", as this machine's clock has it."""
    if moment is None:
        return NO_FIGURE
    local = moment.astimezone()
    return f"{local.day} {local:%B %Y}"


def share(interval: Interval | None) -> str:
    """Return a share with its range: "94.4 % (91.0 to 96.6)", the range rounded outward."""
    if interval is None:
        return NO_FIGURE
    low, high = _down(interval.low * 100, 1), _up(interval.high * 100, 1)
    return f"{interval.value * 100:.1f} % ({low:.1f} to {high:.1f})"


def figure(value: float | None, interval: Interval | None = None) -> str:
    """Return a score with its range: "0.93 (0.90 to 0.96)"; a dash where it is undefined."""
    if value is None:
        return NO_FIGURE
    return f"{value:.2f} ({span(interval)})" if interval else f"{value:.2f}"


def span(interval: Interval | None) -> str:
    """Return a score's range as "0.81 to 0.95", rounded outward; empty where there is none."""
    if interval is None:
        return ""
    return f"{_down(interval.low, 2):.2f} to {_up(interval.high, 2):.2f}"


def _only_its_classes(decision: Decision, *, several: bool) -> str:
    if several:
        return "It knows nothing but its classes: whatever else is in a picture goes unsaid."
    told = "It knows nothing but its classes. A picture of anything else is still given one of them"
    if decision.farthest is None:
        return f"{told}; it has no means to notice."
    return (
        f"{told}, unless it notices that the picture is unlike anything it learnt from, which is not certain."
    )


def _few_tested(test: Scores) -> str:
    if test.pictures >= _MANY:
        return ""
    return f"It was tested on {counted(test.pictures, 'picture')} only. That is why the ranges are wide."


def _few_of(test: Scores) -> str:
    few = [f"“{one.name}” ({one.support:,})" for one in test.per_class if one.support < FEW_PICTURES]
    if not few:
        return ""
    return (
        f"Of some classes it was tested on fewer than {FEW_PICTURES} pictures, so that their own figures are "
        f"a first guess: {listed(few)}."
    )


def _down(value: float, digits: int) -> float:
    return float(floor(round(value * 10**digits, 6)) / 10**digits)


def _up(value: float, digits: int) -> float:
    return float(ceil(round(value * 10**digits, 6)) / 10**digits)
