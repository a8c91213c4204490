from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from core.models.folding import fold_batch_norms
from core.models.networks import random_network
from core.models.zoo import spec_of


def norms_in(module: nn.Module) -> int:
    return sum(isinstance(part, nn.BatchNorm2d) for part in module.modules())


def pixels(size: int) -> Tensor:
    return torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0)) * 255


def test_folds_only_a_norm_that_sees_the_convolution_itself(tiny_network: nn.Module):
    with torch.inference_mode():
        before = tiny_network(pixels(32))
        fold_batch_norms(tiny_network, pixels(32))
        after = tiny_network(pixels(32))
    assert norms_in(tiny_network) == 1  # the one behind the sum
    assert torch.allclose(before, after, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("key", ["efficientnet_lite0", "mobilenet_v2", "resnet18"])
def test_leaves_no_batch_norm_in_plain_convolutional_networks(key: str):
    network = random_network(spec_of(key)).eval()
    for norm in (part for part in network.modules() if isinstance(part, nn.BatchNorm2d)):
        nn.init.uniform_(norm.bias, -0.5, 0.5)
    with torch.inference_mode():
        before = network(pixels(64))
        fold_batch_norms(network, pixels(64))
        after = network(pixels(64))
    assert norms_in(network) == 0
    assert float((before - after).abs().max() / before.abs().max()) < 1e-4


def test_leaves_no_hooks_behind(tiny_network: nn.Module):
    fold_batch_norms(tiny_network, pixels(32))
    assert not any(part._forward_hooks for part in tiny_network.modules())
