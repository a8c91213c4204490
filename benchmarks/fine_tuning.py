"""What the benchmarks of fine-tuning share: the same pictures, split and backbone for all who are compared.

Every run is a whole one, from picture files to the accuracy on the test pictures. Sightsmith's caches are
emptied before each; with ``--prepared``, what a machine finds out once stays: its prepared networks, and
which precision is faster. Peers train as their tutorials do: pictures are read and varied anew in each epoch.
Each runs in a process of its own (see ``apart``).

Where there is a graphics card, all compute there: plain PyTorch then with bfloat16 (AMP), channels last, and
processes that load pictures, as its guides advise.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from benchmarks import graphics
from benchmarks.apart import PLAIN, Measured, apart, clocked
from benchmarks.drawn_parts import DRAWN, write_drawn_parts
from benchmarks.result import tell
from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Split
from core.domain.model import ModelSpec
from core.jobs.studio import Studio
from core.launch import ALLOCATOR
from core.models.surgery import build_network
from core.models.weights import load_weights, readiness
from core.models.zoo import spec_of
from core.settings import Settings
from core.store.paths import Cache, Paths

RATE = 1e-3  # of the tutorials' Adam
PAUSE = 0.05  # seconds between two looks at a job
WORKERS = os.cpu_count() or 1  # processes that load pictures for a graphics card
Peer = Callable[["Task", int], float]  # trains with a seed; returns the accuracy on the test pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is learnt: pictures with class indices per split, and how."""

    home: Path  # of Sightsmith's workspace
    weights: Path | None  # the folder of pretrained weights; None: where Sightsmith looks by itself
    project_id: str
    pictures: Mapping[Split, tuple[tuple[Path, int], ...]]
    classes: int
    config: TrainConfig  # of Sightsmith; peers take backbone, blocks, epochs, size and batch from it
    prepared: bool  # whether Sightsmith may use what an earlier run has found out about this machine

    @property
    def spec(self) -> ModelSpec:
        """The backbone."""
        return spec_of(self.config.backbone)

    @property
    def settings(self) -> Settings:
        """Those of Sightsmith."""
        environ = {"SIGHTSMITH_WEIGHTS": str(self.weights)} if self.weights else {}
        return Settings.from_environment(environ, home=self.home)

    def network(self, seed: int) -> nn.Module:
        """Return the backbone with a new layer for the classes; all but the blocks to fine-tune is frozen.

        Random, and all of it learning, where there are no pretrained weights on this machine.
        """
        weights = load_weights(self.spec, self.settings.weights) if self.config.pretrained else None
        torch.manual_seed(seed)
        network = build_network(self.spec, weights, seed=seed, initialised=weights is None)
        network.requires_grad_(False)
        network.set_submodule(self.spec.head, nn.Linear(self.spec.features, self.classes))
        if self.config.fine_tune_blocks >= len(self.spec.blocks):
            return network.requires_grad_(True)
        for block in self.spec.blocks[-self.config.fine_tune_blocks :]:
            for name in block.modules:
                network.get_submodule(name).requires_grad_(True)
        return network

    def loaders(self) -> dict[Split, DataLoader[tuple[Tensor, int]]]:
        """Return a loader per split; training pictures are shuffled and varied."""
        return {
            split: DataLoader(
                Pictures(self, split),
                batch_size=self.config.batch_size,
                shuffle=split is Split.TRAIN,
                num_workers=WORKERS if graphics.device().type == "cuda" else 0,
                pin_memory=graphics.device().type == "cuda",
            )
            for split in Split
        }


class Pictures(Dataset[tuple[Tensor, int]]):
    """The tutorials' data set: opens, varies and normalises a file each time it is asked for."""

    def __init__(self, task: Task, split: Split) -> None:
        self.pictures = task.pictures[split]
        size = (task.config.image_size, task.config.image_size)
        fit = v2.RandomResizedCrop(size, scale=(0.6, 1.0)) if split is Split.TRAIN else v2.Resize(size)
        to_floats = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
        self.transform = v2.Compose([fit, *to_floats, v2.Normalize(task.spec.mean, task.spec.std)])

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, position: int) -> tuple[Tensor, int]:
        path, label = self.pictures[position]
        with Image.open(path) as image:
            return self.transform(image.convert("RGB")), label


