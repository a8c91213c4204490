"""Plain words: escaping of people's own text, numbers as they are read, and the glossary for tooltips."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from math import ceil, floor

from core.domain.report import Interval

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$^=\"'&:@/])")
_WORD_JOINER = "\u2060"  # invisible; keeps Streamlit's own marks (":red[", ":material/") and addresses apart

NO_FIGURE = "\N{EN DASH}"

GLOSSARY = {
    "accuracy": "Of all pictures, the share that was answered correctly.",
    "interval": "The true figure, for endlessly many pictures like these, lies in such a range 19 times "
    "out of 20.",
    "macro F1": "The average of all classes' F1 scores: each class counts the same, however rare it is.",
    "F1": "One figure for a class that is high only when both precision and recall are high.",
    "precision": "When the model says this class, how often it is right.",
    "recall": "Of all pictures of this class, how many the model finds.",
    "support": "How many pictures of this class there were to answer.",
    "test": "Pictures kept aside from the start: the model has never learnt from them, and no choice was "
    "made with them. Only they tell the honest score.",
    "validation": "Pictures used while training to see when to stop. The score on them is a little too "
    "friendly.",
    "probe": "A small, quick model, trained once on each split. It is no promise for your own training, but "
    "it shows how far a split flatters.",
    "k-fold": "With few pictures one split is a matter of luck. So they are dealt into a few parts, and a "
    "small, quick model is trained once for each part, on all the others: each picture is judged once, by a "
    "model that has not seen it. What you chose for validation or the test yourself stays out of it.",
    "epoch": "One round through all training pictures.",
    "loss": "How wrong the model still is, counting how sure it was. Lower is better.",
    "confusion matrix": "Each row is what the pictures really show, each column what the model said. "
    "Right answers lie on the diagonal.",
    "exact match": "Of all pictures, the share for which exactly the right classes were named: none missed, "
    "none too many.",
    "micro F1": "F1 over all classes' answers together: frequent classes count more.",
    "average precision": "How cleanly the model puts the pictures of a class before all others, over every "
    "threshold: 1 is perfect. The mean over all classes is known as mAP.",
    "outcomes": "Each class is a question of its own to every picture. A class is named when the model takes "
    "it to be there with 50 % or more.",
    "ROC": "How many pictures of a class are found (up) for how many false alarms (right), for every "
    "possible threshold. The closer to the upper left corner, the better. "
    "ROC: receiver operating characteristic.",
    "AUC": "Area under the ROC curve: 1 is perfect, 0.5 is guessing.",
    "PR": "How many of its answers for a class are right (up: precision) when it finds more and more of the "
    "class (right: recall). The closer to the upper right corner, the better; for a rare class it tells more "
    "than the ROC curve.",
    "AP": "Average precision, the area under this curve: 1 is perfect, and guessing reaches the share of "
    "pictures that show the class.",
    "AP of few": "Fewer than five pictures or series of a class tell too little for a range; there is none "
    "then, nor for the mean of the classes.",
    "operating point": "A dot marks where the model stands as it answers now: with the most likely class.",
    "operating points": "A dot marks where the model stands as it answers now: a class is named when the "
    "model takes it to be there with 50 % or more.",
    "calibration": "A model is well calibrated when it is right as often as it is sure: of all answers that "
    "are 80 % sure, 80 of 100 are right.",
    "ECE": "How far, on average, how sure it is lies from how often it is right. 0 is perfect. "
    "ECE: expected calibration error.",
    "temperature": "How sure the model is gets toned down, or up, by one number (its temperature), found on "
    "the validation pictures. It changes no answer, only how sure each one is.",
    "unlike": "A new picture is compared with what the model learnt from. One that is farther away than 98 "
    "of 100 validation pictures are counts as something else.",
    "promise": "Found on validation pictures by a test that would be misled at most once in ten times. It "
    "holds for new pictures of the same kind, not for another camera or another place.",
    "backbone": "A network that has already learnt from over a million photographs how pictures look.",
}


def esc(text: str) -> str:
    """Return the text so that Markdown shows it literally: no format, link, icon or line break of its own.

    Control characters and those that reverse the direction of writing become visible.
    """
    visible = "".join(_visible(c) for c in text)
    escaped = _MARKDOWN.sub(r"\\\1", visible)
    return re.sub(r"(:|@|www|\\\.)(?=\S)", rf"\1{_WORD_JOINER}", escaped)


def short(text: str, most: int = 40) -> str:
    """Return the text, cut in the middle when it is longer than ``most`` characters."""
    if len(text) <= most:
        return text
    tail = (most - 1) // 3
    return f"{text[: most - 1 - tail]}…{text[-tail:]}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return "1 picture", "1,484 pictures" or "no pictures"."""
    if number == 1:
        return f"1 {noun}"
    shown = f"{number:,}" if number else "no"
    return f"{shown} {plural or noun + ('es' if noun.endswith('s') else 's')}"


