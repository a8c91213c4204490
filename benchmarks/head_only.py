"""Training a new head: the loop of the usual tutorials beside Sightsmith's head stage.

Both learn from the same pictures in the same split, with the same bundled backbone at the same picture size,
for at most the same number of epochs. The tutorial's loop decodes every picture and runs the frozen backbone
in each epoch; Sightsmith does both once. Sightsmith's time starts from nothing: no cache is reused.

    python -m benchmarks.head_only [--runs 3] [--epochs 10] [--sample machine-parts]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import timm
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision.transforms import v2

from benchmarks.result import tell
from core.data.collect import examine
from core.data.parallel import ignore_progress, never
from core.data.pixels import decode_all
from core.data.samples import write_sample_set
from core.data.scan import scan
from core.data.split import build_dataset
from core.domain.config import TrainConfig
from core.domain.dataset import Split
from core.evaluation.predict import probabilities
from core.models.engine import compile_frozen
from core.models.surgery import build_classifier, preprocessing_for
from core.models.weights import load_weights
from core.models.zoo import spec_of
from core.settings import Limits
from core.training.features import extract
from core.training.loop import Best
from core.training.sources import Divided, Labelled
from core.training.stages import train_head

SPEC = spec_of("efficientnet_lite0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The same pictures for both: files, class indices and positions per split."""

    files: tuple[Path, ...]
    labels: np.ndarray  # (N,) int64
    rows: dict[Split, np.ndarray]
    classes: int
    config: TrainConfig

    def labelled(self, split: Split) -> Labelled:
        """Return the positions and classes of one split."""
        return Labelled(rows=self.rows[split], labels=self.labels[self.rows[split]])


def load_task(sample: str, folder: Path, *, epochs: int) -> Task:
    """Write a built-in set of pictures into ``folder`` and split it as an import would."""
    found = scan(write_sample_set(sample, folder))
    collected = examine(found.candidates, keep=lambda _data, _sha256: None, limits=Limits())
    dataset = build_dataset(collected, id="0", project_id="0", version=1, created_at=datetime.now(UTC))
    place = {candidate.name: candidate.location for candidate in found.candidates}
    index = {name: i for i, name in enumerate(dataset.classes)}
    splits = np.array([s.split for s in dataset.samples])
    return Task(
        files=tuple(place[s.path] for s in dataset.samples),
        labels=np.array([index[s.label] for s in dataset.samples], dtype=np.int64),
        rows={split: np.flatnonzero(splits == split) for split in Split},
        classes=len(dataset.classes),
        config=TrainConfig(head_epochs=epochs),
    )


class Pictures(torch.utils.data.Dataset[tuple[Tensor, int]]):
    """The tutorial's data set: opens, resizes and normalises a file each time it is asked for."""

    def __init__(self, task: Task, split: Split) -> None:
        self.task, self.rows = task, task.rows[split]
        size = task.config.image_size
        self.transform = v2.Compose(
            [
                v2.Resize((size, size), interpolation=v2.InterpolationMode.BICUBIC),
                v2.ToImage(),
                v2.ToDtype(torch.float32, scale=True),
                v2.Normalize(SPEC.mean, SPEC.std),
            ]
        )

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, position: int) -> tuple[Tensor, int]:
        row = self.rows[position]
        with Image.open(self.task.files[row]) as image:
            return self.transform(image.convert("RGB")), int(self.task.labels[row])


def tutorial(task: Task, weights: dict[str, Tensor]) -> float:
    """Train as tutorials do; return test accuracy of the epoch that was best on validation."""
    torch.manual_seed(0)
    model = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    model.load_state_dict(weights)
    model.requires_grad_(False)
    model.reset_classifier(task.classes)
    loaders = {
        split: DataLoader(Pictures(task, split), batch_size=32, shuffle=split == Split.TRAIN)
        for split in Split
    }
    optimizer = torch.optim.Adam(model.classifier.parameters(), lr=1e-3)
    best, answer = -1.0, 0.0
    for _ in range(task.config.head_epochs):
        model.eval()  # the frozen batch norms must not move; the head has none
        for images, labels in loaders[Split.TRAIN]:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images), labels).backward()
            optimizer.step()
        validated = _accuracy(model, loaders[Split.VALIDATION])
        if validated > best:
            best, answer = validated, _accuracy(model, loaders[Split.TEST])
    return answer


@torch.no_grad()
def _accuracy(model: nn.Module, loader: DataLoader[tuple[Tensor, int]]) -> float:
    right = [(model(images).argmax(dim=1) == labels) for images, labels in loader]
    return torch.cat(right).float().mean().item()


def sightsmith(task: Task, weights: dict[str, Tensor]) -> float:
    """Decode once, look once, train the head; return test accuracy of the best epoch."""
    torch.manual_seed(0)
    preprocessing = preprocessing_for(SPEC, task.config)
    with tempfile.TemporaryDirectory() as folder:
        pixels = decode_all(task.files, preprocessing, cache=Path(folder) / "pixels.npy")
        model = build_classifier(
            SPEC,
            weights,
            preprocessing=preprocessing,
            classes=task.classes,
            hidden_units=0,
            dropout=task.config.dropout,
            seed=0,
        )
        frozen = compile_frozen(model.backbone, image_size=task.config.image_size, cache=None)
        features = extract(frozen, pixels, progress=ignore_progress, stopped=never)
    best = Best()
    divided = Divided(train=task.labelled(Split.TRAIN), validation=task.labelled(Split.VALIDATION))
    for _ in train_head(model, features, task.config, divided=divided, best=best):
        pass
    best.restore(model)
    test = task.rows[Split.TEST]
    answers = probabilities(model.head, features[test]).argmax(axis=1)
    return float((answers == task.labels[test]).mean())


def timed(train: Callable[[Task, dict[str, Tensor]], float], task: Task) -> tuple[float, float]:
    """Return (seconds, test accuracy) of one training; loading the weights file is left out for both."""
    weights = load_weights(SPEC, Path(tempfile.gettempdir()))
    started = time.monotonic()
    accuracy = train(task, weights)
    return time.monotonic() - started, accuracy


def main() -> None:
    """Run both in turn and print what was compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--sample", default="machine-parts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        task = load_task(options.sample, Path(folder), epochs=options.epochs)
        pairs = [(timed(sightsmith, task), timed(tutorial, task)) for _ in range(options.runs)]
    print(
        f"{options.sample}: {len(task.files)} pictures, {task.classes} classes, {SPEC.title} frozen at "
        f"{task.config.image_size} px, {options.epochs} epochs, {options.runs} runs in turn, "
        f"{torch.get_num_threads()} threads"
    )
    tell(
        name="head_only",
        peer="tutorial loop (decode and frozen pass in each epoch)",
        ours=[ours for ours, _ in pairs],
        theirs=[theirs for _, theirs in pairs],
    )


if __name__ == "__main__":
    main()
