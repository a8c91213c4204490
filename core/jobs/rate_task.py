"""A rate range test on a project's own pictures; no run knows of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.range_test import RateRange
from core.domain.run import Progress, Stage
from core.jobs.head_start import fit_head, material_of
from core.jobs.runner import JobContext
from core.jobs.train_inputs import Inputs, Told
from core.settings import Settings
from core.store.files import refusal_told
from core.store.workspace import Workspace
from core.training.best import Best
from core.training.device import choose_device
from core.training.loop import Fit
from core.training.range_test import find_rate
from core.training.sources import BatchSource
from core.training.stages import head_fit
from core.training.tuning import Workplace, tune


def tested_rates(
    workspace: Workspace, settings: Settings, dataset: Dataset, config: TrainConfig, context: JobContext
) -> RateRange:
    """Return how the loss goes while the rate rises: of fine-tuning if the settings say so, else of the head.

    What has to be computed of the pictures first is kept for later runs. Raises Cancelled, AppError or
    OSError.
    """

    @contextmanager
    def timed(stage: Stage) -> Iterator[Told]:
        yield lambda done, total: context.publish(Progress(stage=stage, done=done, total=total))

    inputs = Inputs(
        workspace=workspace,
        settings=settings,
        config=replace(config, first_size=1.0),  # the rate is for pictures as large as most are
        dataset=dataset,
        device=choose_device(config.device),
        timed=timed,
        stopped=context.stopped,
    )
    stage = Stage.FINE_TUNE if config.fine_tune_blocks else Stage.HEAD
    material, best = material_of(inputs), Best(inputs.model)
    fit: Fit
    source: BatchSource
    if stage is Stage.HEAD:
        fit, source = head_fit(material, inputs.views, best=best)
    else:
        if config.pretrained:  # from nothing, all of it begins to learn at once
            fit_head(inputs, stopped=context.stopped)
        place = Workplace(
            compile=lambda module: inputs.compiled(module, inputs.frozen_precision),
            file=workspace.activations(context.snapshot.id),
            half=False,
            note=lambda _text: None,
        )
        pixels = inputs.pixels
        with refusal_told(place.file.parent):
            fit, source = tune(material, pixels, place, best=best, first_epoch=1)
    try:
        return find_rate(
            material,
            source,
            stage=stage,
            module=fit.module,
            progress=lambda done, total: context.publish(Progress(stage=Stage.RATES, done=done, total=total)),
            stopped=context.stopped,
        )
    finally:
        source.close()
