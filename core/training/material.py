"""What every stage of a training works with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.domain.choices import Balance
from core.domain.config import TrainConfig
from core.models.outputs import Outputs
from core.models.surgery import Classifier, learning_blocks
from core.training.objective import Objective
from core.training.optimisers import Named
from core.training.sources import Divided, Drawing


@dataclass(frozen=True, kw_only=True)
class Material:
    """The model, its settings, and what it learns from."""

    model: Classifier
    config: TrainConfig
    outputs: Outputs
    divided: Divided

    @cached_property
    def device(self) -> torch.device:
        """Where the model is."""
        return next(self.model.parameters()).device

    @cached_property
    def objective(self) -> Objective:
        """What learning makes small."""
        weights = np.ones(self.outputs.classes, dtype=np.float32)
        if self.config.balance is Balance.WEIGHTS:
            weights = balancing(self.divided.train.targets)
        return Objective(
            outputs=self.outputs,
            class_weights=torch.from_numpy(weights).to(self.device),
            label_smoothing=self.config.label_smoothing,
        )

    @cached_property
    def drawing(self) -> Drawing:
        """How training batches are drawn: several small batches at once where they are added up."""
        chances = None
        if self.config.balance is Balance.SAMPLING:
            weights = picture_weights(self.divided.train.targets)
            chances = weights / weights.sum()
        return Drawing(
            batch_size=self.config.batch_size * self.config.accumulate, seed=self.config.seed, chances=chances
        )

    def learning_names(self) -> tuple[Named, ...]:
        """Return the names of the weights that learn now, by block from the lowest, the head last."""
        names = {id(weight): name for name, weight in self.model.named_parameters()}
        return tuple(tuple(names[id(weight)] for weight in block) for block in learning_blocks(self.model))


def balancing(targets: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return a weight per class, (C,), with which every class counts the same; 1 on average per picture."""
    counts = targets.sum(axis=0)
    weights = counts.sum() / (len(counts) * np.maximum(counts, 1))
    balanced: npt.NDArray[np.float32] = weights.astype(np.float32)
    return balanced


def picture_weights(targets: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return a weight per picture, (N,): the mean over its classes; 1 for one that shows none."""
    shares = targets.sum(axis=1)
    means: npt.NDArray[np.float64] = (targets @ balancing(targets)) / np.maximum(shares, 1)
    return np.where(shares > 0, means, 1.0)


def as_tensor(values: npt.NDArray[np.float32], device: torch.device) -> Tensor:
    """Return the numbers on the device."""
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32)).to(device)
