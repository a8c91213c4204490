"""A workspace of its own for the tests of jobs, and small pictures on disk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.domain.dataset import Dataset
from core.domain.run import JobSnapshot
from core.jobs.studio import Studio
from core.settings import Settings
from tests.conftest import knowing_engines
from tests.jobs.slim import slim_backbone

PATIENCE = 120.0  # seconds after which a test gives up waiting


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return knowing_engines(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def studio(home: Path) -> Iterator[Studio]:
    opened = Studio.open(Settings.from_environment({}, home=home))
    yield opened
    opened.close(PATIENCE)


@pytest.fixture(scope="module")
def slim(studio: Studio) -> Iterator[None]:
    """Offer a backbone that learns in a fraction of the time, for tests of how a training goes."""
    with slim_backbone(studio.settings.weights):
        yield


@pytest.fixture
def finish(studio: Studio) -> Callable[[JobSnapshot], JobSnapshot]:
    """Wait for a job's end without sleeping: its thread is joined."""

    def wait(job: JobSnapshot) -> JobSnapshot:
        for thread in list(studio._runner._threads):
            thread.join(PATIENCE)
        ended = studio.job(job.id)
        assert ended is not None
        return ended

    return wait


def draw_folder(folder: Path, *, per_class: int = 12, side: int = 40) -> Path:
    """Write class folders of stripes: 'flat' runs across, 'steep' runs down; every picture differs."""
    random = np.random.default_rng(0)
    for name, axis in (("flat", 0), ("steep", 1)):
        (folder / name).mkdir(parents=True)
        for number in range(per_class):
            wave = np.sin(np.arange(side) / 3 + random.uniform(0, 6)) * 90 + 128
            square = np.repeat(wave[:, None], side, axis=1) + random.normal(0, 8, (side, side))
            drawn = square if axis == 0 else square.T
            pixels = np.repeat(drawn.clip(0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
            Image.fromarray(pixels).save(folder / name / f"{number:02}.png")
    return folder


@pytest.fixture(scope="module")
def stripes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_folder(tmp_path_factory.mktemp("stripes") / "stripes")


@pytest.fixture(scope="module")
def dataset(studio: Studio, stripes: Path) -> Dataset:
    """The stripes, imported."""
    torch.set_num_threads(1)
    project = studio.create_project("Stripes")
    studio.import_folder(project.id, stripes)
    for thread in list(studio._runner._threads):
        thread.join(300)
    found = studio.dataset(project.id)
    assert found is not None
    return found
