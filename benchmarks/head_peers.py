"""What the head is measured beside: the loop of the usual tutorials, and fastai as its book teaches it."""

from __future__ import annotations

from collections.abc import Mapping

import timm
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision.transforms import v2

from benchmarks.fastai_learner import Pictures, answers, learner_for
from benchmarks.head_task import SIDE, SPEC, Task
from core.domain.dataset import Split

Weights = Mapping[str, Tensor]
BATCH = 32


class TutorialPictures(torch.utils.data.Dataset[tuple[Tensor, int]]):
    """The tutorial's data set: opens, resizes and normalises a file each time it is asked for."""

    def __init__(self, task: Task, split: Split) -> None:
        self.task, self.rows = task, task.rows[split]
        size, cubic = (SIDE, SIDE), v2.InterpolationMode.BICUBIC
        varied = task.views > 1 and split is Split.TRAIN
        shown: list[nn.Module] = [v2.Resize(size, interpolation=cubic)]
        if varied:
            shown = [
                v2.RandomResizedCrop(size, scale=(0.7, 1), interpolation=cubic),
                v2.ColorJitter(0.2, 0.2),
            ]
        self.transform = v2.Compose(
            [
                *shown,
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


def tutorial(task: Task, weights: Weights) -> float:
    """Train as tutorials do; return test accuracy of the epoch that was best on validation."""
    torch.manual_seed(task.seed)
    model = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    model.load_state_dict(weights)
    model.requires_grad_(False)
    model.reset_classifier(len(task.classes))
    loaders = {
        split: DataLoader(TutorialPictures(task, split), batch_size=BATCH, shuffle=split == Split.TRAIN)
        for split in Split
    }
    optimizer = torch.optim.Adam(model.classifier.parameters(), lr=1e-3)
    best, kept = -1.0, {}
    for _ in range(task.epochs):
        model.eval()  # the frozen batch norms must not move; the head has none
        for images, labels in loaders[Split.TRAIN]:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images), labels).backward()
            optimizer.step()
        validated = _accuracy(model, loaders[Split.VALIDATION])
        if validated > best:
            best, kept = validated, {k: v.clone() for k, v in model.classifier.state_dict().items()}
    model.classifier.load_state_dict(kept)
    return _accuracy(model, loaders[Split.TEST])


@torch.no_grad()
def _accuracy(model: nn.Module, loader: DataLoader[tuple[Tensor, int]]) -> float:
    right = [(model(images).argmax(dim=1) == labels) for images, labels in loader]
    return torch.cat(right).float().mean().item()


def fastai(task: Task, weights: Weights) -> float:
    """Train as fastai does with a frozen body: its own head, one cycle; return the last epoch's accuracy."""
    pictures = Pictures(
        files=task.files,
        shows=[task.classes[label] for label in task.labels],
        classes=task.classes,
        train=task.rows[Split.TRAIN],
        validation=task.rows[Split.VALIDATION],
        size=SIDE,
        varied=task.views > 1,
    )
    learner = learner_for(pictures, weights, seed=task.seed)
    learner.freeze()
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(task.epochs, 1e-3)
        return task.accuracy(answers(learner, task.rows[Split.TEST]))
