"""Pictures as a camera gives them: a set of pictures enlarged to 12 megapixels each, for other benchmarks.

The built-in and drawn pictures are about as small as a network wants them, which spares those who decode
every picture in each epoch most of that work. Users bring photos. This writes the same pictures, in the same
classes and splits, in the size of photos; ``--data FOLDER`` of the other benchmarks takes them.

    python -m benchmarks.photographed FOLDER [--data drawn-parts | machine-parts | ...] [--megapixels 12]

Enlarged pictures are smoother than photos, so their files are smaller and decoded a little faster.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from PIL import Image

from benchmarks.drawn_parts import DRAWN, write_drawn_parts
from core.data.samples import write_sample_set

QUALITY = 92  # of JPEGs, as of most cameras


def main() -> None:
    """Write the pictures and say how large they are."""
    parser = argparse.ArgumentParser(description="A set of pictures in the size of photos.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", default=DRAWN, help=f"{DRAWN}, or a built-in set")
    parser.add_argument("--megapixels", type=float, default=12.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as small, ThreadPoolExecutor() as pool:
        places = [
            pool.submit(enlarge, file, (options.folder / name).with_suffix(".jpg"), options.megapixels)
            for name, file in pictures(options.data, Path(small))
        ]
        sizes = [place.result().stat().st_size for place in places]
    print(
        f"{len(sizes)} pictures of {options.data} at {options.megapixels:g} megapixels in {options.folder}, "
        f"{sum(sizes) / len(sizes) / 1e6:.1f} MB each"
    )


def pictures(data: str, folder: Path) -> Iterator[tuple[PurePosixPath, Path]]:
    """Write the set into ``folder``; give each picture's name, with its class and split, and its file."""
    if data == DRAWN:
        write_drawn_parts(folder)
        for file in sorted(folder.rglob("*.jpg")):
            yield PurePosixPath(file.relative_to(folder).as_posix()), file
    else:
        for found in write_sample_set(data, folder):
            yield PurePosixPath(found.name), found.location


def enlarge(file: Path, place: Path, megapixels: float) -> Path:
    """Save the picture at ``place`` with so many million pixels, in its own proportions."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(file) as picture:
        scale = (megapixels * 1e6 / (picture.width * picture.height)) ** 0.5
        size = round(picture.width * scale), round(picture.height * scale)
        picture.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(place, quality=QUALITY)
    return place


if __name__ == "__main__":
    main()
