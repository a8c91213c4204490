"""Batches for the stages: stored features for the head, stored pixels for fine-tuning.

Orders and variations come from counter-based seeds (seed, epoch, batch), so that no state of a random
generator has to be kept between batches.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.data.parallel import in_order
from core.data.rows import Rows

Augment = Callable[[Tensor, torch.Generator], Tensor]  # uint8 (B, 3, H, W) -> the same
Mix = Callable[[Tensor, Tensor, torch.Generator], tuple[Tensor, Tensor]]  # inputs, targets -> mixed ones
Resize = Callable[[Tensor, int], Tensor]  # (B, 3, H, W), epoch -> (B, 3, h, w)
VALIDATION_BATCH = 64


class Batch(NamedTuple):
    """Inputs (B, ...) and targets (B, C)."""

    inputs: Tensor
    targets: Tensor


class BatchSource(Protocol):
    """Where a stage gets its batches: features for the head, pictures or activations for fine-tuning."""

    train_size: int
    batches_per_epoch: int

    def train(self, epoch: int, *, first: int = 0) -> Iterator[Batch]:
        """Yield the training batches from number ``first``; they depend on seed, epoch and number alone."""
        ...

    def validation(self) -> Iterator[Batch]:
        """Yield the validation batches, always in the same order and never varied."""
        ...

    def close(self) -> None:
        """Let go of what was kept for this stage."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Rows of a stored array that belong to one split, and what they show."""

    rows: npt.NDArray[np.int64]  # (N,) positions in the store
    targets: npt.NDArray[np.float32]  # (N, C), one-hot or several-hot

    def chosen(self, at: npt.NDArray[np.int64] | slice) -> Labelled:
        """Return some of them."""
        return Labelled(rows=self.rows[at], targets=self.targets[at])


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """What is learnt from, and what the best epoch is chosen with."""

    train: Labelled
    validation: Labelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How training batches are drawn. ``chances`` (N,) sum to 1: pictures come as often, on average."""

    batch_size: int
    seed: int
    chances: npt.NDArray[np.float64] | None = None  # None: each picture once an epoch


class Batches(ABC):
    """What all sources share: which rows come in which training batch, by seed and epoch."""

    def __init__(self, divided: Divided, drawing: Drawing) -> None:
        self.train_size = len(divided.train.rows)
        # a last batch of one picture would break batch norm: it joins the batch before
        self.batches_per_epoch = max(1, self.train_size // drawing.batch_size)
        self._train, self._validation = divided.train, divided.validation
        self._drawing = drawing

    def close(self) -> None:  # noqa: B027 - most keep nothing
        """Let go of what was kept for this stage."""

    def _shuffled(self, epoch: int, first: int) -> Iterator[tuple[int, Labelled]]:
        """Yield the number and the rows of each batch from ``first``."""
        random = np.random.default_rng((self._drawing.seed, epoch))
        if self._drawing.chances is None:
            order = random.permutation(self.train_size)
        else:
            order = random.choice(self.train_size, size=self.train_size, p=self._drawing.chances)
        for index, at in enumerate(np.array_split(order, self.batches_per_epoch)):
            if index >= first:
                yield index, self._train.chosen(at)

    @abstractmethod
    def train(self, epoch: int, *, first: int = 0) -> Iterator[Batch]:
        """Yield the training batches of an epoch from number ``first``."""

    @abstractmethod
    def validation(self) -> Iterator[Batch]:
        """Yield the validation batches."""

    def _in_order(self) -> Iterator[Labelled]:
        for start in range(0, len(self._validation.rows), VALIDATION_BATCH):
            yield self._validation.chosen(slice(start, start + VALIDATION_BATCH))


class FeatureBatches(Batches):
    """Batches of pooled features, (B, D) float32; all of them are kept in memory on the device.

    ``views`` are features of the same pictures, varied: epoch after epoch the next ones are learnt from.
    """

    def __init__(
        self,
        views: list[npt.NDArray[np.floating]],
        divided: Divided,
        drawing: Drawing,
        *,
        device: torch.device,
    ) -> None:
        super().__init__(divided, drawing)
        self._views = [torch.from_numpy(np.asarray(view, dtype=np.float32)).to(device) for view in views]
        self._device = device

    def train(self, epoch: int, *, first: int = 0) -> Iterator[Batch]:
        """Yield shuffled training batches."""
        view = self._views[epoch % len(self._views)]
        for _, chosen in self._shuffled(epoch, first):
            yield self._batch(view, chosen)

    def validation(self) -> Iterator[Batch]:
        """Yield the validation batches in stored order, as they are."""
        for chosen in self._in_order():
            yield self._batch(self._views[0], chosen)

    def _batch(self, view: Tensor, chosen: Labelled) -> Batch:
        rows = torch.from_numpy(chosen.rows).to(self._device)
        return Batch(view[rows], torch.from_numpy(chosen.targets).to(self._device))


class PixelBatches(Batches):
    """Batches of pictures, (B, 3, H, W) channels last, in [0, 255].

    Training batches are varied, resized as the epoch asks for, and mixed. Pictures are read one batch ahead
    where another device computes meanwhile; ``ahead`` says it either way.
    """

    def __init__(  # noqa: PLR0913 - reads like a form, and everything on it is named
        self,
        pixels: Rows,  # (N, H, W, 3) uint8
        divided: Divided,
        drawing: Drawing,
        *,
        device: torch.device,
        augment: Augment,
        mix: Mix,
        resize: Resize = lambda pictures, _epoch: pictures,
        ahead: bool | None = None,
    ) -> None:
        super().__init__(divided, drawing)
        self._pixels = pixels
        self._device = device
        self._augment, self._mix, self._resize = augment, mix, resize
        self._ahead = device.type != "cpu" if ahead is None else ahead

    def train(self, epoch: int, *, first: int = 0) -> Iterator[Batch]:
        """Yield shuffled, varied training batches."""
        shuffled = (chosen for _, chosen in self._shuffled(epoch, first))
        for index, batch in enumerate(self._batches(shuffled), start=first):
            generator = generator_of(self._drawing.seed, epoch, index)
            pictures = self._resize(self._augment(batch.inputs, generator), epoch)
            yield Batch(*self._mix(pictures, batch.targets, generator))

    def validation(self) -> Iterator[Batch]:
        """Yield the validation batches in stored order, as they are."""
        yield from self._batches(self._in_order())

    def _batches(self, parts: Iterator[Labelled]) -> Iterator[Batch]:
        read = in_order(self._read, parts, threads=1, ahead=1) if self._ahead else map(self._read, parts)
        # a copy to Apple's processors that is not waited for can come when its source is gone
        hurried = self._device.type == "cuda"
        for images, targets in read:
            there = images.to(self._device, non_blocking=hurried)
            # permuting a dense NHWC array gives NCHW in channels-last order without moving a byte
            yield Batch(there.permute(0, 3, 1, 2), targets.to(self._device, non_blocking=hurried))

    def _read(self, part: Labelled) -> tuple[Tensor, Tensor]:
        """Return pictures (B, H, W, 3), a copy of what is stored, and targets, ready to be sent."""
        images, targets = torch.from_numpy(self._pixels[part.rows]), torch.from_numpy(part.targets)
        if self._device.type == "cuda":  # which fetches such memory by itself, while other work goes on
            return images.pin_memory(), targets.pin_memory()
        return images, targets


def generator_of(seed: int, *counter: int) -> torch.Generator:
    """Return a generator on the CPU that depends on these numbers alone."""
    generator = torch.Generator()
    generator.manual_seed(seed_of(seed, *counter))
    return generator


def seed_of(seed: int, *counter: int) -> int:
    """Return a seed of 63 bits, what torch takes, that depends on these numbers alone."""
    words = np.random.SeedSequence((seed, *counter)).generate_state(1, np.uint64)
    return int(words[0] >> np.uint64(1))
