"""What a run will cost: measured with a few of its own pictures, and counted with what the caches hold."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from torch import nn

from core.data.parallel import never
from core.data.pixels import load_pixels, pixel_key
from core.data.rows import RowStore
from core.domain.choices import PrecisionChoice
from core.domain.config import TrainConfig
from core.domain.cost import Costs, Counts
from core.domain.dataset import Dataset, Split
from core.domain.outlook import Outlook
from core.domain.run import Stage
from core.models.engine import Engine, Precision, compile_frozen
from core.models.surgery import Classifier, build_classifier, preprocessing_for, unfreeze_last
from core.models.weights import load_weights
from core.models.zoo import spec_of
from core.settings import Settings
from core.store.paths import Paths
from core.training.bench import Bench
from core.training.clock import Left
from core.training.cost import seconds_left
from core.training.device import choose_device
from core.training.features import feature_key, missing_features
from core.training.measuring import SECONDS, decode_seconds, measure
from core.training.trial import fastest

TRIED: Final = 24  # pictures


def costs_of(
    settings: Settings,
    dataset: Dataset,
    config: TrainConfig,
    *,
    stopped: Callable[[], bool] = never,
) -> Costs:
    """Return what these settings cost on this machine, tried for about ``SECONDS``.

    What has to be prepared for it is kept, so that the run finds it. Raises Cancelled, AppError or OSError.
    """
    paths, device = Paths(settings.home), choose_device(config.device)
    preprocessing = preprocessing_for(spec_of(config.backbone), config)
    _built(settings, dataset, config)  # imports what the run finds imported
    began = time.perf_counter()
    model = _built(settings, dataset, config).to(device)
    build = time.perf_counter() - began
    unfreeze_last(model, config.fine_tune_blocks)
    precision = config.precision.value
    if config.precision is PrecisionChoice.AUTO:
        size, batch = config.image_size, config.batch_size
        precision = fastest(model, size, batch, cache=paths.cache("trials"), device=device)
    files = [paths.picture(sample.sha256) for sample in dataset.used(Split.TRAIN)[:TRIED]]
    engines = partial(_compiled, size=config.image_size)
    with tempfile.TemporaryDirectory(dir=paths.home) as folder:
        bench = Bench(
            compile=partial(engines, cache=paths.cache("engines")),
            anew=partial(engines, cache=None),
            folder=Path(folder),
            half=precision == PrecisionChoice.BF16,
            stopped=stopped,
        )
        pictures = np.stack([load_pixels(file, preprocessing) for file in files])
        costs = measure(model, config, pictures, bench, seconds=SECONDS)
        decode = decode_seconds(files, preprocessing, folder=Path(folder), stopped=stopped)
    return replace(costs, build=build, decode=decode)


def counts_of(settings: Settings, dataset: Dataset, config: TrainConfig) -> Counts:
    """Count what is to do and what the caches hold, once the networks of the plan are prepared."""
    paths, spec = Paths(settings.home), spec_of(config.backbone)
    preprocessing = preprocessing_for(spec, config)
    hashes = [sample.sha256 for sample in dataset.used()]
    pixels = RowStore.found(paths.cache("pixels") / pixel_key(preprocessing))
    key = feature_key(spec.key, spec.weights_sha256, preprocessing)
    train = len(dataset.used(Split.TRAIN))
    passed = [s.sha256 for s in dataset.used() if s.split in config.passed_as_they_are]
    return Counts(
        train=train,
        validation=len(dataset.used(Split.VALIDATION)),
        test=len(dataset.used(Split.TEST)),
        classes=len(dataset.classes),
        pixels_missing=len(set(hashes) if pixels is None else pixels.missing(hashes)),
        features_missing=len(missing_features(passed, folder=paths.cache("features"), key=key)),
        views_missing=(config.head_views - 1) * train,
    )


def time_left(
    settings: Settings, outlook: Outlook | None, dataset: Dataset, config: TrainConfig
) -> Left | None:
    """Return how to tell the time left of a run with these settings; None where its costs are not known."""
    costs = outlook.costs_for(config) if outlook else None
    if costs is None:
        return None
    counts = counts_of(settings, dataset, config)

    def left(stage: Stage, done: int) -> float:
        # while ways are tried, the training itself is still to come
        return seconds_left(costs, config, counts, Stage.HEAD if stage is Stage.SEARCH else stage, done)

    return left


def _built(settings: Settings, dataset: Dataset, config: TrainConfig) -> Classifier:
    spec = spec_of(config.backbone)
    return build_classifier(
        spec,
        load_weights(spec, settings.weights) if config.pretrained else None,
        preprocessing=preprocessing_for(spec, config),
        classes=len(dataset.classes),
        hidden_units=config.hidden_units,
        dropout=config.dropout,
        seed=config.seed,
        output=config.output,
        several=dataset.several,
        pretrained=config.pretrained,
        auxiliary=True,
    )


def _compiled(module: nn.Module, precision: Precision, *, size: int, cache: Path | None) -> Engine:
    return compile_frozen(module, image_size=size, cache=cache, precision=precision)
