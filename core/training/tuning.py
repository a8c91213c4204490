"""Fine-tuning: the head and the last blocks, or all of them, learn together."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from core.data.augment import augmenter, seeded_augmenter
from core.data.rows import Rows
from core.domain.choices import Unfreezing
from core.domain.run import Stage
from core.models.boundary import split
from core.models.folding import Pair
from core.models.given_norms import NormsFolded, with_norms_folded
from core.models.surgery import Classifier, unfreeze_last
from core.training.activations import ActivationBatches, Lower, activation_bytes
from core.training.best import Best
from core.training.loop import Fit, StagePlan
from core.training.material import Material
from core.training.mixing import mixer
from core.training.optimisers import Pace
from core.training.resizing import resized, sides
from core.training.schedule import Course
from core.training.sources import Batches, PixelBatches

WORTH_KEEPING = 2.0  # an activation may take this many times the room of its picture, or it is not kept
FEW = 2  # pictures that show how the learning part is built
ROOM = 8 * 1024**3  # bytes that kept activations may take at most
JOINED_BY = 0.5  # share of the epochs after which gradual unfreezing has reached its last block

Compile = Callable[[nn.Module], Lower]  # a frozen network as a function of pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """What is decided when fine-tuning begins, and by what it goes on, however things are then."""

    from_activations: bool  # else from pixels
    folded: tuple[tuple[str, str], ...]  # names of convolutions, and of the norms computed as part of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Where fine-tuning runs: how frozen parts are computed, and where activations may lie meanwhile."""

    compile: Compile
    file: Path
    half: bool  # whether the learning part is computed in bfloat16
    note: Callable[[str], None]
    arrangement: Arrangement | None = None  # of the attempt that is gone on with


def tune(
    material: Material,
    pixels: Rows,
    place: Workplace,
    *,
    best: Best,
    first_epoch: int,
    rate: float = 1.0,
) -> tuple[Fit, Batches]:
    """Return the stage that trains the head and the blocks that the settings name, and its batches to close.

    ``pixels`` are all pictures, (N, H, W, 3).
    Where blocks below stay frozen and the processor computes, they are passed once per view of a picture and
    training goes on from what they answered. ``rate`` scales the learning rate as set.
    """
    config, model = material.config, material.model
    blocks = blocks_to_learn(model, config.fine_tune_blocks, pretrained=config.pretrained)
    unfreeze_last(model, blocks)
    names = material.learning_names()
    best.follow([name for block in names for name in block])
    kept = _from_activations(material, pixels, place)
    module, source = kept or (material.model, _from_pixels(material, pixels, first_epoch))
    try:
        module = _with_norms_folded(module, source, place.arrangement, first_epoch=first_epoch)
        plan = _plan(material, names, source, first_epoch=first_epoch, rate=rate, half=place.half)
        return Fit(module, source, plan, material.objective, best=best), source
    except BaseException:
        source.close()
        raise


def arrangement_of(fit: Fit, source: Batches) -> Arrangement:
    """Return what was decided when this stage began."""
    module = fit.module
    folded: tuple[tuple[str, str], ...] = ()
    if isinstance(module, NormsFolded):
        names = {layer: name for name, layer in module.module.named_modules()}
        folded = tuple((names[convolution], names[norm]) for convolution, norm in module.pairs)
    return Arrangement(from_activations=isinstance(source, ActivationBatches), folded=folded)


def blocks_to_learn(model: Classifier, wanted: int, *, pretrained: bool) -> int:
    """Return how many blocks learn: what starts from nothing learns altogether."""
    every = len(model.spec.blocks)
    return min(wanted, every) if pretrained else every


