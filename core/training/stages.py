"""The two stages of fine-tuning, as configured: a new head on stored features, then the last blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.data.augment import augmenter
from core.domain.choices import Balance
from core.domain.config import TrainConfig
from core.domain.run import EpochRow, Stage
from core.models.surgery import Classifier, unfreeze_last
from core.training.loop import Best, StagePlan, Tick, fit
from core.training.sources import Divided, FeatureBatches, Labelled, PixelBatches


def train_head(
    model: Classifier,
    features: npt.NDArray[np.floating],
    config: TrainConfig,
    *,
    divided: Divided,
    best: Best,
) -> Iterator[Tick | EpochRow]:
    """Train only the head, on the features (N, D) of the frozen backbone."""
    device = _device_of(model)
    unfreeze_last(model, 0)
    source = FeatureBatches(
        features,
        divided,
        batch_size=config.batch_size,
        seed=config.seed,
        device=device,
    )
    stage = StagePlan(
        stage=Stage.HEAD,
        first_epoch=1,
        epochs=config.head_epochs,
        learning_rate=config.head_learning_rate,
        **_common(config, model, divided.train),
    )
    return fit(model.head, source, stage, best=best, model=model)


def fine_tune(
    model: Classifier,
    pixels: npt.NDArray[np.uint8],
    config: TrainConfig,
    *,
    divided: Divided,
    best: Best,
    first_epoch: int,
) -> Iterator[Tick | EpochRow]:
    """Train the head and the last blocks of the backbone together, on pixels (N, H, W, 3)."""
    device = _device_of(model)
    unfreeze_last(model, config.fine_tune_blocks)
    model.to(memory_format=torch.channels_last)
    source = PixelBatches(
        pixels,
        divided,
        batch_size=config.batch_size,
        seed=config.seed,
        device=device,
        augment=augmenter(config),
    )
    stage = StagePlan(
        stage=Stage.FINE_TUNE,
        first_epoch=first_epoch,
        epochs=config.fine_tune_epochs,
        learning_rate=config.fine_tune_learning_rate,
        **_common(config, model, divided.train),
    )
    return fit(model, source, stage, best=best, model=model)


class _Common(TypedDict):
    weight_decay: float
    label_smoothing: float
    patience: int
    class_weights: Tensor


def _common(config: TrainConfig, model: Classifier, train: Labelled) -> _Common:
    """Return what both stages take from the settings unchanged."""
    classes = model.classes
    return _Common(
        weight_decay=config.weight_decay,
        label_smoothing=config.label_smoothing,
        patience=config.patience,
        class_weights=(
            _balancing(train.labels, classes) if config.balance is Balance.WEIGHTS else torch.ones(classes)
        ).to(_device_of(model)),
    )


def _device_of(model: Classifier) -> torch.device:
    return next(model.parameters()).device


def _balancing(labels: npt.NDArray[np.int64], classes: int) -> Tensor:
    """Return a weight per class, (C,), with which every class counts the same; 1 on average per picture."""
    counts = np.bincount(labels, minlength=classes)
    return torch.tensor(len(labels) / (classes * np.maximum(counts, 1)), dtype=torch.float32)
