"""Trains in processes of its own, each killed at another step of writing, and goes on after each.

For every few steps of writing (a flush to the disk, or a file taking its place), a child process is killed
there with no chance to clean up, and so is the one that resumes; a third one ends the run. Prints one JSON
line: how many were killed, and what was wrong with any of them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import load, save

from core.domain.config import TrainConfig
from core.domain.run import Run, RunStatus
from core.settings import Settings
from core.store.owner import this_process
from core.store.workspace import Workspace
from tests.store.made import PREDICTIONS, PREPROCESSING, dataset_of, epoch_row, report_of

EPOCHS, STEPS = 4, 7


def train(workspace: Workspace, run: Run) -> None:
    """Learn with momentum, at random from (epoch, step) alone; a checkpoint after each epoch."""
    weights, momentum = np.zeros(16, np.float32), np.zeros(16, np.float32)
    done = 0
    if found := workspace.runs.checkpoint(run.id):
        kept = load(found.tensors)
        weights, momentum = kept["weights"], kept["momentum"]
        done = json.loads(found.state)["epoch"]
    workspace.runs.start(run.id, device="a test")
    for epoch in range(done + 1, EPOCHS + 1):
        for step in range(STEPS):
            gradient = np.random.default_rng((epoch, step)).normal(size=16).astype(np.float32) + weights
            momentum = np.float32(0.9) * momentum + gradient
            weights = weights - np.float32(0.01) * momentum
        workspace.runs.add_epoch(run.id, epoch_row(epoch, val_loss=float(weights.sum())))
        tensors = save({"weights": weights, "momentum": momentum})
        workspace.runs.keep_checkpoint(run.id, tensors=tensors, state=json.dumps({"epoch": epoch}).encode())
    workspace.runs.save_result(
        run.id,
        report=report_of(run.id),
        predictions=PREDICTIONS,
        weights={"weights": weights},
        preprocessing=PREPROCESSING,
    )
    workspace.runs.finish(run.id, RunStatus.DONE, best_epoch=EPOCHS)
    workspace.runs.drop_checkpoints(run.id)


def prepare(settings: Settings) -> None:
    """Queue a run, which waits for a process that ends at once."""
    with Workspace.open(settings) as workspace:
        project = workspace.projects.create("Bolts")
        dataset = dataset_of(workspace, project)
        workspace.datasets.add(dataset)
        workspace.runs.create(project.id, dataset, config=TrainConfig(), preset=None, token="only")


def go_on(settings: Settings) -> None:
    """What a server does that starts again, and a user who resumes."""
    with Workspace.open(settings) as workspace:
        workspace.queue.take_over()
        for run_id in workspace.runs.interrupt_orphans():
            workspace.queue.put_back(run_id)
        workspace.runs.sweep_checkpoints()
        while (run := workspace.queue.take()) is not None:
            train(workspace, run)


def in_a_child(work: Callable[[Settings], None], settings: Settings, *, killed_at: int = 0) -> bool:
    """Do the work in a process of its own; return whether it was killed at the n-th step of writing."""
    child = os.fork()
    if child == 0:
        this_process.cache_clear()
        if killed_at:
            die_at(killed_at)
        work(settings)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def die_at(step: int) -> None:
    left = step

    def counted(real: Callable[..., None]) -> Callable[..., None]:
        def act(*args: object, **kwargs: object) -> None:
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            real(*args, **kwargs)

        return act

    os.fsync, os.replace = counted(os.fsync), counted(os.replace)  # type: ignore[assignment]


def outcome(settings: Settings) -> dict[str, object]:
    """Return what the only run of a workspace came to; its weights as they lie in the file."""
    with Workspace.open(settings) as workspace:
        (card,) = workspace.projects.summaries()
        runs = workspace.runs.of_project(card.project.id)
        (run,) = (workspace.runs.get(one.id) for one in runs)
        assert run is not None
        done = run.status is RunStatus.DONE
        return {
            "status": run.status.value,
            "weights": workspace.runs.weights(run.id).hex() if done else "",
            "history": [row.val_loss for row in run.history],
            "checkpoint": workspace.runs.checkpoint(run.id) is not None,
            "error": run.error,
        }


def main(home: Path, stride: int) -> None:
    unbroken = Settings(home=home / "unbroken", weights=home)
    in_a_child(prepare, unbroken)
    prepared = home / "prepared"
    shutil.copytree(unbroken.home, prepared)
    in_a_child(go_on, unbroken)
    expected = outcome(unbroken)
    wrong: list[object] = []
    killed = 0
    for step in range(1, 1000, stride):
        settings = Settings(home=home / str(step), weights=home)
        shutil.copytree(prepared, settings.home)
        if not in_a_child(go_on, settings, killed_at=step):
            break
        in_a_child(go_on, settings, killed_at=step // 2 + 1)  # and once more, while it goes on
        in_a_child(go_on, settings)
        killed += 1
        found = outcome(settings)
        if found != expected:
            wrong.append({"step": step, "found": found})
    print(json.dumps({"expected": expected["status"], "killed": killed, "wrong": wrong}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
