"""How many numbers (parameters) a network learns with, block by block; no weights are needed to tell."""

from __future__ import annotations

from functools import cache

from core.domain.config import TrainConfig
from core.domain.model import ModelSpec
from core.models.networks import blank_network
from core.models.outputs import Outputs


@cache
def block_parameters(spec: ModelSpec) -> tuple[int, ...]:
    """Return the parameters of each block, from the picture upwards; statistics of norms are none.

    A second head, which Inception has while it learns, belongs to no block.
    """
    network = blank_network(spec)
    return tuple(
        sum(
            parameter.numel()
            for name in block.modules
            for parameter in network.get_submodule(name).parameters()
        )
        for block in spec.blocks
    )


def head_parameters(spec: ModelSpec, config: TrainConfig, classes: int, *, several: bool = False) -> int:
    """Return the parameters of the new head; ``several`` is for pictures with several labels."""
    outputs = Outputs(classes=classes, output=config.output, several=several).logits
    hidden = config.hidden_units
    if not hidden:
        return _linear(spec.features, outputs)
    norm = 2 * hidden  # scale and shift
    return _linear(spec.features, hidden) + norm + _linear(hidden, outputs)


def _linear(inputs: int, outputs: int) -> int:
    return inputs * outputs + outputs
