"""The folded form answers and learns as the network itself, whichever network it is."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from core.domain.config import TrainConfig
from core.models.given_norms import NormsFolded, with_norms_folded
from core.models.preprocessing import preprocessing_for
from core.models.surgery import Classifier, build_classifier, unfreeze_last
from core.models.zoo import SPECS, spec_of

SIZE = 64
WITHOUT_NORMS = {"vgg16", "convnext_tiny"}
NORMS_FIRST = {"densenet121"}  # a norm stands before its convolution, apart from the first


def built(key: str, *, pretrained: bool = True) -> Classifier:
    spec = spec_of(key)
    model = build_classifier(
        spec,
        None,
        preprocessing=preprocessing_for(spec, TrainConfig(image_size=size_of(key))),
        classes=3,
        hidden_units=0,
        dropout=0.0,
        seed=0,
        pretrained=pretrained,
    )
    generator = torch.Generator().manual_seed(1)
    for norm in model.modules():
        if isinstance(norm, nn.BatchNorm2d):  # as after a training: none of them leaves its input alone
            assert norm.running_mean is not None
            assert norm.running_var is not None
            norm.running_mean.normal_(0, 0.1, generator=generator)
            norm.running_var.uniform_(0.5, 2.0, generator=generator)
            nn.init.uniform_(norm.weight, 0.5, 1.5, generator=generator)
            nn.init.normal_(norm.bias, 0, 0.1, generator=generator)
    unfreeze_last(model, len(spec.blocks))
    return model


def size_of(key: str) -> int:
    return 96 if key == "inception_v3" else SIZE


def pictures(key: str = "resnet18", count: int = 3) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    shape = (count, 3, size_of(key), size_of(key))
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)


def gradients(module: nn.Module, model: Classifier, images: Tensor) -> dict[str, Tensor]:
    model.zero_grad(set_to_none=True)
    torch.manual_seed(0)  # of what is dropped on the way
    nn.functional.cross_entropy(module(images), torch.arange(len(images)) % 3).backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("key", [spec.key for spec in SPECS])
def test_answers_and_gradients_are_those_of_the_network(key: str):
    torch.set_num_threads(1)
    model, images = built(key), pictures(key)
    folded = with_norms_folded(model.train(), images[:2])
    assert isinstance(folded, NormsFolded) == (key not in WITHOUT_NORMS)
    if isinstance(folded, NormsFolded):
        norms = sum(isinstance(part, nn.BatchNorm2d) for part in model.modules())
        assert len(folded.pairs) == norms or key in NORMS_FIRST
    expected, found = gradients(model, model, images), gradients(folded, model, images)
    assert expected.keys() == found.keys()
    whole = torch.cat([gradient.flatten() for gradient in expected.values()])
    error = torch.cat([(found[name] - gradient).flatten() for name, gradient in expected.items()])
    assert error.norm() < 1e-3 * whole.norm()
    torch.testing.assert_close(folded.eval()(images), model.eval()(images), rtol=1e-3, atol=1e-4)


def test_nothing_of_it_is_left_behind_in_the_network():
    model, images = built("resnet18"), pictures()
    before, names = copy.deepcopy(model.state_dict()), [name for name, _ in model.named_parameters()]
    folded = with_norms_folded(model.train(), images)
    assert isinstance(folded, NormsFolded)
    folded(images)
    assert [name for name, _ in model.named_parameters()] == names
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all("forward" not in part.__dict__ for part in model.modules())
    assert copy.deepcopy(model)(images).shape == (3, 3)


def test_a_pass_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch):
    model, images = built("resnet18"), pictures()
    folded = with_norms_folded(model, images)
    weight = model.backbone.network.get_submodule("conv1").weight
    monkeypatch.setattr(model.head, "forward", lambda _features: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        folded(images)
    assert model.backbone.network.get_submodule("conv1").weight is weight
    assert all("forward" not in part.__dict__ for part in model.backbone.modules())


def test_norms_that_gather_statistics_go_on_gathering_them():
    """From nothing, batch norms learn from each batch: then there is nothing to fold, until it is judged."""
    model, images = built("resnet18", pretrained=False), pictures()
    twin = copy.deepcopy(model)
    folded = with_norms_folded(model.train(), images)
    found, expected = folded.train()(images), twin.train()(images)
    assert torch.equal(found, expected)
    for name, value in twin.state_dict().items():
        assert torch.equal(model.state_dict()[name], value)
    assert torch.allclose(folded.eval()(images), twin.eval()(images), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("training", [True, False])
def test_the_mode_stays(training: bool):
    model = built("resnet18").train(training)
    modes = [part.training for part in model.modules()]
    folded = with_norms_folded(model, pictures())
    assert [part.training for part in model.modules()] == modes
    folded.train()
    assert [part.training for part in model.modules()] == [
        part.training for part in built("resnet18").train().modules()
    ]


class Twice(nn.Module):
    """A convolution whose answer goes to a norm, and past it."""

    def __init__(self, *, past: bool, again: bool) -> None:
        super().__init__()
        self.convolution, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
        self.past, self.again = past, again

    def forward(self, images: Tensor) -> Tensor:
        made = self.convolution(images)
        normed: Tensor = self.norm(made)
        if self.again:
            normed = normed + self.norm(self.convolution(images.flip(-1)))
        return (normed + made if self.past else normed).mean(dim=(2, 3))


@pytest.mark.parametrize(("past", "again"), [(True, False), (False, True), (True, True)])
def test_layers_that_are_used_twice_are_left_alone(past: bool, again: bool):
    module = Twice(past=past, again=again).eval()
    nn.init.constant_(module.norm.bias, 3.0)
    assert with_norms_folded(module, torch.rand(2, 3, 8, 8)) is module


def test_a_norm_without_weights_is_left_alone():
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, affine=False), nn.Flatten())
    assert with_norms_folded(module, torch.rand(2, 3, 8, 8)) is module