def joined(epoch: int, *, epochs: int, blocks: int, step: int) -> int:
    """Return how many of ``blocks`` learn in ``epoch`` (from 0) of gradual unfreezing, ``step`` at a time.

    They join in rounds of the same length. Where there are too few epochs for that, more join at a time: when
    JOINED_BY of the epochs are over, all learn.
    """
    early = int(epochs * JOINED_BY)
    step = max(step, math.ceil(blocks / (early + 1)))
    rounds = math.ceil(blocks / step)
    return min(blocks, step * (1 + epoch * rounds // max(early, rounds)))


def _plan(
    material: Material,
    names: tuple[tuple[str, ...], ...],
    source: Batches,
    *,
    first_epoch: int,
    rate: float,
    half: bool,
) -> StagePlan:
    config, model = material.config, material.model
    blocks = blocks_to_learn(model, config.fine_tune_blocks, pretrained=config.pretrained)

    def begin_epoch(epoch: int) -> None:
        if config.unfreezing is Unfreezing.GRADUAL and config.pretrained:
            now = joined(
                epoch - first_epoch, epochs=config.fine_tune_epochs, blocks=blocks, step=config.unfreeze_step
            )
            unfreeze_last(model, now)

    return StagePlan(
        stage=Stage.FINE_TUNE,
        first_epoch=first_epoch,
        epochs=config.fine_tune_epochs,
        pace=Pace(
            kind=config.optimizer,
            blocks=names,
            learning_rate=config.fine_tune_learning_rate * rate,
            layer_decay=config.layer_decay,
            weight_decay=config.weight_decay,
            momentum=config.momentum,
            course=Course(
                kind=config.schedule,
                steps=config.fine_tune_epochs * source.batches_per_epoch,
                warm_up=config.warm_up,
            ),
        ),
        patience=config.patience,
        seed=config.seed,
        accumulate=config.accumulate,
        clip=config.clip,
        ema_decay=config.ema_decay,
        half=half,
        begin_epoch=begin_epoch,
    )


def _with_norms_folded(
    module: nn.Module, source: Batches, arranged: Arrangement | None, *, first_epoch: int
) -> nn.Module:
    """Return ``module`` in the form that learns faster, where there is one, or as it was arranged."""
    if arranged is None:
        return with_norms_folded(module, next(iter(source.train(first_epoch))).inputs[:FEW])
    pairs = [tuple(module.get_submodule(name) for name in names) for names in arranged.folded]
    return NormsFolded(module, cast("list[Pair]", pairs)) if pairs else module


def _from_pixels(material: Material, pixels: Rows, first_epoch: int) -> Batches:
    growing, full = sides(material.config), material.config.image_size

    def resize(pictures: Tensor, epoch: int) -> Tensor:
        later = epoch - first_epoch
        return resized(pictures, growing[later] if later < len(growing) else full)

    return PixelBatches(
        pixels,
        material.divided,
        material.drawing,
        device=material.device,
        augment=augmenter(material.config),
        mix=mixer(material.config),
        resize=resize,
    )


def _from_activations(material: Material, pixels: Rows, place: Workplace) -> tuple[nn.Module, Batches] | None:
    """Return the learning half and batches of activations for it; None where pixels are the better way."""
    config, divided, arranged = material.config, material.divided, place.arrangement
    if material.device.type != "cpu" or not config.may_keep_activations:
        return None
    if arranged and not arranged.from_activations:
        return None
    halves = split(material.model)
    if halves is None:
        return None
    place.file.unlink(missing_ok=True)  # what a broken attempt left would count against the room for this one
    lower = place.compile(halves.lower)
    if arranged is None and not _worth_keeping(material, pixels, lower, place):
        return None
    return halves.upper, ActivationBatches(
        pixels,
        divided,
        material.drawing,
        lower=lower,
        augment=seeded_augmenter(config),
        views=config.boundary_views,
        file=place.file,
    )


def _worth_keeping(material: Material, pixels: Rows, lower: Lower, place: Workplace) -> bool:
    """Whether activations are small enough, and there is room for them; a note tells where there is not."""
    divided = material.divided
    one: npt.NDArray[np.uint8] = pixels[divided.train.rows[:1]]
    size = activation_bytes(lower(one).shape[1:])
    if size > WORTH_KEEPING * one.nbytes:
        return False
    rows = material.config.boundary_views * len(divided.train.rows) + len(divided.validation.rows)
    if not _has_room(size * rows, place.file):
        place.note("There was no room to keep what the frozen blocks answer, so they are computed each time.")
        return False
    return True


def _has_room(needed: int, file: Path) -> bool:
    file.parent.mkdir(parents=True, exist_ok=True)
    return needed <= min(ROOM, shutil.disk_usage(file.parent).free // 2)
