"""Judged pictures on a plane, where those that a network takes for alike lie close together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.domain.dataset import Split

MOST_POINTS: Final = 3_000  # more take minutes to lay out, and cover each other


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPoint:
    """One picture on the map; of several classes, ``label`` and ``predicted`` are the first and likeliest."""

    sha256: str
    path: str
    x: float  # in [-1, 1]; only the distances mean something
    y: float
    label: str
    predicted: str
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMap:
    """The judged pictures of one split as a pretrained network sees them."""

    split: Split
    points: tuple[MapPoint, ...]
    pictures: int  # that were judged; of very many, the points are a sample
    classes: tuple[str, ...]
    backbone: str  # title of the network
    several: bool = False
