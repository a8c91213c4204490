"""What is to be done to each picture of a batch, drawn from a generator and told apart from the doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.bool_]  # (B,) which pictures

LUMA: Final = np.array((0.299, 0.587, 0.114))  # Rec. 601
MID_GREY: Final = 127.5
COVER: Final = 127  # what an erased piece is filled with

NO_TABLE: Final = 0
STRETCHED: Final = 1  # the darkest value becomes 0, the brightest 255
EQUALISED: Final = 2  # every brightness becomes about as frequent
POSTERISED: Final = 10  # and the number of bits that are left: 14 is four bits

# Every picture draws one number in [0, 1) for each of these, needed or not: so switching one kind of
# variation off leaves the others as they were.
SLOTS: Final = (
    *("area", "stretch", "angle", "right", "down", "mirror", "upside_down", "turn"),
    *("bright", "contrast", "colour", "blurred", "blur", "erased"),
    *("box_high", "box_wide", "box_top", "box_left"),
    *("kind_1", "size_1", "sign_1", "kind_2", "size_2", "sign_2"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One pass over a batch of B pictures, done in the order of the fields."""

    places: Floats  # (B, 2, 3) from a place in the result to one in the source; edges lie at -1 and 1
    colours: Floats  # (B, 3, 4) matrix and offset on channel values 0..255
    tables: npt.NDArray[np.int64]  # (B,) NO_TABLE, STRETCHED, EQUALISED, or POSTERISED + bits
    sharpness: Floats  # (B,) below 1 softens, above 1 sharpens
    blur: Floats  # (B,) deviation of a Gaussian as a share of the width
    boxes: Floats  # (B, 4) erased: top, left, height, width, as shares; 0 high for none

    @classmethod
    def still(cls, count: int) -> Recipe:
        """Return the recipe that changes nothing."""
        return cls(
            places=np.tile(np.eye(2, 3), (count, 1, 1)),
            colours=np.tile(np.eye(3, 4), (count, 1, 1)),
            tables=np.full(count, NO_TABLE, dtype=np.int64),
            sharpness=np.ones(count),
            blur=np.zeros(count),
            boxes=np.zeros((count, 4)),
        )

    @property
    def moved(self) -> Rows:
        """Which pictures change their geometry."""
        return np.asarray((self.places != np.eye(2, 3)).any(axis=(1, 2)))

    @property
    def lit(self) -> Rows:
        """Which pictures change by the colour matrix."""
        return np.asarray((self.colours != np.eye(3, 4)).any(axis=(1, 2)))

    def pixel_maps(self, *, width: int, height: int) -> Floats:
        """Return ``places`` between centres of pixels, (B, 2, 3)."""
        into = np.array(((2 / width, 0, 1 / width - 1), (0, 2 / height, 1 / height - 1), (0, 0, 1)))
        out = np.array(((width / 2, 0, (width - 1) / 2), (0, height / 2, (height - 1) / 2)))
        whole = np.concatenate((self.places, np.tile((0.0, 0.0, 1.0), (len(self.places), 1, 1))), axis=1)
        return np.asarray(out @ whole @ into)


@dataclass(frozen=True, slots=True)
class Draws:
    """The numbers that decide: one row per picture, one column per slot."""

    numbers: Floats  # (B, len(SLOTS)) in [0, 1)

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, slot: str) -> Floats:
        return np.asarray(self.numbers[:, SLOTS.index(slot)])

    def between(self, slot: str, low: float, high: float) -> Floats:
        """Return a slot spread evenly from ``low`` to ``high``."""
        return np.asarray(low + (high - low) * self[slot])


def brightness_map(factor: Floats) -> Floats:
    """Return colour maps (N, 3, 4) that multiply every channel by ``factor`` (N,)."""
    return np.asarray(factor[:, None, None] * np.eye(3, 4))


def contrast_map(factor: Floats) -> Floats:
    """Return colour maps (N, 3, 4) that spread the values about mid grey."""
    maps = brightness_map(factor)
    maps[:, :, 3] = MID_GREY * (1 - factor)[:, None]
    return maps


def colour_map(factor: Floats) -> Floats:
    """Return colour maps (N, 3, 4) from grey (0) over unchanged (1) to stronger colours; the hue stays."""
    maps = brightness_map(factor)
    maps[:, :, :3] += (1 - factor)[:, None, None] * LUMA
    return maps


def chained(first: Floats, then: Floats) -> Floats:
    """Return the colour maps that do ``first`` and ``then``, (N, 3, 4) each."""
    maps = then[:, :, :3] @ first
    maps[:, :, 3] += then[:, :, 3]
    return np.asarray(maps)


def turned(places: Floats, draws: Draws, *, mirror: bool, upside_down: bool, quarter_turns: bool) -> Floats:
    """Return ``places`` behind mirroring and quarter turns, each as likely as not where it is allowed."""
    across = np.where(mirror & (draws["mirror"] < 0.5), -1.0, 1.0)
    along = np.where(upside_down & (draws["upside_down"] < 0.5), -1.0, 1.0)
    quarters = np.floor(draws["turn"] * 4).astype(np.int64) * quarter_turns
    cosine, sine = np.array((1.0, 0.0, -1.0, 0.0))[quarters], np.array((0.0, 1.0, 0.0, -1.0))[quarters]
    turns = np.zeros((len(draws), 3, 3))
    turns[:, 0, 0], turns[:, 0, 1] = cosine * across, -sine * along
    turns[:, 1, 0], turns[:, 1, 1] = sine * across, cosine * along
    turns[:, 2, 2] = 1.0
    return np.asarray(places @ turns)


def boxes(draws: Draws, least: float, most: float) -> Floats:
    """Return rectangles (B, 4) inside the picture, each side from ``least`` to ``most`` of the picture's."""
    high, wide = draws.between("box_high", least, most), draws.between("box_wide", least, most)
    top, left = draws["box_top"] * (1 - high), draws["box_left"] * (1 - wide)
    return np.stack((top, left, high, wide), axis=1)


def box_slices(box: Floats, *, width: int, height: int) -> tuple[slice, slice]:
    """Return rows and columns of an erased rectangle."""
    top, left, high, wide = box
    rows = slice(round(top * height), round((top + high) * height))
    return rows, slice(round(left * width), round((left + wide) * width))
