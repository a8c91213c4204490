"""Preprocessing, tiny networks and real weights for the tests of models."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from core.domain.config import TrainConfig
from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.models.surgery import preprocessing_for
from core.models.weights import load_weights, readiness
from core.models.zoo import spec_of


@pytest.fixture(scope="session")
def real_weights(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Tensor]]:
    """Load weights that came with a package. Skipped where the package is missing, but fails on CI."""
    nowhere: Path = tmp_path_factory.mktemp("weights")

    def load(key: str) -> dict[str, Tensor]:
        spec = spec_of(key)
        if not readiness(spec, nowhere).ready:
            told = f"{spec.weights_package} is not installed; start.py does it"
            pytest.fail(told) if os.environ.get("CI") else pytest.skip(told)
        return load_weights(spec, nowhere)

    return load


@pytest.fixture(scope="session")
def preprocessing() -> Callable[[ModelSpec, int], Preprocessing]:
    """Return the Preprocessing of a backbone for pictures of a size."""
    return lambda spec, size: preprocessing_for(spec, TrainConfig(image_size=size))


class TinyNetwork(nn.Module):
    """Two convolutions with batch norm, one of them behind a sum, where it must not be folded."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, stride=2, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(4)

    def forward(self, pixels: Tensor) -> Tensor:
        first = self.bn1(self.conv1(pixels.float() / 255)).relu()
        second = self.bn2(self.conv2(first) + first).relu()
        return second.mean((2, 3))


@pytest.fixture
def tiny_network() -> nn.Module:
    """A small frozen network (B, 3, H, W) -> (B, 4) whose batch norms do something."""
    torch.manual_seed(0)
    network = TinyNetwork()
    for norm in (network.bn1, network.bn2):
        nn.init.uniform_(norm.running_mean, -0.5, 0.5)  # type: ignore[arg-type]
        nn.init.uniform_(norm.running_var, 0.5, 2.0)  # type: ignore[arg-type]
    return network.eval()