def sightsmith(task: Task, seed: int) -> Measured:
    """Train as the app does, which is open by then; return (seconds from Start to report, test accuracy)."""
    paths = Paths(task.home)
    for kind in get_args(Cache):
        if kind not in ("engines", "trials") or not task.prepared:
            shutil.rmtree(paths.cache(kind), ignore_errors=True)
    studio = Studio.open(task.settings)
    try:
        return clocked(("openvino",), _run, studio, task, seed)
    finally:
        studio.close()


def _run(studio: Studio, task: Task, seed: int) -> float:
    run = studio.start_run(
        task.project_id, replace(task.config, seed=seed), preset=None, token=f"{time.monotonic()}"
    )
    with graphics.watched() as seen:
        _wait(studio, run.id)
    ended, accuracy = studio.run(run.id), studio.report(run.id).test.accuracy
    assert ended is not None  # noqa: S101 - nobody deletes it
    assert accuracy is not None  # noqa: S101 - there are test pictures
    spent = ", ".join(f"{took.stage} {took.seconds:.1f} s" for took in ended.stage_seconds)
    print(f"Sightsmith, seed {seed}: {spent}; {graphics.in_words(seen)}")
    return accuracy.value


def plain_torch(task: Task, seed: int) -> float:
    """Train with the loop of the usual tutorials; return the test accuracy of its best epoch."""
    network, loaders, device = task.network(seed), task.loaders(), graphics.device()
    half = device.type == "cuda"
    network = network.to(device, memory_format=torch.channels_last) if half else network
    optimizer = torch.optim.Adam([p for p in network.parameters() if p.requires_grad], lr=RATE)
    best, kept = -1.0, network.state_dict()
    for _ in range(task.config.fine_tune_epochs):
        network.train()
        for images, labels in loaders[Split.TRAIN]:
            optimizer.zero_grad()
            with torch.autocast(device.type, torch.bfloat16, enabled=half):
                batch_loss = loss(network(images.to(device)), labels.to(device))
            batch_loss.backward()
            optimizer.step()
        validated = accuracy_of(network, loaders[Split.VALIDATION])
        if validated > best:
            best, kept = validated, copy.deepcopy(network.state_dict())
    network.load_state_dict(kept)
    return accuracy_of(network, loaders[Split.TEST])


def loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean cross-entropy."""
    return nn.functional.cross_entropy(logits, labels)


@torch.no_grad()
def accuracy_of(network: nn.Module, loader: DataLoader[tuple[Tensor, int]]) -> float:
    """Return the share of right answers."""
    network.eval()
    device = next(network.parameters()).device
    right = [network(images.to(device)).argmax(dim=1) == labels.to(device) for images, labels in loader]
    return torch.cat(right).float().mean().item()


def options_of(doc: str | None, *, data: str, backbone: str, epochs: int) -> argparse.ArgumentParser:
    """Return the options that all these benchmarks have, with their defaults."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--data", default=data, help=f"a built-in set, {DRAWN}, or class folders")
    parser.add_argument("--backbone", default=backbone)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--size", type=int, default=None, help="pixels; without it, the backbone's own")
    parser.add_argument("--set", action="append", default=[], dest="changes", help="setting=value, as JSON")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--weights", type=Path, default=None, help="the folder of pretrained weights")
    parser.add_argument("--prepared", action="store_true", help="keep what a machine finds out once")
    parser.add_argument("--alike", action="store_true", help="all have the launcher's allocator settings")
    return parser


