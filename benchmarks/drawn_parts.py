"""Drawn machine parts in other numbers than the built-in set: enough to test on that small gains show."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from core.data.machine_parts import COUNTS, draw

DRAWN: Final = "drawn-parts"
PICTURES: Final = {"train": 280, "validation": 60, "test": 400}  # all of them filed rightly


def write_drawn_parts(folder: Path) -> None:
    """Write the pictures into folders by split and class; always the same, and none of the built-in ones."""
    for split, count in PICTURES.items():
        for label, share in COUNTS.items():
            place = folder / split / label
            place.mkdir(parents=True)
            for number in range(round(count * share / sum(COUNTS.values()))):
                seed = [*f"{split}/{label}/{number}".encode()]
                picture = Image.fromarray(draw(label, np.random.default_rng(seed)))
                picture.save(place / f"part_{number:04d}.jpg", quality=92)
