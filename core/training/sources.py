"""Batches for the two stages: stored features for the head, stored pixels for fine-tuning.

Orders and variations come from counter-based seeds (seed, epoch, batch), so that no state of a random
generator has to be kept between epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.training.loop import Batch

Augment = Callable[[Tensor, torch.Generator], Tensor]  # uint8 (B, 3, H, W) -> the same
VALIDATION_BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Rows of a stored array that belong to one split, and their classes."""

    rows: npt.NDArray[np.int64]  # (N,) positions in the store
    labels: npt.NDArray[np.int64]  # (N,) class indices


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """What is learnt from, and what the best epoch is chosen with."""

    train: Labelled
    validation: Labelled


class _Batches:
    """What both sources share: shuffled training batches of rows, by seed and epoch."""

    def __init__(self, divided: Divided, *, batch_size: int, seed: int) -> None:
        self.train_size = len(divided.train.rows)
        # a last batch of one picture would break batch norm: it joins the batch before
        self.batches_per_epoch = max(1, self.train_size // batch_size)
        self._train, self._validation = divided.train, divided.validation
        self._seed = seed

    def _shuffled(self, epoch: int) -> Iterator[tuple[int, Labelled]]:
        order = np.random.default_rng((self._seed, epoch)).permutation(self.train_size)
        for index, chosen in enumerate(np.array_split(order, self.batches_per_epoch)):
            yield index, Labelled(rows=self._train.rows[chosen], labels=self._train.labels[chosen])

    def _in_order(self) -> Iterator[Labelled]:
        for start in range(0, len(self._validation.rows), VALIDATION_BATCH):
            part = slice(start, start + VALIDATION_BATCH)
            yield Labelled(rows=self._validation.rows[part], labels=self._validation.labels[part])


class FeatureBatches(_Batches):
    """Batches of pooled features, (B, D) float32; all of them are kept in memory on the device."""

    def __init__(
        self,
        features: npt.NDArray[np.floating],
        divided: Divided,
        *,
        batch_size: int,
        seed: int,
        device: torch.device,
    ) -> None:
        super().__init__(divided, batch_size=batch_size, seed=seed)
        self._features = torch.from_numpy(np.asarray(features, dtype=np.float32)).to(device)
        self._device = device

    def train(self, epoch: int) -> Iterator[Batch]:
        """Yield shuffled training batches."""
        for _, chosen in self._shuffled(epoch):
            yield self._batch(chosen)

    def validation(self) -> Iterator[Batch]:
        """Yield the validation batches in stored order."""
        for chosen in self._in_order():
            yield self._batch(chosen)

    def _batch(self, chosen: Labelled) -> Batch:
        labels = torch.from_numpy(chosen.labels).to(self._device)
        return self._features[torch.from_numpy(chosen.rows).to(self._device)], labels


class PixelBatches(_Batches):
    """Batches of pictures, (B, 3, H, W) uint8 channels last; training batches are varied."""

    def __init__(
        self,
        pixels: npt.NDArray[np.uint8],
        divided: Divided,
        *,
        batch_size: int,
        seed: int,
        device: torch.device,
        augment: Augment,
    ) -> None:
        super().__init__(divided, batch_size=batch_size, seed=seed)
        self._pixels = pixels  # (N, H, W, 3)
        self._device = device
        self._augment = augment

    def train(self, epoch: int) -> Iterator[Batch]:
        """Yield shuffled, varied training batches."""
        for index, chosen in self._shuffled(epoch):
            images, labels = self._batch(chosen)
            words = np.random.SeedSequence((self._seed, epoch, index)).generate_state(1, np.uint64)
            generator = torch.Generator(device=self._device)
            generator.manual_seed(int(words[0] >> np.uint64(1)))  # 63 bits: what manual_seed takes
            yield self._augment(images, generator), labels

    def validation(self) -> Iterator[Batch]:
        """Yield the validation batches in stored order, as they are."""
        for chosen in self._in_order():
            yield self._batch(chosen)

    def _batch(self, chosen: Labelled) -> Batch:
        images = torch.from_numpy(self._pixels[chosen.rows])  # a copy: (B, H, W, 3)
        labels = torch.from_numpy(chosen.labels).to(self._device)
        # permuting a dense NHWC array gives NCHW in channels-last order without moving a byte
        return images.to(self._device).permute(0, 3, 1, 2), labels
