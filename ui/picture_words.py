"""Sentences about changes to pictures, and about one picture."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.dataset import Sample
from core.domain.edit import Edit, EditKind, VersionLine
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
        EditKind.FOLDERS: f"took the folders inside {_names(edit)} as classes",
        EditKind.CORRECT: f"corrected {corrected} after a review",
    }[edit.kind]


def about_version(line: VersionLine) -> str:
    """Return who made a version, when, and what it holds."""
    who = [line.author] if line.author else []
    holds = f"{count(line.pictures, 'picture')} in {count(line.classes, 'class')}"
    return " · ".join([moment(line.created_at), *who, holds])


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
