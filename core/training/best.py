"""The best weights so far, carried from stage to stage."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor, nn

from core.domain.errors import RunError
from core.domain.run import EpochRow

LEAST_GAIN = 1e-4  # validation loss must fall by this much to count as an improvement


class Best:
    """The weights of the epoch with the lowest validation loss; only those that move are kept.

    What has not moved yet is as it was at the start, so what is kept always describes the whole model.
    """

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.val_loss = float("inf")
        self.epoch: int | None = None
        self.kept: dict[str, Tensor] = {}
        self._moving: tuple[str, ...] = ()

    def follow(self, names: Collection[str]) -> None:
        """Keep these weights too from now on, and all buffers; the model must be at its best, or new."""
        state = self.model.state_dict(keep_vars=True)
        buffers = {name for name, _ in self.model.named_buffers()}
        wanted = {*self._moving, *names, *buffers}
        self._moving = tuple(name for name in state if name in wanted)
        self.kept = {name: state[name].detach().clone() for name in self._moving}

    def moving(self) -> dict[str, Tensor]:
        """Return the weights that move, as they stand in the model now."""
        state = self.model.state_dict()
        return {name: state[name] for name in self._moving}

    def offer(self, row: EpochRow) -> bool:
        """Keep the model's weights if this epoch is the best so far; return whether it was."""
        if not row.val_loss < self.val_loss - LEAST_GAIN:  # NaN never wins
            return False
        self.val_loss, self.epoch = row.val_loss, row.epoch
        self.kept = {name: tensor.detach().clone() for name, tensor in self.moving().items()}
        return True

    def restore(self) -> None:
        """Put the best weights back into the model."""
        if self.epoch is None:
            raise RunError("Training ended before its first epoch was complete.", hint="Start it again.")
        self.put(self.kept)

    def put(self, tensors: dict[str, Tensor]) -> None:
        """Put these weights into the model."""
        state = self.model.state_dict()
        with torch.no_grad():
            for name, tensor in tensors.items():
                state[name].copy_(tensor)
