"""One step of learning, and batches in so many parts that each fits into memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from core.domain.errors import RunError
from core.models.arithmetic import repeatable
from core.models.randomness import seeded
from core.training.memory import is_out_of_memory
from core.training.objective import Objective
from core.training.sources import Batch
from core.training.tally import Tally, noticed

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How the weights move by a batch: ``gradients`` first, and then ``move``."""

    module: nn.Module
    objective: Objective
    optimizer: torch.optim.Optimizer
    clip: float = 0.0  # longest gradient over all learning weights; 0 is off
    half: bool = False  # compute in bfloat16 where that is safe

    def gradients(self, batch: Batch, *, parts: int, seed: int) -> tuple[Tally, int]:
        """Compute the gradients of a batch; return what was seen, and in how many parts.

        ``seed`` is that of dropout. Raises RunError where not even the smallest parts fit into memory.
        """

        def computed(split: Sequence[Batch]) -> Tally:
            self.optimizer.zero_grad(set_to_none=True)
            with repeatable(batch.inputs.device), seeded(seed, batch.inputs.device):
                return Tally.of([self._added(part, len(batch.targets)) for part in split])

        return in_memory(computed, batch, parts=parts, least=least_of(self.module))

    def move(self) -> None:
        """Move the weights by their gradients."""
        if self.clip:
            nn.utils.clip_grad_norm_(self.module.parameters(), self.clip)
        self.optimizer.step()

    def _added(self, part: Batch, size: int) -> Tensor:
        """Add the gradients of a part of a batch of ``size`` pictures; return what is noticed, (3, B)."""
        with torch.autocast(part.inputs.device.type, torch.bfloat16, enabled=self.half):
            logits = self.module(part.inputs)  # (B, L)
        losses = self.objective.losses(logits, part.targets)  # (B,)
        torch.autograd.backward(losses.sum() / size)  # parts may differ in size: each picture counts the same
        return noticed(losses, logits, part.targets, self.objective)


def in_memory(
    work: Callable[[Sequence[Batch]], Found], batch: Batch, *, parts: int, least: int = 1
) -> tuple[Found, int]:
    """Return what ``work`` makes of the parts of a batch, and how many: twice as many when memory runs out.

    A part has ``least`` pictures or more. Raises RunError where even such parts are too large.
    """
    while True:
        split = parts_of(batch, parts, least=least)
        try:
            return work(split), parts
        except (RuntimeError, MemoryError) as problem:
            if not is_out_of_memory(problem):
                raise
            most = _most_parts(batch, least)
            if len(split) >= most:
                fewest = "a single picture" if least == 1 else f"{least} pictures at once"
                raise RunError(
                    f"The computer's memory is too small for {fewest}.",
                    hint="Choose a smaller picture size, fewer blocks, or a smaller backbone.",
                ) from problem
            parts = min(2 * len(split), most)


def parts_of(batch: Batch, parts: int, *, least: int = 1) -> list[Batch]:
    """Return the batch in ``parts`` of about one size, or fewer so that each has ``least`` pictures."""
    number = min(parts, _most_parts(batch, least))
    pairs = zip(batch.inputs.tensor_split(number), batch.targets.tensor_split(number), strict=True)
    return [Batch(inputs, targets) for inputs, targets in pairs]


def least_of(module: nn.Module) -> int:
    """Return how many pictures ``module`` has to see at once: a batch norm cannot learn from a single one."""
    return 2 if any(isinstance(part, _BatchNorm) and part.training for part in module.modules()) else 1


def _most_parts(batch: Batch, least: int) -> int:
    return max(1, len(batch.targets) // least)
