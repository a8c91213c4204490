"""The new head, trained on stored features: exactly, or step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch

from core.domain.choices import Balance
from core.domain.run import EpochRow, Stage
from core.models.surgery import unfreeze_last
from core.training.best import Best
from core.training.head import fit_linear
from core.training.loop import Fit, StagePlan
from core.training.material import Material, as_tensor, picture_weights
from core.training.optimisers import Pace
from core.training.schedule import Course
from core.training.sources import FeatureBatches, Labelled
from core.training.tally import Judged

Features = npt.NDArray[np.floating]  # (N, D)


def solve_head(
    material: Material,
    views: Sequence[Features],
    *,
    best: Best,
    groups: npt.NDArray[np.int64],
    stopped: Callable[[], bool],
) -> tuple[EpochRow, float]:
    """Fit a head of one layer exactly (L-BFGS); return what it achieves, and its penalty.

    ``views`` are features (N, D) of all pictures as they are and, after these, varied; ``groups`` (N,) name
    the pictures that cross-validation must keep together. The head is offered as the best. Raises Cancelled.
    """
    started = time.monotonic()
    unfreeze_last(material.model, 0)
    best.follow([name for block in material.learning_names() for name in block])
    config, train = material.config, material.divided.train
    weights = np.ones(len(train.rows)) if config.balance is Balance.NONE else picture_weights(train.targets)
    found = fit_linear(
        np.concatenate([view[train.rows] for view in views]).astype(np.float32, copy=False),
        np.concatenate([train.targets] * len(views)),
        output=config.output,
        several=material.outputs.several,
        weights=np.concatenate([weights] * len(views)),
        penalty=config.head_penalty,
        groups=np.concatenate([groups[train.rows]] * len(views)),
        seed=config.seed,
        stopped=stopped,
    )
    layer = material.model.head.get_submodule("output")
    layer.load_state_dict({"weight": torch.from_numpy(found.weight), "bias": torch.from_numpy(found.bias)})
    learnt, judged = (judge_head(material, views[0], part) for part in (train, material.divided.validation))
    row = EpochRow(
        epoch=1,
        stage=Stage.HEAD,
        train_loss=learnt.loss,
        train_accuracy=learnt.accuracy,
        val_loss=judged.loss,
        val_accuracy=judged.accuracy,
        learning_rate=0.0,
        seconds=time.monotonic() - started,
    )
    best.offer(row)
    return row, found.penalty


@torch.inference_mode()
def judge_head(material: Material, features: Features, part: Labelled) -> Judged:
    """Return what the head, as it is, makes of these pictures' features."""
    head, objective = material.model.head.eval(), material.objective
    logits = head(as_tensor(features[part.rows], material.device))
    targets = as_tensor(part.targets, material.device)
    losses = objective.judged(logits, targets)
    probabilities = objective.outputs.probabilities(logits)
    return Judged.of(losses.cpu(), probabilities.cpu(), targets.cpu(), objective)


def head_fit(
    material: Material, views: Sequence[Features], *, best: Best, first_epoch: int = 1, rate: float = 1.0
) -> tuple[Fit, FeatureBatches]:
    """Return the stage that trains only the head, step by step, and its batches; ``rate`` scales the rate."""
    config = material.config
    unfreeze_last(material.model, 0)
    blocks = material.learning_names()
    best.follow([name for block in blocks for name in block])
    source = FeatureBatches(list(views), material.divided, material.drawing, device=material.device)
    pace = Pace(
        kind=config.optimizer,
        blocks=blocks,
        learning_rate=config.head_learning_rate * rate,
        weight_decay=config.weight_decay,
        momentum=config.momentum,
        course=Course(
            kind=config.schedule,
            steps=config.head_epochs * source.batches_per_epoch,
            warm_up=config.warm_up,
        ),
    )
    plan = StagePlan(
        stage=Stage.HEAD,
        first_epoch=first_epoch,
        epochs=config.head_epochs,
        pace=pace,
        patience=config.patience,
        seed=config.seed,
        accumulate=config.accumulate,
        clip=config.clip,
        ema_decay=config.ema_decay,
    )
    return Fit(material.model.head, source, plan, material.objective, best=best), source
