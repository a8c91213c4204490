"""A workspace with one project, its pictures and a way to a finished run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.preprocess import ResizeMode
from core.domain.project import Project
from core.domain.run import Run, RunStatus
from core.settings import Settings
from core.store.workspace import Workspace
from tests.store.made import NOON, PREDICTIONS, PREPROCESSING, WEIGHTS, dataset_of, report_of


class Queue(Protocol):
    """Makes a queued run of the project."""

    def __call__(self, name: str = "Quick look", token: str | None = None) -> Run: ...


class Finish(Protocol):
    """Gives a run its result and ends it."""

    def __call__(self, run: Run, accuracy: float = 0.5) -> None: ...


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", weights=tmp_path / "weights")


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    with Workspace.open(settings, clock=lambda: NOON) as opened:
        yield opened


@pytest.fixture
def project(workspace: Workspace) -> Project:
    return workspace.projects.create("Bolts", credit="by Ada")


@pytest.fixture
def dataset(workspace: Workspace, project: Project) -> Dataset:
    made = dataset_of(workspace, project)
    workspace.datasets.add(made)
    return made


@pytest.fixture
def queue(workspace: Workspace, project: Project, dataset: Dataset) -> Queue:
    def make(name: str = "Quick look", token: str | None = None) -> Run:
        return workspace.runs.create(
            project.id,
            dataset,
            config=TrainConfig(seed=7, dropout=0.35, resize_mode=ResizeMode.CROP),
            preset=Preset.QUICK,
            name=name,
            token=token or f"token of {name}",
        )

    return make


@pytest.fixture
def finish(workspace: Workspace) -> Finish:
    def end(run: Run, accuracy: float = 0.5) -> None:
        workspace.runs.save_result(
            run.id,
            report=report_of(run.id, accuracy),
            predictions=PREDICTIONS,
            weights=WEIGHTS,
            preprocessing=PREPROCESSING,
        )
        workspace.runs.finish(run.id, RunStatus.DONE, best_epoch=2)

    return end
