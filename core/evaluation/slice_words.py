"""What the scores by kind of picture say, in sentences.

Names of folders and cameras stand in them as they are; whoever shows the sentences makes them safe to show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from math import ceil, floor
from typing import Final, NamedTuple

from core.domain.slices import FEWEST, FEWEST_SERIES, Slice, SliceReport, Trait
from core.evaluation.rounding import of_100


class _Scale(NamedTuple):
    """What pictures are called from the low end of a trait to its high end."""

    lowest: str
    low: str
    middle: str
    high: str
    highest: str
    lower: str  # of only two parts
    higher: str


_SCALES: Final = {
    Trait.BRIGHTNESS: _Scale(
        "the darkest pictures",
        "rather dark pictures",
        "pictures of middling brightness",
        "rather bright pictures",
        "the brightest pictures",
        "the darker pictures",
        "the brighter pictures",
    ),
    Trait.SHARPNESS: _Scale(
        "the most blurred pictures",
        "rather blurred pictures",
        "pictures of middling sharpness",
        "rather sharp pictures",
        "the sharpest pictures",
        "the more blurred pictures",
        "the sharper pictures",
    ),
    Trait.SHAPE: _Scale(
        "the narrowest pictures",
        "rather narrow pictures",
        "pictures of middling width for their height",
        "rather wide pictures",
        "the widest pictures",
        "the narrower pictures",
        "the wider pictures",
    ),
    Trait.SIZE: _Scale(
        "the smallest pictures",
        "rather small pictures",
        "pictures of middling size",
        "rather large pictures",
        "the largest pictures",
        "the smaller pictures",
        "the larger pictures",
    ),
    Trait.FILE_SIZE: _Scale(
        "pictures in the smallest files",
        "pictures in rather small files",
        "pictures in files of middling size",
        "pictures in rather large files",
        "pictures in the largest files",
        "pictures in the smaller files",
        "pictures in the larger files",
    ),
    Trait.TAKEN: _Scale(
        "the oldest pictures",
        "rather old pictures",
        "pictures from the middle of the time",
        "rather new pictures",
        "the newest pictures",
        "the older pictures",
        "the newer pictures",
    ),
}
_WHAT: Final = {  # of which there is less or more
    Trait.CONTRAST: "contrast",
    Trait.BACKGROUND: "going on at their edges",
    Trait.JPEG_QUALITY: "quality kept by JPEG",
}
_UNKNOWN: Final = {
    Trait.JPEG_QUALITY: "pictures that are no JPEG",
    Trait.CAMERA: "pictures without a camera's name",
    Trait.TAKEN: "pictures without a date",
    Trait.FOLDER: "pictures in no further folder",
    Trait.SERIES: "pictures of no series",
    Trait.COLUMN: "pictures without “{}”",
}
_VALUE: Final = {
    Trait.FORMAT: "{} files",
    Trait.CAMERA: "pictures by the camera “{}”",
    Trait.FOLDER: "pictures in the folder “{}”",
    Trait.SERIES: "pictures of the series “{}”",
    Trait.COLUMN: "pictures whose “{1}” is “{0}”",
}


def name_of(one: Slice) -> str:
    """Return what the pictures of a slice are called, to go behind "on": "the darkest pictures"."""
    if one.pooled:
        return f"pictures whose {_what(one)} fewer than {FEWEST} share"
    if one.value:
        return _VALUE[one.trait].format(one.value, one.column)
    if one.part is None or one.parts is None:
        return _UNKNOWN.get(one.trait, f"pictures whose {one.trait} is not known").format(one.column)
    if one.parts == 1:
        return f"pictures whose {_what(one)} is known"
    return _of_part(_scale(one), one.part, one.parts)


def label_of(one: Slice) -> str:
    """Return a short name under the name of the trait: where its numbers lie, or the value itself."""
    if one.pooled:
        return f"fewer than {FEWEST} each"
    return one.value or range_of(one) or "none or not known"


def outcome_of(one: Slice) -> str:
    """Return in a word or two how a slice compares with the rest."""
    if one.p is None:
        return "too few to judge"
    if not one.stands_out:
        return "no clear difference"
    return "worse" if one.worse else "better"


def range_of(one: Slice) -> str:
    """Return from where to where a number goes in a slice, with its unit; empty where there is none.

    The number of a shape is width by height.
    """
    if one.low is None or one.high is None:
        return ""
    low, high = _told(one.trait, one.low), _told(one.trait, one.high)
    if low == high:
        return low
    unit = low.rpartition(" ")[2]  # said once where it is the same: "10 to 40 %"
    short = (
        low.removesuffix(f" {unit}") if high.endswith(f" {unit}") and one.trait is not Trait.TAKEN else low
    )
    return f"{short} to {high}"


def verdict(report: SliceReport) -> str:
    """Return whether a kind of picture is answered worse than the others, by more than luck."""
    if not report.pictures:
        return "There are no pictures to judge it on."
    if not report.looks:
        nothing = "No kind can be judged" if report.slices else "There is nothing to tell apart"
        return (
            f"{nothing}: kinds of pictures are judged from {FEWEST} pictures each, of at least "
            f"{FEWEST_SERIES} series where they come in series, and where pictures differ at all."
        )
    worst = report.worst
    if worst is None:
        return f"No kind of picture stands out as worse: {_kinds(report.looks)} looked at."
    return " ".join(filter(None, (_worse(worst, report), _about_classes(worst), _further(worst, report))))


def _worse(worst: Slice, report: SliceReport) -> str:
    if worst.accuracy is None:
        return ""
    low, high = floor(round(worst.accuracy.low * 100, 6)), ceil(round(worst.accuracy.high * 100, 6))
    right = "names exactly the right classes" if report.several else "is right"
    looks = "" if report.looks == 1 else f", also after {report.looks} looks"
    return (
        f"On {name_of(worst)} it {right} on {of_100(worst.correct / worst.pictures)} of 100 "
        f"({low} to {high}), on the others on {of_100(worst.rest_correct / worst.rest)}: "
        f"that is more than luck{looks}."
    )


def _about_classes(worst: Slice) -> str:
    """Return whether the classes of its pictures alone would explain that a slice is worse."""
    if worst.expected is None or worst.accuracy is None:
        return ""
    expected = round(worst.expected * 100)
    if worst.expected <= worst.accuracy.high:
        return f"But its classes are harder ones: {expected} would be expected from them alone."
    if worst.expected < worst.rest_correct / worst.rest - 0.01:
        return f"Its classes explain only a part of it: {expected} would be expected from them alone."
    return f"Its classes do not explain it: {expected} would be expected from them."


def _further(worst: Slice, report: SliceReport) -> str:
    others = sorted(
        (one for one in report.slices if one.worse and one is not worst),
        key=lambda one: one.difference or 0.0,
    )
    if not others:
        return ""
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    return f"It is worse on {name_of(others[0])}{more} as well; they may be the same pictures."


def _kinds(looks: int) -> str:
    return "1 kind was" if looks == 1 else f"{looks} kinds were"


def _what(one: Slice) -> str:
    return f"“{one.column}”" if one.column else one.trait.value


def _scale(one: Slice) -> _Scale:
    if one.trait in _SCALES:
        return _SCALES[one.trait]
    if one.column:
        return _scale_of_column(one.column)
    what = _WHAT[one.trait]
    return _Scale(
        f"pictures with the least {what}",
        f"pictures with rather little {what}",
        f"pictures with a middling amount of {what}",
        f"pictures with rather much {what}",
        f"pictures with the most {what}",
        f"pictures with less {what}",
        f"pictures with more {what}",
    )


def _scale_of_column(title: str) -> _Scale:
    return _Scale(
        f"pictures with the lowest “{title}”",
        f"pictures with a rather low “{title}”",
        f"pictures with a middling “{title}”",
        f"pictures with a rather high “{title}”",
        f"pictures with the highest “{title}”",
        f"pictures with a lower “{title}”",
        f"pictures with a higher “{title}”",
    )


def _of_part(scale: _Scale, part: int, parts: int) -> str:
    names = {
        2: (scale.lower, scale.higher),
        3: (scale.lowest, scale.middle, scale.highest),
        4: (scale.lowest, scale.low, scale.high, scale.highest),
    }
    return names[parts][part - 1]


def _told(trait: Trait, value: float) -> str:
    if trait in _UNITS:
        return _UNITS[trait](value)
    return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _area(value: float) -> str:
    return f"{value / 1e6:.1f} megapixels" if value >= 1e5 else f"{value:,.0f} pixels"


def _bytes(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:.1f} MB"
    return f"{value / 1000:.0f} KB" if value >= 1e4 else f"{value / 1000:.1f} KB"


def _day(value: float) -> str:
    day = date.fromordinal(int(value))
    return f"{day.day} {day:%b %Y}"


_UNITS: Final[Mapping[Trait, Callable[[float], str]]] = {
    Trait.BRIGHTNESS: _share,
    Trait.CONTRAST: _share,
    Trait.BACKGROUND: _share,
    Trait.SIZE: _area,
    Trait.FILE_SIZE: _bytes,
    Trait.TAKEN: _day,
    Trait.SHAPE: lambda value: f"{value:.2f}",
}
