"""A server that dies in the middle of a training: the run goes on, and ends as if nothing had happened."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import safetensors.torch
import torch

from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from core.domain.run import JobKind, JobSnapshot, RunStatus
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.jobs.train_task import train_run

ROOT = Path(__file__).resolve().parents[2]
CONFIG = TrainConfig(
    image_size=64,
    fine_tune_blocks=2,
    fine_tune_epochs=3,
    patience=10,
    batch_size=8,
    augmentation=Augmentation.LIGHT,
    boundary_views=2,
)


@pytest.fixture(scope="module")
def project_id(studio: Studio, stripes: Path) -> str:
    torch.set_num_threads(1)
    project = studio.create_project("Stripes")
    studio.import_folder(project.id, stripes)
    for thread in list(studio._runner._threads):
        thread.join(300)
    return project.id


def train_elsewhere(home: Path, *, killed_at: str) -> int:
    """Train what waits in a process of its own; return its exit code."""
    command = [sys.executable, "-m", "tests.jobs.killed_training", str(home), killed_at]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal here")
def test_after_kill_9_the_run_ends_with_the_same_weights_bit_for_bit(
    studio: Studio, home: Path, project_id: str
):
    workspace, dataset = studio._workspace, studio.dataset(project_id)
    assert dataset is not None
    unbroken, killed = (
        workspace.runs.create(project_id, dataset, config=CONFIG, preset=None, token=name)
        for name in ("unbroken", "killed")
    )
    job = JobSnapshot(id=unbroken.id, kind=JobKind.TRAIN, project_id=project_id, title="unbroken")
    train_run(workspace, studio.settings, unbroken, JobContext(job))
    assert train_elsewhere(home, killed_at="+9") == -signal.SIGKILL
    left = workspace.runs.get(killed.id)
    assert left is not None
    assert left.status == RunStatus.RUNNING  # nobody was left to say otherwise
    assert left.saved_at is not None
    assert train_elsewhere(home, killed_at="0") == 0
    first, second = studio.run(unbroken.id), studio.run(killed.id)
    assert first is not None
    assert second is not None
    assert (first.status, second.status) == (RunStatus.DONE, RunStatus.DONE)
    ours, theirs = (safetensors.torch.load(workspace.runs.weights(run.id)) for run in (first, second))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert [r.val_loss for r in first.history] == [r.val_loss for r in second.history]
    assert workspace.runs.checkpoint(killed.id) is None
