"""The settings in the form, from one drawing to the next: what a visitor changed stays changed.

The form begins from what the preset says, and that grows while a look ahead goes on. Fields keep what they
were drawn with, so the form is begun anew whenever its beginning changes, with the visitor's changes in it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self

from core.domain.config import TrainConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanForm:
    """A form under ``name``: the settings it was given, those its fields began with, and those they show."""

    name: str
    given: TrainConfig
    start: TrainConfig
    shown: TrainConfig
    again: int = 0  # how often its fields began anew under this name

    @classmethod
    def first(cls, name: str, given: TrainConfig) -> Self:
        """Return a form that nobody has changed yet."""
        return cls(name=name, given=given, start=given, shown=given)

    @property
    def key(self) -> str:
        """The key of its fields."""
        return f"{self.name}_again_{self.again}" if self.again else self.name

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of the settings that a visitor changed."""
        names = [field.name for field in fields(TrainConfig)]
        return tuple(name for name in names if getattr(self.shown, name) != getattr(self.given, name))

    def begun_from(self, given: TrainConfig) -> PlanForm:
        """Return the form begun anew from other settings, or from the same ones, with what was changed."""
        changes: dict[str, Any] = {name: getattr(self.shown, name) for name in self.changed}
        start = replace(given, **changes)
        return PlanForm(name=self.name, given=given, start=start, shown=start, again=self.again + 1)
