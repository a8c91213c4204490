"""Training pictures as they leave the frozen part of the network, kept so that it is not computed again.

Each epoch learns from one varied copy (view) of every picture. A view passes the frozen part once, in the
fastest way this machine has, and is kept in half precision; once there are as many as are kept, they are
taken in turn while every other epoch a new one takes the place of the oldest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.data.rows import Rows
from core.files import reserve
from core.training.features import FROZEN_BATCH, passed
from core.training.sources import Batch, Batches, Divided, Drawing, Labelled, seed_of

Lower = Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]]  # (B, H, W, 3) -> (B, ...)
SeededAugment = Callable[[Tensor, Sequence[int]], Tensor]  # uint8 (B, 3, H, W), a seed each -> the same
NEVER = -1


class ActivationBatches(Batches):
    """Batches of activations at the freeze boundary, (B, ...) float32; for processors, not graphics cards.

    What is kept lies in one file, which gets its room at once and is removed by ``close``. A view of a
    picture depends on the seed, the view and the picture alone, never on the batch it was computed with.
    Raises OSError where the disk has no room for the file.
    """

    def __init__(  # noqa: PLR0913 - reads like a form, and everything on it is named
        self,
        pixels: Rows,  # (N, H, W, 3) uint8
        divided: Divided,
        drawing: Drawing,
        *,
        lower: Lower,
        augment: SeededAugment,
        views: int,
        file: Path,
    ) -> None:
        super().__init__(divided, drawing)
        self._pixels, self._lower, self._augment = pixels, lower, augment
        self._views = views
        self._places = {row: place for place, row in enumerate(divided.train.rows.tolist())}
        self._which = np.full((views, self.train_size), NEVER)  # the view each kept row shows
        self._shape = lower(pixels[divided.train.rows[:1]]).shape[1:]
        self._judged_known = False
        self._file = file
        rows = views * self.train_size + len(divided.validation.rows)
        size = rows * math.prod(self._shape)
        reserve(file, rows * activation_bytes(self._shape))
        self._kept = torch.from_file(str(file), shared=True, size=size, dtype=torch.bfloat16).view(rows, -1)

    def close(self) -> None:
        """Let go of what was kept."""
        self._kept = torch.empty(0)
        self._file.unlink(missing_ok=True)

    def train(self, epoch: int, *, first: int = 0) -> Iterator[Batch]:
        """Yield shuffled training batches of this epoch's view."""
        slot, view = slot_and_view(epoch, self._views)
        coming = [(chosen, self._places_of(chosen)) for _, chosen in self._shuffled(epoch, first)]
        missing = self._missing([places for _, places in coming], slot, view)
        rank = {place: number for number, place in enumerate(missing.tolist())}
        made = 0
        for chosen, places in coming:
            needed = max((rank.get(place, NEVER) + 1 for place in places.tolist()), default=0)
            if needed > made:  # and as many of the next batches as fill up the last call
                filled = -(-needed // FROZEN_BATCH) * FROZEN_BATCH
                self._look_at(missing[made:filled], slot, view)
                made = filled
            yield self._batch(slot * self.train_size + places, chosen)

    def _places_of(self, chosen: Labelled) -> npt.NDArray[np.int64]:
        return np.array([self._places[row] for row in chosen.rows.tolist()], dtype=np.int64)

    def _missing(
        self, coming: Sequence[npt.NDArray[np.int64]], slot: int, view: int
    ) -> npt.NDArray[np.int64]:
        """Return the places of the pictures to come that are not kept in this view, in their order."""
        places = np.concatenate([*coming, np.empty(0, dtype=np.int64)])
        places = places[np.sort(np.unique(places, return_index=True)[1])]  # repeated ones: the first
        missing: npt.NDArray[np.int64] = places[self._which[slot, places] != view]
        return missing

    def _look_at(self, places: npt.NDArray[np.int64], slot: int, view: int) -> None:
        """Keep the training pictures at these places in this view."""
        self._keep(slot * self.train_size + places, self._varied(places, view))
        self._which[slot, places] = view

    def validation(self) -> Iterator[Batch]:
        """Yield the validation batches in stored order, as they are; computed the first time."""
        start = self._views * self.train_size
        for chosen in self._in_order():
            places = np.arange(start, start + len(chosen.rows))
            if not self._judged_known:
                self._keep(places, self._pixels[chosen.rows])
            yield self._batch(places, chosen)
            start += len(chosen.rows)
        self._judged_known = True

    def _varied(self, places: npt.NDArray[np.int64], view: int) -> npt.NDArray[np.uint8]:
        """Return the training pictures at these places, varied, (B, H, W, 3)."""
        rows = self._train.rows[places]
        pixels = torch.from_numpy(self._pixels[rows]).permute(0, 3, 1, 2)
        varied = self._augment(pixels, [seed_of(self._drawing.seed, view, int(row)) for row in rows])
        return np.ascontiguousarray(varied.permute(0, 2, 3, 1).numpy())

    def _keep(self, places: npt.NDArray[np.int64], images: npt.NDArray[np.uint8]) -> None:
        # in calls of one size: what is kept of a picture must not depend on which others came with it
        activations = torch.from_numpy(passed(self._lower, images)).flatten(1)
        self._kept[torch.from_numpy(places)] = activations.to(torch.bfloat16)

    def _batch(self, places: npt.NDArray[np.int64], chosen: Labelled) -> Batch:
        kept = self._kept[torch.from_numpy(places)].float().view(-1, *self._shape)
        inputs = kept.to(memory_format=torch.channels_last) if kept.ndim == 4 else kept
        return Batch(inputs, torch.from_numpy(chosen.targets))


def slot_and_view(epoch: int, views: int) -> tuple[int, int]:
    """Return which kept copy epoch ``epoch`` (from 1) learns from, and which view it shows.

    The first epochs make one view each. From then on every other epoch makes a new one in place of the
    oldest, and those between take up one that is there.
    """
    if epoch <= views:
        return epoch - 1, epoch - 1
    later = epoch - views - 1
    made = views + (later + 1) // 2  # views there are before this epoch
    if later % 2 == 0 or views == 1:
        fresh = made if views > 1 else epoch - 1
        return fresh % views, fresh
    again = made - views + (later // 2) % views  # one of those kept, each time a different one
    return again % views, again


def activation_bytes(shape: tuple[int, ...]) -> int:
    """Return how much room one kept activation takes."""
    return 2 * math.prod(shape)
