"""What can be told of a picture without knowing what it shows, and what a table says of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """A way to tell pictures apart: by what is read of each, a number or a word."""

    trait: Trait
    column: str = ""
    number: Numbers | None = None  # NaN and infinity are never read, None where it is not known
    word: Words | None = None  # empty where it is not known


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


_NUMBERS: Final[Mapping[Trait, Numbers]] = {
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

_WORDS: Final[Mapping[Trait, Words]] = {
    Trait.FORMAT: lambda known: known.facts.format if known.facts else "",
    Trait.CAMERA: lambda known: known.facts.camera if known.facts else "",
    Trait.FOLDER: lambda known: folder_of(known.sample),
    Trait.SERIES: lambda known: known.sample.group or "",
}


_FEW_NUMBERS: Final = 8  # a column with so few different numbers has them as names: 1, 2, 3


def divisions(known: Sequence[Known]) -> Iterator[Division]:
    """Yield every way to tell these pictures apart, in the order in which they are shown."""
    for trait in Trait:
        if trait is not Trait.COLUMN:
            yield Division(trait=trait, number=_NUMBERS.get(trait), word=_WORDS.get(trait))
    for title in dict.fromkeys(title for one in known for title, _ in one.sample.columns):
        yield _by_column(title, known)


def _by_column(title: str, known: Sequence[Known]) -> Division:
    said = [_said(one, title) for one in known]
    values = {text: _number(text) for text in said if text}
    if len(values) > _FEW_NUMBERS and all(value is not None for value in values.values()):
        return Division(trait=Trait.COLUMN, column=title, number=lambda one: values.get(_said(one, title)))
    return Division(trait=Trait.COLUMN, column=title, word=lambda one: _said(one, title))


def _said(known: Known, title: str) -> str:
    return dict(known.sample.columns).get(title, "")


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
