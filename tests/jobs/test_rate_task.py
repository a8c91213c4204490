"""A test of rates on a project's own pictures: told, stopped, and without a trace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.domain.choices import Augmentation, HeadSolver
from core.domain.config import TrainConfig
from core.domain.errors import ConfigError
from core.domain.run import JobKind, JobStatus
from core.jobs.studio import Studio
from tests.jobs.slim import KEY

pytestmark = pytest.mark.usefixtures("slim")

TUNED = TrainConfig(
    backbone=KEY,
    image_size=64,
    fine_tune_blocks=2,
    fine_tune_epochs=2,
    batch_size=8,
    augmentation=Augmentation.NONE,
)
STEPWISE = TrainConfig(
    backbone=KEY, image_size=64, head_solver=HeadSolver.ADAMW, batch_size=8, augmentation=Augmentation.NONE
)


@pytest.fixture(scope="module")
def project_id(studio: Studio, stripes: Path) -> str:
    torch.set_num_threads(1)
    project = studio.create_project("Stripes")
    studio.import_folder(project.id, stripes)
    for thread in list(studio._runner._threads):
        thread.join(300)
    return project.id


def look_for_a_rate(studio: Studio, project_id: str, config: TrainConfig) -> None:
    studio.find_rate(project_id, config)
    for thread in list(studio._runner._threads):
        thread.join(300)


@pytest.mark.parametrize("config", [TUNED, STEPWISE], ids=["fine-tuning", "head"])
def test_the_curve_belongs_to_these_settings_whatever_their_rate(studio, project_id, config):
    assert studio.rates_found(project_id, config)[1] is None
    look_for_a_rate(studio, project_id, config)
    job, found = studio.rates_found(project_id, replace(config, fine_tune_learning_rate=1e-5))
    assert (job.kind, job.status, job.error) == (JobKind.RATES, JobStatus.DONE, "")
    rates = [point.rate for point in found.points]
    assert rates == sorted(rates)
    assert len(rates) > 20
    assert studio.rates_found(project_id, replace(config, batch_size=16)) == (None, None)
    assert list(studio._workspace.paths.cache("activations").rglob("*.bin")) == []


def test_a_network_that_starts_from_nothing_fits_no_head_first(studio, project_id):
    """Features of a random network had been kept as those of the pretrained one, and spoilt later runs."""
    features = studio._workspace.paths.cache("features")
    before = sorted(features.rglob("*"))
    config = replace(TUNED, backbone="mobilenet_v3_small", pretrained=False)
    look_for_a_rate(studio, project_id, config)
    job, found = studio.rates_found(project_id, config)
    assert (job.status, job.error) == (JobStatus.DONE, "")
    assert len(found.points) > 10
    assert sorted(features.rglob("*")) == before


def test_settings_that_cannot_work_are_told_at_once(studio, project_id):
    with pytest.raises(ConfigError, match="for 0 epochs"):
        studio.find_rate(project_id, replace(TUNED, fine_tune_epochs=0))
