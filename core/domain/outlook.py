"""What can be said about a training before it starts: from features of the frozen backbones alone."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.report import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneLook:
    """What one backbone makes of the pictures without any fine-tuning."""

    key: str
    title: str
    accuracy: Interval  # cross-validated, of a new head on frozen features
    pictures_per_second: float  # the frozen network, on this machine
    parameters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The backbone to take, and why, in a sentence."""

    key: str
    reason: str
