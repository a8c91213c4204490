"""Finished runs that were never trained, quickly made: a small network of random weights, or its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import numpy as np
import torch
from PIL import Image

from core.data.pixels import load_pixels
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Split
from core.domain.decision import Decision
from core.domain.report import Predictions
from core.domain.run import Run, RunStatus
from core.evaluation.report import build_report
from core.jobs.studio import Studio
from core.models.preprocessing import preprocessing_for
from core.models.surgery import build_classifier, export_weights
from core.models.zoo import spec_of
from tests.models.awake import awake
from tests.store.made import CLASSES, PREPROCESSING, WEIGHTS, dataset_of, kept

CONFIG = TrainConfig(backbone="mobilenet_v3_small", image_size=64)
SPEC = spec_of(CONFIG.backbone)
PICTURES = 4


def noise(path: Path, *, seed: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (5, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((80, 50), Image.Resampling.BICUBIC).save(path)
    return path


def finished_run(studio: Studio, folder: Path) -> str:
    """Return a run on noisy pictures that answers every picture; ``folder`` takes the pictures."""
    project = studio.create_project("Bolts")
    workspace = studio._workspace
    dataset = dataset_of(workspace, project, pictures=PICTURES)
    files = [noise(folder / f"{n}.png", seed=n) for n in range(PICTURES)]
    hashes = [kept(workspace, file.read_bytes()) for file in files]
    samples = tuple(replace(s, sha256=sha) for s, sha in zip(dataset.samples, hashes, strict=True))
    dataset = replace(dataset, samples=samples)
    workspace.datasets.add(dataset)
    run = workspace.runs.create(
        project.id, dataset, config=CONFIG, preset=None, token=uuid4().hex, expected=None
    )
    workspace.queue.take()
    workspace.runs.start(run.id, device="a test")
    how = preprocessing_for(SPEC, CONFIG)
    model = build_classifier(SPEC, None, preprocessing=how, classes=2, hidden_units=0, dropout=0.0, seed=0)
    pixels = np.stack([load_pixels(file, how) for file in files])
    awake(model, torch.from_numpy(pixels).permute(0, 3, 1, 2))
    judged = Predictions(
        paths=tuple(sample.path for sample in samples),
        sha256=tuple(hashes),
        splits=tuple(sample.split for sample in samples),
        labels=np.array([CLASSES.index(sample.label) for sample in samples]),
        probabilities=np.full((PICTURES, 2), 0.5, np.float32),
    )
    workspace.runs.save_result(
        run.id,
        report=build_report(run.id, CLASSES, judged),
        predictions=judged,
        weights={name: tensor.numpy() for name, tensor in export_weights(model).items()},
        preprocessing=how,
        memory=None,
        decision=Decision(),
    )
    workspace.runs.finish(run.id, RunStatus.DONE)
    return run.id


def judged_run(studio: Studio, likely: Sequence[Sequence[float]]) -> str:
    """Return a run with these answers to bolts and nuts in turn, all of them test pictures."""
    project = studio.create_project("Bolts")
    workspace = studio._workspace
    dataset = dataset_of(workspace, project, pictures=len(likely))
    samples = tuple(replace(one, split=Split.TEST, excluded=False) for one in dataset.samples)
    dataset = replace(dataset, samples=samples)
    workspace.datasets.add(dataset)
    judged = Predictions(
        paths=tuple(sample.path for sample in samples),
        sha256=tuple(sample.sha256 for sample in samples),
        splits=(Split.TEST,) * len(samples),
        labels=np.array([CLASSES.index(sample.label) for sample in samples]),
        probabilities=np.array(likely, np.float32),
    )
    return ended_run(studio, dataset, judged, config=CONFIG, temperature=1.0).id


def ended_run(
    studio: Studio,
    dataset: Dataset,
    judged: Predictions,
    *,
    config: TrainConfig,
    temperature: float | None = None,
) -> Run:
    """Return a run on a data set of the workspace that has ended with these answers."""
    workspace = studio._workspace
    run = workspace.runs.create(
        dataset.project_id, dataset, config=config, preset=None, token=uuid4().hex, expected=None
    )
    workspace.queue.take()
    workspace.runs.start(run.id, device="a test")
    workspace.runs.save_result(
        run.id,
        report=build_report(run.id, dataset.classes, judged, temperature=temperature),
        predictions=judged,
        weights=WEIGHTS,
        preprocessing=PREPROCESSING,
    )
    workspace.runs.finish(run.id, RunStatus.DONE)
    return run
