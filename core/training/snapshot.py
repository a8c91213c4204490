"""A stage under way, as it is kept on disk: every tensor and number that decides how it goes on."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import safetensors.torch
import torch
from torch import Tensor

from core.training.averaging import Average
from core.training.best import Best
from core.training.divergence import Watch

if TYPE_CHECKING:
    from core.training.loop import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Tensors by name, and plain numbers."""

    tensors: dict[str, Tensor]
    state: dict[str, Any]

    @classmethod
    def of(
        cls,
        *,
        optimizer: torch.optim.Optimizer,
        average: Average,
        best: Best,
        place: Place,
        watch: Watch,
    ) -> Self:
        """Return everything about a stage; the tensors are its own, so pack them before it goes on."""
        return cls(
            tensors={
                **_under("model", best.moving()),
                **_under("best", best.kept),
                **_under("average", average.kept),
                **_under("optimizer", _flat(optimizer)),
            },
            state={
                "place": dataclasses.asdict(place),
                "watch": dataclasses.asdict(watch),
                "average_steps": average.steps,
                "best_epoch": best.epoch,
                "best_loss": None if best.epoch is None else best.val_loss,
            },
        )

    def restore(
        self, *, optimizer: torch.optim.Optimizer, average: Average, best: Best, place: Place, watch: Watch
    ) -> None:
        """Put everything back into a stage made from the same settings and pictures."""
        best.put(self._below("model"))
        best.kept = {name: t.clone() for name, t in self._below("best").items()}
        best.epoch = self.state["best_epoch"]
        best.val_loss = float("inf") if best.epoch is None else self.state["best_loss"]
        average.steps = self.state["average_steps"]
        average.put(self._below("average"))
        _fill(optimizer, self._below("optimizer"))
        place.fill(self.state["place"])
        for name, value in self.state["watch"].items():
            setattr(watch, name, value)

    def packed(self, **more: Any) -> tuple[bytes, bytes]:  # noqa: ANN401 - whatever JSON can hold
        """Return the tensors in the safetensors format, and the numbers (with ``more``) as JSON."""
        whole = {name: t.detach().cpu().contiguous() for name, t in self.tensors.items()}
        return safetensors.torch.save(whole), json.dumps({"fit": self.state, **more}).encode()

    @classmethod
    def unpacked(cls, tensors: bytes, state: bytes) -> tuple[Self, dict[str, Any]]:
        """Return the snapshot and what else was packed with it."""
        numbers = json.loads(state)
        return cls(tensors=safetensors.torch.load(tensors), state=numbers.pop("fit")), numbers

    def _below(self, part: str) -> dict[str, Tensor]:
        prefix = f"{part}/"
        return {name[len(prefix) :]: t for name, t in self.tensors.items() if name.startswith(prefix)}


def _under(part: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{part}/{name}": tensor for name, tensor in tensors.items()}


def _flat(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return the optimiser's memory of each weight; its settings follow from the stage."""
    state = optimizer.state_dict()["state"]
    return {
        f"{index}/{name}": value
        for index, memory in state.items()
        for name, value in memory.items()
        if isinstance(value, Tensor)
    }


def _fill(optimizer: torch.optim.Optimizer, flat: dict[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in flat.items():
        index, _, field = name.partition("/")
        state.setdefault(int(index), {})[field] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
