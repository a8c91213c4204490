"""What a step of learning costs here: the loop itself, let loose on a copy with a rate of zero."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from core.data.parallel import check, never
from core.domain.choices import Balance, Output
from core.domain.config import TrainConfig
from core.domain.run import EpochRow, Stage
from core.files import whole_file
from core.models.outputs import Outputs
from core.models.randomness import own_turn
from core.models.surgery import Classifier
from core.training.bench import undisturbed
from core.training.best import Best
from core.training.loop import Fit, StagePlan, Tick
from core.training.material import Material
from core.training.optimisers import Pace
from core.training.schedule import Course
from core.training.sources import Batch, Divided, Labelled

MOST_STEPS: Final = 5  # timed ones, after one that is not
MOST_JUDGED: Final = 16  # batches
JUDGING: Final = 0.1  # of the time that steps may take
_BACK: Final = 3.0  # a step takes about this many times its way forward; only to choose how many pictures
_PILOTS: Final = 3  # ways forward; the first makes ready what later ones find
_LEAST: Final = 2  # pictures: one alone breaks batch norm


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Seconds of a step and of a judgement, per picture, and of a checkpoint."""

    train: float
    judge: float
    save: float


def timed_steps(  # noqa: PLR0913 - reads like a form, and everything on it is named
    model: Classifier,
    module: nn.Module,
    inputs: Tensor,
    config: TrainConfig,
    *,
    seconds: float,
    half: bool = False,
    file: Path | None = None,
    stopped: Callable[[], bool] = never,
) -> Steps:
    """Return what steps cost in which ``module``, ``model`` or a part of it, learns from such ``inputs``.

    ``inputs`` (n, ...) are repeated to batches as large as the settings say, or to fewer pictures where
    those would take much longer than ``seconds``. The weights stay as they are, but gradients, and what batch
    norms gather, do not: give it a copy. A checkpoint is written to ``file`` where given. Raises Cancelled.
    """
    size = _affordable(module, inputs, config.batch_size, seconds, half=half)
    targets = torch.eye(model.classes, device=inputs.device)[torch.arange(size) % model.classes]
    batch = Batch(_repeated(inputs, size), targets)
    material = _material(model, config)
    best = Best(model)
    best.follow([name for block in material.learning_names() for name in block])
    source = _Same(batch, seconds=seconds, stopped=stopped)
    fit = Fit(module, source, _plan(material, half=half), material.objective, best=best)
    steps, judge = _watched(fit, inputs.device)
    save = _saved(fit, file) if file else 0.0
    judged = source.judged * size  # many at once, because a part of it is the same for any number
    return Steps(train=undisturbed(steps) / size, judge=judge / judged, save=save)


def saved_bytes(module: nn.Module, inputs: Tensor, *, half: bool = False) -> int:
    """Return what ``module``, as it learns now, keeps of each of ``inputs`` (n, ...) for the way back."""
    # what is kept however many pictures there are, like weights, is the same in both
    few, many = (_kept(module, _repeated(inputs, size), half=half) for size in (_LEAST, 2 * _LEAST))
    return max(0, many - few) // _LEAST


