"""The frozen half passes pictures in half precision only where that is allowed, faster and as good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from torch import nn

from core.domain.choices import Augmentation, PrecisionChoice
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.run import JobKind, JobSnapshot
from core.jobs import rate_task, train_inputs
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.jobs.train_task import train_run
from core.models.boundary import Lower
from tests.jobs.slim import KEY

pytestmark = pytest.mark.usefixtures("slim")

TUNED = TrainConfig(
    backbone=KEY,
    image_size=64,
    fine_tune_blocks=1,
    fine_tune_epochs=1,
    batch_size=8,
    augmentation=Augmentation.NONE,
    boundary_views=1,
)


def trained(studio: Studio, dataset: Dataset, config: TrainConfig) -> None:
    number = len(studio._workspace.runs.of_project(dataset.project_id))
    run = studio._workspace.runs.create(
        dataset.project_id, dataset, config=config, preset=None, token=f"f{number}"
    )
    job = JobSnapshot(id=run.id, kind=JobKind.TRAIN, project_id=run.project_id, title=run.name)
    train_run(studio._workspace, studio.settings, run, JobContext(job))


def rated(studio: Studio, dataset: Dataset, config: TrainConfig) -> None:
    job = JobSnapshot(id="12345678", kind=JobKind.RATES, project_id=dataset.project_id, title="rates")
    rate_task.tested_rates(studio._workspace, studio.settings, dataset, config, JobContext(job))


@pytest.mark.parametrize("work", [trained, rated])
@pytest.mark.parametrize(
    ("chosen", "good", "expected"),
    [
        (PrecisionChoice.AUTO, True, "bf16"),
        (PrecisionChoice.AUTO, False, "fp32"),  # it had been taken for its speed alone
        (PrecisionChoice.FP32, True, "fp32"),  # and whatever the settings said
    ],
)
def test_the_frozen_half_is_computed_as_allowed(
    studio: Studio,
    dataset: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[[Studio, Dataset, TrainConfig], None],
    chosen: PrecisionChoice,
    good: bool,
    expected: str,
):
    halves: list[str] = []
    compiled = train_inputs.compile_frozen

    def watched(module: nn.Module, *, precision: str, **how: object) -> object:
        if isinstance(module, Lower):
            halves.append(precision)
        return compiled(module, precision=precision, **how)

    monkeypatch.setattr(train_inputs, "compile_frozen", watched)
    monkeypatch.setattr(train_inputs, "faster_pass", lambda *_, **__: "bf16")
    monkeypatch.setattr(train_inputs, "half_is_as_good", lambda *_, **__: good)
    work(studio, dataset, replace(TUNED, precision=chosen))
    assert halves == [expected]