def percent(share: float | None, *, digits: int = 0) -> str:
    """Return "93 %", or a dash where there is no figure; 100 % only when nothing is missing."""
    if share is None:
        return NO_FIGURE
    rounded = round(share * 100, digits)
    if rounded >= 100 > share * 100:
        rounded = 100 - 10**-digits
    return f"{rounded:.{digits}f} %"


def size(number: int) -> str:
    """Return a number of bytes as people say it: "12 bytes", "14 KB", "1.2 GB"."""
    if number < 1000:
        return count(number, "byte")
    if number < 1_000_000:
        return f"{round(number / 1000)} KB"
    return f"{number / 1_000_000:.1f} MB" if number < 1_000_000_000 else f"{number / 1_000_000_000:.1f} GB"


def decimal(value: float | None) -> str:
    """Return a score with two digits, or a dash where there is none."""
    return NO_FIGURE if value is None else f"{value:.2f}"


def spread(interval: Interval) -> str:
    """Return the range of a figure, rounded outward: "89 to 96 %"."""
    low, high = floor(round(interval.low * 100, 6)), ceil(round(interval.high * 100, 6))
    return f"{low} to {high} %"


def time_left(seconds: float | None) -> str:
    """Return "about 2 minutes left", as exact as a guess can be; empty when nobody knows."""
    if seconds is None:
        return ""
    if seconds < 8:
        return "a few seconds left"
    if seconds < 55:
        return f"about {max(10, round(seconds / 10) * 10)} seconds left"
    return f"about {_minutes(seconds)} left"


def duration(seconds: float) -> str:
    """Return how long something took: "8 s", "2 min 5 s", "1 h 10 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def rough_duration(low: float, high: float) -> str:
    """Return a span of seconds as people say it: "20 to 40 seconds", "2 to 4 minutes"."""
    if high < 90:
        step = 1 if high < 10 else 5 if high < 30 else 10
        unit, per = "second", 1.0
    else:
        step, unit, per = 1, "minute", 60.0
    least, most = floor(low / per / step) * step, max(step, ceil(high / per / step) * step)
    if least in (0, most):
        return f"up to {count(most, unit)}"
    return f"{least} to {count(most, unit)}"


def moment(when: datetime) -> str:
    """Return a point in time on this machine's clock: "22 Nov 2025, 08:41"."""
    local = when.astimezone()
    return f"{local.day} {local:%b %Y, %H:%M}"


def unique(labels: list[str]) -> list[str]:
    """Return the labels with a number behind each that stood before, so that a list can be chosen from."""
    seen: dict[str, int] = {}
    result = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        result.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return result


def _minutes(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return count(minutes, "minute")
    hours, rest = divmod(minutes, 60)
    return count(hours, "hour") + (f" {count(rest, 'minute')}" if rest else "")


def _visible(character: str) -> str:
    if character in "\n\r\t":
        return " "
    # Cc controls, Cf formats such as reversed writing, Cs lone halves of surrogate pairs
    return "\ufffd" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character
