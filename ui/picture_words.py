"""Sentences about changes to pictures, about how they are divided, and about one picture."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.dataset import Dataset, Sample, Split
from core.domain.edit import Edit, EditKind, Probe, SplitCheck, VersionLine
from core.domain.facts import PictureFacts
from ui.words import count, moment, short, size

_LONGEST = 28  # letters of a class in a sentence about a change


def about_edit(edit: Edit | None) -> str:
    """Return what a change did: "moved 3 pictures to “gear”"."""
    if edit is None:
        return "first version"
    pictures, label = count(len(edit.pictures), "picture"), _quoted(edit.label)
    corrected = count(len({sha256 for part in edit.parts for sha256 in part.pictures}), "picture")
    return {
        EditKind.IMPORT: "brought in pictures",
        EditKind.EXCLUDE: f"left out {pictures}",
        EditKind.RESTORE: f"brought back {pictures}",
        EditKind.MOVE: f"moved {pictures} to {label}",
        EditKind.RELABEL: f"{_relabelled(edit)} in {pictures}",
        EditKind.RENAME: f"renamed {_names(edit)} to {label}",
        EditKind.MERGE: f"merged {_names(edit)} into {label}",
        EditKind.SPLIT: "divided the pictures again",
        EditKind.CORRECT: f"corrected {corrected} after a review",
    }[edit.kind]


def about_version(line: VersionLine) -> str:
    """Return who made a version, when, and what it holds."""
    who = [line.author] if line.author else []
    holds = f"{count(line.pictures, 'picture')} in {count(line.classes, 'class')}"
    return " · ".join([moment(line.created_at), *who, holds])


def about_series(check: SplitCheck, *, kept: bool, torn: int = 0) -> str:
    """Return how many series of alike pictures there are, and whether they stay together.

    ``torn`` are those that the upload's own folders or table have put on both sides.
    """
    if not check.series:
        return "No series were found: no pictures are so alike that they would have to stay together."
    found = f"{count(check.series, 'series', 'series')} of pictures that belong together"
    where = f"({count(check.pictures, 'picture')})"
    if not kept:
        return f"{found} {where} were found, and you chose not to keep them together."
    if torn:
        return (
            f"{found} {where} were found. {torn:,} of them are on both sides, because the upload came "
            "divided like that; the others stay together, for learning or for judging."
        )
    return f"{found} {where} were found; each stays together, for learning or for judging."


def torn_series(dataset: Dataset) -> int:
    """Return how many series have pictures in more than one split."""
    splits: dict[str, set[Split]] = {}
    for sample in dataset.used():
        if sample.group:
            splits.setdefault(sample.group, set()).add(sample.split)
    return sum(len(found) > 1 for found in splits.values())


def about_leaks(check: SplitCheck) -> str:
    """Return what a plain random split would have given away; empty where nothing."""
    if not check.leaked:
        return ""
    return (
        f"A plain random split would have judged on {count(check.leaked, 'picture')} whose twin was among "
        "those to learn from: an exam question that was in the exercises."
    )


def about_scores(check: SplitCheck) -> str:
    """Return both scores of the quick probe in a sentence; empty where there are none."""
    if check.honest is not None and check.folds is not None:
        return _about_turns(check.folds, plain=check.plain, honest=check.honest)
    if check.plain is None or check.honest is None:
        return ""
    plain, honest = _of_hundred(check.plain), _of_hundred(check.honest)
    spread = _spread(check.honest)
    sentence = f"A plain split would have told {plain} of 100; honest is {honest} {spread}."
    if plain == honest:
        return f"A quick probe tells {honest} of 100 {spread}, with either split."
    if check.honest.low <= check.plain.accuracy <= check.honest.high:
        return f"{sentence} The difference may be chance."
    return sentence


def about_sample(sample: Sample) -> tuple[str, ...]:
    """Return what is known of a picture's place in the data set."""
    lines = [f"{sample.width:,} by {count(sample.height, 'pixel')}"]
    if sample.group:
        lines.append("Belongs to a series that stays together")
    if sample.given:
        lines.append("Your folders or table chose what it is used for")
    return tuple(lines)


def about_facts(facts: PictureFacts) -> tuple[str, ...]:
    """Return what was measured of a picture's file."""
    quality = f", quality {facts.jpeg_quality}" if facts.jpeg_quality is not None else ""
    lines = [f"{facts.format}{quality}, {size(facts.file_bytes)}"]
    if facts.camera:
        lines.append(f"Camera: {facts.camera}")
    if facts.taken_at is not None:
        taken = facts.taken_at  # by the camera's own clock: not to be converted
        lines.append(f"Taken on {taken.day} {taken:%b %Y, %H:%M:%S}")
    return tuple(lines)


def given(dataset: Dataset) -> int:
    """Return how many pictures have a split that the user chose and that stays."""
    return sum(sample.given for sample in dataset.used())


def _about_turns(folds: int, *, plain: Probe | None, honest: Probe) -> str:
    """Return the scores of a k-fold; the plain one only where there are series that it would have torn."""
    how = f"With so few pictures each took its turn at being judged ({folds}-fold cross-check):"
    score = f"{_of_hundred(honest)} of 100 {_spread(honest)}"
    if plain is None:
        return f"{how} a quick probe tells {score}."
    if _of_hundred(plain) == _of_hundred(honest):
        return f"{how} a quick probe tells {score}, with series kept together or torn apart."
    sentence = f"{how} honest is {score}; a plain division would have told {_of_hundred(plain)}."
    return (
        f"{sentence} The difference may be chance."
        if honest.low <= plain.accuracy <= honest.high
        else sentence
    )


def _spread(probe: Probe) -> str:
    return f"({round(probe.low * 100)} to {round(probe.high * 100)})"


def _of_hundred(probe: Probe) -> int:
    rounded = round(probe.accuracy * 100)
    return 99 if rounded == 100 and probe.accuracy < 1 else rounded


def _relabelled(edit: Edit) -> str:
    added = [f"added {_some(edit.also)}"] if edit.also else []
    taken = [f"took away {_some(edit.classes)}"] if edit.classes else []
    return " and ".join([*added, *taken])


def _names(edit: Edit) -> str:
    return _some(edit.classes)


def _some(classes: Sequence[str]) -> str:
    names = [_quoted(name) for name in classes]
    return ", ".join(names) if len(names) <= 2 else f"{count(len(names), 'class')}"


def _quoted(name: str) -> str:
    return f"“{short(name, _LONGEST)}”"
