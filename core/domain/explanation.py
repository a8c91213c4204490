"""Why a model gave one answer: where it looked, what else was likely, and what it learnt that is alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of a picture; all in [0, 1] of its width or height, from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def whole(self) -> bool:
        """Whether it is all of the picture."""
        return (self.left, self.top, self.right, self.bottom) == (0, 0, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Where the network looked for a class in one picture, and whether that is borne out.

    ``drop_hottest`` is by how much the probability falls when the hottest fifth of the picture is covered,
    ``drop_random`` when as much is covered elsewhere, on average; negative where it rises. Both are None
    where nothing in the picture speaks for the class.
    """

    heat: npt.NDArray[np.float32]  # (H, W) in [0, 1], in the shape of the picture; 0 where it was not seen
    seen: Box  # what the network was given of the picture
    class_name: str
    probability: float
    drop_hottest: float | None
    drop_random: float | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A class, and how likely the model takes it to be."""

    class_name: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A picture that was learnt from. ``likeness`` is the cosine of what the network makes of both."""

    sha256: str
    path: str
    labels: tuple[str, ...]
    likeness: float  # in [-1, 1]; 1 for the same
