"""New layers on top of a network, drawn from a generator of their own."""

from __future__ import annotations

import math
from collections import OrderedDict

import torch
from torch import nn
from torch.nn.utils import skip_init

from core.domain.choices import Output


def outputs_for(classes: int, *, output: Output, several: bool) -> int:
    """Return how many logits the head has: one per class, or a single one for two classes by sigmoid."""
    return 1 if classes == 2 and output is Output.SIGMOID and not several else classes


def new_head(
    features: int, classes: int, *, hidden_units: int, dropout: float, generator: torch.Generator
) -> nn.Sequential:
    """Return dropout and a linear layer, or with ``hidden_units`` a normalised hidden layer below them."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    if hidden_units:
        layers["hidden"] = new_linear(
            features, hidden_units, std=math.sqrt(2 / features), generator=generator
        )
        layers["norm"] = nn.BatchNorm1d(hidden_units)
        layers["relu"] = nn.ReLU()
    layers["dropout"] = nn.Dropout(dropout)
    # small: at first all classes are about equally likely, whatever the features
    layers["output"] = new_linear(hidden_units or features, classes, std=0.01, generator=generator)
    return nn.Sequential(layers)


def new_linear(inputs: int, outputs: int, *, std: float, generator: torch.Generator) -> nn.Linear:
    """Return a layer with weights of this deviation, and biases of 0."""
    layer: nn.Linear = skip_init(nn.Linear, inputs, outputs)  # type: ignore[no-untyped-call]
    nn.init.normal_(layer.weight, std=std, generator=generator)
    nn.init.zeros_(layer.bias)
    return layer
