"""What forms, checks and documents share about one setting: its title, plain help, bounds and place."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import get_type_hints


class Group(StrEnum):
    """The parts of the form, in its order."""

    BACKBONE = "Backbone"
    PICTURES = "Pictures"
    HEAD = "New head"
    FINE_TUNING = "Fine-tuning"
    LEARNING = "Learning"
    GENERALISING = "Against learning by heart"
    VARIATIONS = "Variations (augmentation)"
    STOPPING = "Stopping"
    MACHINE = "Computing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Title, plain help and bounds (both included) of one setting."""

    title: str
    help: str
    group: Group
    low: float | None = None
    high: float | None = None
    step: float | None = None


@cache
def settings_of(config_type: type) -> dict[str, Setting]:
    """Return the Setting of every field, in the order of the record."""
    hints = get_type_hints(config_type, include_extras=True)
    return {
        field.name: next(m for m in hints[field.name].__metadata__ if isinstance(m, Setting))
        for field in dataclasses.fields(config_type)
    }
