"""Measures a picture once, on a small copy: what the doctor and the search for series look at."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from core.data.decode import Inspected
from core.domain.facts import PictureFacts

Color = tuple[float, float, float]

_POWERS: Final = np.arange(256, dtype=np.int64)[:, None] ** np.arange(3)  # (256, 3): 1, value, square
_LONGEST_CAMERA: Final = 80  # characters
# Table K.1 of the JPEG standard (ITU T.81), luminance. Encoders scale it by their quality.
_LUMINANCE: Final = np.fromstring(
    """16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55
    14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62
    18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92
    49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99""",
    dtype=np.int64,
    sep=" ",
)


def measure(inspected: Inspected, *, sha256: str, file_bytes: int) -> PictureFacts:
    """Return the facts of one picture; sharpness on the usual scale of grey values from 0 to 255."""
    grey = inspected.small.convert("L")
    rough, rough_grey = (_halved(image) for image in (inspected.small, grey))
    whole, border = _moments(rough, rough_grey)
    brightness, contrast = _spread(whole[3])
    return PictureFacts(
        sha256=sha256,
        file_bytes=file_bytes,
        format=inspected.format,
        width=inspected.width,
        height=inspected.height,
        difference_hash=difference_hash(grey),
        brightness=brightness,
        contrast=contrast,
        sharpness=sharpness(np.asarray(grey)),
        mean_color=_color(whole),
        border_color=_color(border),
        border_contrast=_spread(border[3])[1],
        jpeg_quality=jpeg_quality(inspected.quantization),
        camera=camera(inspected.exif),
        more_frames=inspected.more_frames,
        taken_at=taken_at(inspected.exif),
    )


def difference_hash(grey: Image.Image) -> str:
    """Return whether brightness rises from each of 9 x 8 fields to its right neighbour: 64 bits, as hex."""
    fields = np.asarray(grey.resize((9, 8), Image.Resampling.BOX))
    return np.packbits(fields[:, 1:] > fields[:, :-1]).tobytes().hex()


def sharpness(grey: npt.NDArray[np.uint8]) -> float:
    """Return the variance of the Laplacian (4 neighbours) of (H, W) grey values; 0.0 below 3 x 3 pixels."""
    if min(grey.shape) < 3:
        return 0.0
    values = grey.astype(np.int16)
    edges = 4 * values[1:-1, 1:-1]
    edges -= values[:-2, 1:-1]
    edges -= values[2:, 1:-1]
    edges -= values[1:-1, :-2]
    edges -= values[1:-1, 2:]
    total, squares = int(edges.sum(dtype=np.int64)), int(np.square(edges, dtype=np.int32).sum(dtype=np.int64))
    return squares / edges.size - (total / edges.size) ** 2


def jpeg_quality(tables: Mapping[int, Sequence[int]]) -> int | None:
    """Return the quality, 1 to 100, whose luminance table is nearest by its sum; None without tables.

    An estimate: cameras have tables of their own.
    """
    if not tables.get(0):
        return None
    return int(np.abs(_table_sums() - sum(tables[0])).argmin()) + 1


def camera(exif: Image.Exif | None) -> str:
    """Return maker and model, the maker once; empty where EXIF does not tell."""
    if exif is None:
        return ""
    maker, model = (_text(exif.get(tag)) for tag in (ExifTags.Base.Make, ExifTags.Base.Model))
    told = model if model.casefold().startswith(maker.casefold()) else f"{maker} {model}"
    return told.strip()[:_LONGEST_CAMERA]


def taken_at(exif: Image.Exif | None) -> datetime | None:
    """Return when the picture was taken, or else last changed, by the camera's clock."""
    if exif is None:
        return None
    try:
        inner = exif.get_ifd(ExifTags.IFD.Exif)
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error):
        inner = {}  # broken metadata tells nothing, and is no fault of the pixels
    told = _text(inner.get(ExifTags.Base.DateTimeOriginal)) or _text(exif.get(ExifTags.Base.DateTime))
    try:
        return datetime.strptime(told[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - EXIF knows no zone
    except ValueError:
        return None


def _moments(small: Image.Image, grey: Image.Image) -> tuple[list[list[int]], list[list[int]]]:
    """Return number, sum and sum of squares of red, green, blue and grey, of the whole and of the border."""
    levels = small.histogram() + grey.histogram() + _inner(small).histogram() + _inner(grey).histogram()
    counts = np.fromiter(levels, np.int64, len(levels)).reshape(2, 4, 256)
    whole, inside = counts @ _POWERS
    return whole.tolist(), (whole - inside).tolist()


def _halved(image: Image.Image) -> Image.Image:
    """Return every second pixel of every second row: enough for means and spreads, and quicker."""
    size = (image.width // 2, image.height // 2)
    return image.resize(size, Image.Resampling.NEAREST) if min(size) >= 32 else image


def _inner(image: Image.Image) -> Image.Image:
    """Return the picture without a strip of a tenth of its width on every side; maybe nothing."""
    strip = max(1, round(image.width / 10))
    right, lower = max(strip, image.width - strip), max(strip, image.height - strip)
    return image.crop((strip, strip, right, lower))


def _color(moments: Sequence[Sequence[int]]) -> Color:
    red, green, blue = (_spread(channel)[0] for channel in moments[:3])
    return red, green, blue


def _spread(moments: Sequence[int]) -> tuple[float, float]:
    """Return mean and standard deviation in [0, 1] from number, sum and sum of squares of 0..255."""
    number = max(1, moments[0])
    mean = moments[1] / number
    return mean / 255, max(0.0, moments[2] / number - mean**2) ** 0.5 / 255


@cache
def _table_sums() -> npt.NDArray[np.int64]:
    """Return the sum of the luminance table at quality 1 to 100, as the common library scales it."""
    sums = []
    for quality in range(1, 101):
        scale = 5000 // quality if quality < 50 else 200 - 2 * quality
        sums.append(int(np.clip((_LUMINANCE * scale + 50) // 100, 1, 255).sum()))
    return np.array(sums, dtype=np.int64)


def _text(value: Any) -> str:  # noqa: ANN401 - whatever a file puts there
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return "".join(char for char in value if char.isprintable()).strip() if isinstance(value, str) else ""