@torch.inference_mode()
def widest_bytes(model: nn.Module, pixels: Tensor) -> int:
    """Return the size of the largest answer of a layer of ``model`` to one of (n, 3, H, W)."""
    sizes = [0]

    def leave(_module: nn.Module, _inputs: object, answer: object) -> None:
        if isinstance(answer, Tensor):
            sizes.append(answer.nbytes // len(pixels))

    handles = [module.register_forward_hook(leave) for module in model.modules()]
    try:
        model.eval()(pixels)
    finally:
        for handle in handles:
            handle.remove()
    return max(sizes)


class _Same:
    """The same batch again and again: once in the first epoch, and in the second while there is time."""

    batches_per_epoch = MOST_STEPS

    def __init__(self, batch: Batch, *, seconds: float, stopped: Callable[[], bool]) -> None:
        self.train_size = len(batch.targets)
        self.judged = 0  # batches of the last validation
        self._batch, self._seconds, self._stopped = batch, seconds, stopped

    def train(self, epoch: int, *, first: int = 0) -> Iterator[Batch]:
        """Yield the batch, more than once where that is to be timed."""
        del first
        yield from self._again(1 if epoch == 1 else MOST_STEPS, self._seconds)

    def validation(self) -> Iterator[Batch]:
        """Yield the batch while there is time, and count how often."""
        self.judged = 0
        for batch in self._again(MOST_JUDGED, JUDGING * self._seconds):
            self.judged += 1
            yield batch

    def close(self) -> None:
        """Nothing was kept."""

    def _again(self, most: int, seconds: float) -> Iterator[Batch]:
        deadline = time.perf_counter() + seconds
        for _ in range(most):
            check(self._stopped)
            yield self._batch
            if time.perf_counter() > deadline:
                return


def _material(model: Classifier, config: TrainConfig) -> Material:
    """Return what the loop wants to know, of no pictures in particular."""
    layer = model.head.get_submodule("output")
    single = isinstance(layer, nn.Linear) and layer.out_features < model.classes
    outputs = Outputs(classes=model.classes, output=Output.SIGMOID if single else Output.SOFTMAX)
    none = Labelled(rows=np.zeros(0, np.int64), targets=np.zeros((0, model.classes), np.float32))
    return Material(
        model=model,
        config=replace(config, balance=Balance.NONE),
        outputs=outputs,
        divided=Divided(train=none, validation=none),
    )


def _plan(material: Material, *, half: bool) -> StagePlan:
    """Return a stage of two epochs in which nothing moves: every step is made, by a rate of zero."""
    config = material.config
    pace = Pace(
        kind=config.optimizer,
        blocks=material.learning_names(),
        learning_rate=0.0,
        layer_decay=config.layer_decay,
        weight_decay=config.weight_decay,
        momentum=config.momentum,
        course=Course(kind=config.schedule, steps=1 + MOST_STEPS, warm_up=config.warm_up),
    )
    return StagePlan(
        stage=Stage.FINE_TUNE,
        first_epoch=1,
        epochs=2,
        pace=pace,
        patience=2,
        clip=config.clip,
        ema_decay=config.ema_decay,
        half=half,
    )


def _watched(fit: Fit, device: torch.device) -> tuple[list[float], float]:
    """Return the seconds of the steps of the second epoch, and of its judgement."""
    steps, judge, since = [0.0], 0.0, _now(device)
    for event in fit.events():
        took, since = _now(device) - since, _now(device)
        if isinstance(event, Tick):
            steps.append(took)
        elif isinstance(event, EpochRow) and event.epoch == 1:  # it made ready what later ones find
            steps = []
        elif isinstance(event, EpochRow):
            judge = took
    return steps, judge


def _saved(fit: Fit, file: Path) -> float:
    """Return the seconds of a checkpoint, which is removed again."""
    began = time.perf_counter()
    tensors, _ = fit.snapshot().packed()
    try:
        with whole_file(file) as target:
            target.write(tensors)
    finally:
        file.unlink(missing_ok=True)
    return time.perf_counter() - began


def _affordable(module: nn.Module, inputs: Tensor, wanted: int, seconds: float, *, half: bool) -> int:
    """Return how many pictures a batch may have, so that a few steps take about ``seconds``."""
    few = _repeated(inputs, _LEAST)
    module.eval()
    with torch.inference_mode(), torch.autocast(few.device.type, torch.bfloat16, enabled=half):
        forward = min(_forward(module, few) for _ in range(_PILOTS)) / _LEAST
    return max(_LEAST, min(wanted, int(seconds / (_BACK * forward * (1 + MOST_STEPS)))))


def _forward(module: nn.Module, inputs: Tensor) -> float:
    began = _now(inputs.device)
    module(inputs)
    return _now(inputs.device) - began


def _kept(module: nn.Module, inputs: Tensor, *, half: bool) -> int:
    sizes: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    module.train()
    hooks = torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor)
    autocast = torch.autocast(inputs.device.type, torch.bfloat16, enabled=half)
    with own_turn(inputs.device), hooks, autocast:  # dropout draws
        answer = module(inputs)
    del answer
    return sum(sizes.values())


def _repeated(inputs: Tensor, size: int) -> Tensor:
    """Return the inputs from the first one on, as often as it takes, in the same order in memory."""
    rows = inputs[torch.arange(size, device=inputs.device) % len(inputs)]
    return rows.contiguous(memory_format=torch.channels_last) if rows.ndim == 4 else rows


def _now(device: torch.device) -> float:
    """Return the time, in seconds, once the device has done what it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()
