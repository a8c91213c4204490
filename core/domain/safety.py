"""What variations and a centre crop would do to the user's own pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from core.domain.config import TrainConfig
from core.domain.preprocess import ResizeMode

MIRROR_LOSES: Final = 0.25  # share of any class that may flip where mirroring is switched on unasked


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCheck:
    """What one kind of variation does to the pictures of a class that are recognised as they are.

    Of quarter turns it is the turn that does most.
    """

    name: str
    tried: int  # pictures
    flipped: int  # of those, how many are not recognised once they are varied
    taken_for: str | None  # the class that flipped pictures are named most often; None where none is
    taken: int  # how many are
    harmed: bool  # more than an unprepared probe would lose to a variation that is harmless


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One picture that is taken for something else once it is varied."""

    row: int  # of the pictures that were given
    actual: str
    called: str | None  # None where it is no longer recognised as anything
    turn: int | None = None  # quarters by which it was turned; None for other kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCheck:
    """Whether one kind of variation changes what pictures show. ``kind`` is a switch of TrainConfig."""

    kind: str
    harmful: bool
    sure: bool  # there were enough pictures of every class to rule harm out
    tried: int  # pictures
    flipped: int
    classes: tuple[ClassCheck, ...]  # in class order
    examples: tuple[Flip, ...] = ()  # of a harmful kind, classes taking turns

    @property
    def harmed(self) -> tuple[ClassCheck, ...]:
        """The classes that are harmed, worst first; none where only all classes together show it."""
        found = (one for one in self.classes if one.harmed)
        return tuple(sorted(found, key=lambda one: -one.flipped / one.tried))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResizeAdvice:
    """How these pictures should become squares, and what a centre crop would cost."""

    mode: ResizeMode  # never CROP
    reason: str  # a sentence for the user
    pictures: int
    losing: int  # pictures of which a centre crop would cut off too much of the longer side
    worst: tuple[int, ...]  # rows of some of those, the greatest loss first
    worst_share: float | None  # of the longer side, in [0, 1], that the worst would lose; None without

    @property
    def share_losing(self) -> float | None:
        """The share of pictures that would lose too much, in [0, 1]; None without pictures."""
        return self.losing / self.pictures if self.pictures else None


def safe_settings(config: TrainConfig, checks: Sequence[KindCheck]) -> TrainConfig:
    """Return the settings without the kinds of variation that do harm."""
    off: dict[str, Any] = {check.kind: False for check in checks if check.harmful}
    safe = replace(config, **off)
    return safe if safe.varies else replace(safe, head_views=1)  # without variations all views are one


def with_mirror(config: TrainConfig, checks: Sequence[KindCheck]) -> TrainConfig:
    """Return the settings with mirroring on where it is surely harmless: it doubles the pictures for free."""
    harmless = any(
        check.kind == "mirror"
        and check.sure
        and not check.harmful
        and all(one.flipped <= MIRROR_LOSES * one.tried for one in check.classes)
        for check in checks
    )
    return replace(config, mirror=True) if harmless else config