@contextmanager
def task_of(options: argparse.Namespace, *, blocks: int | None) -> Iterator[Task]:
    """Give the task of fine-tuning the last ``blocks``, None for all, as the options say."""
    spec = spec_of(options.backbone)
    with tempfile.TemporaryDirectory() as home:
        environ = {"SIGHTSMITH_WEIGHTS": str(options.weights)} if options.weights else {}
        studio = Studio.open(Settings.from_environment(environ, home=Path(home)))
        try:
            project_id = _imported(studio, options.data)
            config = replace(
                studio.plan(Preset.BALANCED, project_id, backbone=options.backbone),
                pretrained=readiness(spec, studio.settings.weights).ready,
                fine_tune_blocks=len(spec.blocks) if blocks is None else blocks,
                fine_tune_epochs=options.epochs,
                patience=min(50, options.epochs),  # as many epochs as the peers
                image_size=options.size or spec.image_size,
                **{name: json.loads(value) for name, value in (pair.split("=") for pair in options.changes)},
            )
            task = _task(studio, project_id, config, options)
        finally:
            studio.close()
        yield task


def _imported(studio: Studio, data: str) -> str:
    if data == DRAWN:
        project_id = studio.create_project(DRAWN).id
        with tempfile.TemporaryDirectory() as folder:
            write_drawn_parts(Path(folder))
            _wait(studio, studio.import_folder(project_id, Path(folder)).id)
        return project_id
    if Path(data).is_dir():
        project_id = studio.create_project(Path(data).name).id
        job = studio.import_folder(project_id, Path(data))
    else:
        job = studio.import_sample(data)
        project_id = job.project_id
    _wait(studio, job.id)
    return project_id


def _task(studio: Studio, project_id: str, config: TrainConfig, options: argparse.Namespace) -> Task:
    dataset = studio.dataset(project_id)
    assert dataset is not None  # noqa: S101 - imported just now
    paths, index = Paths(studio.settings.home), {name: n for n, name in enumerate(dataset.classes)}
    pictures = {
        split: tuple((paths.picture(s.sha256), index[s.label]) for s in dataset.used(split))
        for split in Split
    }
    return Task(
        home=studio.settings.home,
        weights=options.weights,
        project_id=project_id,
        pictures=pictures,
        classes=len(dataset.classes),
        config=config,
        prepared=options.prepared,
    )


def _wait(studio: Studio, job_id: str) -> None:
    while (job := studio.job(job_id)) is not None and job.status.active:
        time.sleep(PAUSE)


def compare(
    name: str, task: Task, peers: Mapping[str, tuple[Sequence[str], Peer]], options: argparse.Namespace
) -> None:
    """Run Sightsmith and its peers in turn, seed by seed, and print what was compared.

    Peers come with the modules that they need.
    """
    theirs, seeds = ALLOCATOR if options.alike else PLAIN, options.seeds
    measured: dict[str, list[Measured]] = {title: [] for title in ("Sightsmith", *peers)}
    for seed in range(seeds):
        measured["Sightsmith"].append(apart(ALLOCATOR, sightsmith, task, seed))
        for title, (needs, train) in peers.items():
            measured[title].append(apart(theirs, clocked, needs, train, task, seed))
    config, counts = task.config, {split.value: len(rows) for split, rows in task.pictures.items()}
    print(
        f"{counts} pictures, {task.classes} classes, {task.spec.title} at {config.image_size} px "
        f"{'' if config.pretrained else 'without pretrained weights '}with {config.fine_tune_blocks} of "
        f"{len(task.spec.blocks)} blocks learning for {config.fine_tune_epochs} epochs, {seeds} seeds in "
        f"turn, {torch.get_num_threads()} threads, torch {torch.__version__}, "
        f"{'all with the same allocator settings' if options.alike else 'peers started plainly'}"
    )
    trained = counts[Split.TRAIN.value] * config.fine_tune_epochs
    for title, runs in measured.items():
        accuracies = [accuracy for _, accuracy in runs]
        error = statistics.stdev(accuracies) / len(runs) ** 0.5 if len(runs) > 1 else float("nan")
        rate = trained / statistics.median(seconds for seconds, _ in runs)
        print(f"{title}: {rate:.1f} pictures/s, accuracy {statistics.mean(accuracies):.3f} +- {error:.3f}")
    for title in peers:
        tell(name=name, peer=title, ours=measured["Sightsmith"], theirs=measured[title])
