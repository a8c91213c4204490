"""What can be told of a picture without knowing what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from core.domain.dataset import Sample
from core.domain.facts import PictureFacts
from core.domain.slices import Trait


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A judged picture, and what was measured of it if anything was."""

    sample: Sample
    facts: PictureFacts | None


Numbers = Callable[[Known], float | None]
Words = Callable[[Known], str]


def _measured(read: Callable[[PictureFacts], float | None]) -> Numbers:
    return lambda known: read(known.facts) if known.facts else None


def _taken(facts: PictureFacts) -> float | None:
    return float(facts.taken_at.toordinal()) if facts.taken_at else None


def _shape(known: Known) -> float | None:
    return known.sample.width / known.sample.height if known.sample.height else None


def folder_of(sample: Sample) -> str:
    """Return the folders of a picture without those that are called like its class: where it comes from."""
    parts = PurePosixPath(sample.path.replace("\\", "/")).parent.parts
    names = {name.casefold() for name in sample.labels}
    return "/".join(part for part in parts if part.casefold() not in names)


NUMBERS: Final[Mapping[Trait, Numbers]] = {
    Trait.BRIGHTNESS: _measured(lambda facts: facts.brightness),
    Trait.CONTRAST: _measured(lambda facts: facts.contrast),
    Trait.SHARPNESS: _measured(lambda facts: facts.sharpness),
    Trait.BACKGROUND: _measured(lambda facts: facts.border_contrast),
    Trait.SIZE: lambda known: float(known.sample.width * known.sample.height),
    Trait.SHAPE: _shape,
    Trait.FILE_SIZE: _measured(lambda facts: float(facts.file_bytes)),
    Trait.JPEG_QUALITY: _measured(lambda facts: facts.jpeg_quality),
    Trait.TAKEN: _measured(_taken),
}

WORDS: Final[Mapping[Trait, Words]] = {
    Trait.FORMAT: lambda known: known.facts.format if known.facts else "",
    Trait.CAMERA: lambda known: known.facts.camera if known.facts else "",
    Trait.FOLDER: lambda known: folder_of(known.sample),
    Trait.SERIES: lambda known: known.sample.group or "",
}
