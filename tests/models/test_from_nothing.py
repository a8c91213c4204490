from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.models.networks import random_network
from core.models.surgery import (
    Classifier,
    build_classifier,
    unfreeze_last,
)
from core.models.zoo import spec_of

Preprocess = Callable[[ModelSpec, int], Preprocessing]
LITE0 = spec_of("efficientnet_lite0")


def some_pixels(spec: ModelSpec) -> Tensor:
    size = 96 if spec.key == "inception_v3" else 64
    return torch.randint(
        0, 256, (2, 3, size, size), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )


def one_step(model: Classifier, pixels: Tensor) -> None:
    model.train()
    nn.functional.cross_entropy(model(pixels), torch.tensor([0, 1])).backward()


def from_nothing(spec: ModelSpec, preprocessing: Preprocess, *, seed: int = 0) -> Classifier:
    return build_classifier(
        spec,
        None,
        preprocessing=preprocessing(spec, 96),
        classes=3,
        hidden_units=0,
        dropout=0.0,
        seed=seed,
        pretrained=False,
    )


def test_from_nothing_all_learns_and_batch_norms_gather_statistics(preprocessing: Preprocess):
    spec = spec_of("mobilenet_v3_small")
    model = from_nothing(spec, preprocessing)
    assert all(p.requires_grad for p in model.parameters())
    norm = model.backbone.network.get_submodule("features.0.1")
    assert isinstance(norm, nn.BatchNorm2d)
    before = norm.running_mean.clone()
    one_step(model, some_pixels(spec))
    assert not torch.equal(norm.running_mean, before)
    unfreeze_last(model, 1)
    frozen = norm.running_mean.clone()
    one_step(model, some_pixels(spec))
    assert torch.equal(norm.running_mean, frozen)


def test_from_nothing_starts_the_same_for_the_same_seed(preprocessing: Preprocess):
    spec = spec_of("mobilenet_v3_small")
    first, same, other = (from_nothing(spec, preprocessing, seed=seed) for seed in (1, 1, 2))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), same.parameters(), strict=True))
    assert not torch.equal(next(first.parameters()), next(other.parameters()))


def test_from_nothing_vgg_is_drawn_so_that_signals_keep_their_size():
    """Torch's own draw lets them fade in sixteen layers.

    He et al. (2015): a deviation of sqrt(2 / (outputs * kernel area)); 64 outputs of 3 x 3 in the first.
    """
    vgg = random_network(spec_of("vgg16"), initialised=True)
    assert vgg.get_parameter("features.0.weight").std().item() == pytest.approx(
        (2 / (64 * 9)) ** 0.5, rel=0.1
    )
    assert vgg.get_parameter("features.0.bias").abs().max() == 0
