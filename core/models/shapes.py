"""Names and shapes of a trained network's weights, told without building it."""

from __future__ import annotations

import torch
from torch import nn

from core.domain.choices import Output
from core.domain.model import ModelSpec
from core.models.auxiliary import set_auxiliary
from core.models.heads import outputs_for
from core.models.networks import blank_network

Shapes = dict[str, tuple[str, tuple[int, ...]]]  # name to type, as safetensors writes it, and shape

_TYPES = {torch.float32: "F32", torch.int64: "I64"}


def weight_shapes(
    spec: ModelSpec, *, classes: int, hidden_units: int, output: Output, several: bool
) -> Shapes:
    """Return what ``export_weights`` of such a classifier holds. Takes next to no memory."""
    network = blank_network(spec)
    set_auxiliary(network, None)
    network.set_submodule(spec.head, nn.Identity())
    shapes = {
        f"backbone.network.{name}": (_TYPES[tensor.dtype], tuple(tensor.shape))
        for name, tensor in network.state_dict().items()
    }
    outputs = outputs_for(classes, output=output, several=several)
    return shapes | _of_head(spec.features, outputs, hidden_units=hidden_units)


def _of_head(features: int, outputs: int, *, hidden_units: int) -> Shapes:
    below = hidden_units or features
    shapes: Shapes = {
        "head.output.weight": ("F32", (outputs, below)),
        "head.output.bias": ("F32", (outputs,)),
    }
    if hidden_units:
        one = ("F32", (hidden_units,))
        shapes["head.hidden.weight"] = ("F32", (hidden_units, features))
        shapes["head.norm.num_batches_tracked"] = ("I64", ())
        for name in ("hidden.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"):
            shapes[f"head.{name}"] = one
    return shapes
