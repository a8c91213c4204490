"""Pictures as the network sees them: fitted into a square once, then kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.data.decode import open_reduced
from core.data.parallel import ignore_progress, in_order, never
from core.data.placing import placed
from core.data.rows import Computed, Rows, RowStore, filled
from core.domain.errors import PictureError
from core.domain.preprocess import Interpolation, Preprocessing

Pixels = npt.NDArray[np.uint8]

_VERSION: Final = 2  # raise it when the same file would give other pixels; old caches are then left alone
_AT_ONCE: Final = 32  # pictures stored together: an interruption loses no more than these
BORDER: Final = (124, 116, 104)  # the mean of ImageNet: as good as nothing, to every network here
_NAMED: Final = 3  # unreadable pictures whose names are told
_FILTERS: Final = {
    Interpolation.BILINEAR: Image.Resampling.BILINEAR,
    Interpolation.BICUBIC: Image.Resampling.BICUBIC,
}


def fit(image: Image.Image, preprocessing: Preprocessing) -> Pixels:
    """Return an RGB picture as a writable (H, W, 3): squashed, padded or cropped."""
    side, resample = preprocessing.image_size, _FILTERS[preprocessing.interpolation]
    place = placed(*image.size, preprocessing)
    left, top, right, bottom = place.target
    inner = image.resize((right - left, bottom - top), resample, box=place.source)
    if inner.size == (side, side):
        return np.array(inner)
    square = Image.new("RGB", (side, side), BORDER)
    square.paste(inner, (left, top))
    return np.array(square)


def load_pixels(source: Path | bytes, preprocessing: Preprocessing) -> Pixels:
    """Return one file as (H, W, 3): the one way for training and for prediction. Raises PictureError."""
    return fit(open_reduced(source, at_least=preprocessing.image_size), preprocessing)


def content_name(sha256: str) -> str:
    """Return what a picture is called whose file's name nobody knows."""
    return f"picture {sha256[:12]}"


class LazyPixels:
    """Pictures (N, H, W, 3) of bytes that are decoded, and kept in ``folder``, when they are first read."""

    def __init__(
        self,
        hashes: Sequence[str],
        source_of: Callable[[str], Path],
        preprocessing: Preprocessing,
        *,
        folder: Path,
        name_of: Callable[[str], str] = content_name,
        stopped: Callable[[], bool] = never,
    ) -> None:
        """``source_of`` tells where the picture with a content hash lies, ``name_of`` what people call it."""
        side = preprocessing.image_size
        self._hashes, self._source_of, self._stopped = hashes, source_of, stopped
        self._load, self._name_of = partial(_read, preprocessing=preprocessing), name_of
        self._store = RowStore(folder / pixel_key(preprocessing), row_shape=(side, side, 3), dtype=np.uint8)

    def __len__(self) -> int:
        return len(self._hashes)

    def __getitem__(self, rows: npt.NDArray[np.integer[Any]]) -> Pixels:
        """Return a copy of these pictures. Raises PictureError, Cancelled or OSError."""
        found = self.of([self._hashes[row] for row in rows.tolist()])
        return np.asarray(found, np.uint8)

    def of(self, hashes: Sequence[str], progress: Callable[[int, int], None] = ignore_progress) -> Rows:
        """Return the pictures with these content hashes, decoded where they were not; the same errors.

        One PictureError names all that cannot be read; the others are kept by then.
        """
        return filled(self._store, hashes, partial(self._decoded, hashes, progress))

    def _decoded(
        self, hashes: Sequence[str], progress: Callable[[int, int], None], missing: Sequence[int]
    ) -> Computed:
        before = len(hashes) - len(missing)
        sources = [self._source_of(hashes[position]) for position in missing]
        broken: list[tuple[str, PictureError]] = []
        with closing(in_order(self._load, sources, stopped=self._stopped)) as pictures:
            for start in range(0, len(missing), _AT_ONCE):
                part = [(position, next(pictures)) for position in missing[start : start + _AT_ONCE]]
                whole = [(position, read) for position, read in part if not isinstance(read, PictureError)]
                if whole:
                    yield [position for position, _ in whole], np.stack([pixels for _, pixels in whole])
                broken += [(hashes[at], read) for at, read in part if isinstance(read, PictureError)]
                progress(before + start + len(part), len(hashes))
        if broken:
            raise self._unreadable(broken)

    def _unreadable(self, broken: Sequence[tuple[str, PictureError]]) -> PictureError:
        names = [f"“{self._name_of(sha256)}”" for sha256, _ in broken]
        why = broken[0][1].message
        if len(broken) == 1:
            hint = "Add the file again, or leave the picture out."
            return PictureError(f"{names[0]} cannot be read any more. {why}", hint=hint)
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        return PictureError(
            f"{len(names):,} pictures cannot be read any more: {', '.join(names[:_NAMED])}{more}. "
            f"The first: {why}",
            hint="Add the files again, or leave these pictures out.",
        )


def _read(source: Path, preprocessing: Preprocessing) -> Pixels | PictureError:
    try:
        return load_pixels(source, preprocessing)
    except PictureError as problem:
        return problem


def stored_pixels(
    hashes: Sequence[str],
    source_of: Callable[[str], Path],
    preprocessing: Preprocessing,
    *,
    folder: Path,
    progress: Callable[[int, int], None] = ignore_progress,
    stopped: Callable[[], bool] = never,
) -> Rows:
    """Return the pictures with these content hashes as rows (N, H, W, 3) of bytes, in this order.

    Only those are decoded that ``folder`` does not hold yet, whatever they came with before. ``progress``
    counts pictures of all N. Raises PictureError for files that cannot be read, Cancelled, or OSError; what
    was decoded until then is kept.
    """
    return LazyPixels(hashes, source_of, preprocessing, folder=folder, stopped=stopped).of(hashes, progress)


def pixel_key(preprocessing: Preprocessing) -> str:
    """Return a name for all that decides over pixels besides the file; mean and std do not."""
    how = (preprocessing.image_size, preprocessing.resize_mode, preprocessing.interpolation)
    return "-".join(map(str, (*how, _VERSION)))
