from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.models.boundary import Halves, split
from core.models.engine import compile_frozen
from core.models.surgery import Classifier, build_classifier, unfreeze_last
from core.models.torch_engine import TorchEngine
from core.models.zoo import SPECS, spec_of

Preprocess = Callable[[ModelSpec, int], Preprocessing]
LITE0, RESNET18, INCEPTION = spec_of("efficientnet_lite0"), spec_of("resnet18"), spec_of("inception_v3")


def built(
    spec: ModelSpec, preprocessing: Preprocess, *, blocks: int = 0, auxiliary: bool = False
) -> Classifier:
    model = build_classifier(
        spec,
        None,
        preprocessing=preprocessing(spec, 96),
        classes=3,
        hidden_units=8,
        dropout=0.0,
        seed=0,
        auxiliary=auxiliary,
    )
    unfreeze_last(model, blocks)
    return model


def halves_of(model: Classifier) -> Halves:
    halves = split(model)
    assert halves is not None
    return halves


def some_pixels(spec: ModelSpec, count: int = 2) -> Tensor:
    size = max(64, 32 * -(-spec.smallest_image // 32))
    return torch.randint(
        0, 256, (count, 3, size, size), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_the_halves_answer_as_the_whole_wherever_it_is_cut(spec: ModelSpec, preprocessing: Preprocess):
    model, pixels = built(spec, preprocessing), some_pixels(spec)
    with torch.inference_mode():
        whole = model(pixels)
        for blocks in range(len(spec.blocks)):
            unfreeze_last(model, blocks)
            halves = halves_of(model)
            activation = halves.lower(pixels)
            assert activation.ndim == (2 if blocks == 0 or (spec.key == "vgg16" and blocks == 1) else 4)
            torch.testing.assert_close(halves.upper(activation), whole, rtol=1e-5, atol=1e-5)
    unfreeze_last(model, len(spec.blocks))
    assert split(model) is None


@pytest.mark.parametrize("key", ["efficientnet_lite0", "densenet121", "mobilenet_v3_large"])
def test_a_step_on_the_upper_half_is_a_step_of_the_whole(key: str, preprocessing: Preprocess):
    spec = spec_of(key)
    model, pixels = built(spec, preprocessing, blocks=2), some_pixels(spec)
    for module in model.modules():  # their dice would fall differently
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        if type(module).__name__ == "StochasticDepth":
            module.p = 0.0  # type: ignore[assignment]
    labels = torch.tensor([0, 1])

    nn.functional.cross_entropy(model.train()(pixels), labels).backward()
    wanted = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    halves = halves_of(model)
    with torch.inference_mode():
        kept = halves.lower(pixels)
    nn.functional.cross_entropy(halves.upper.train()(kept.clone()), labels).backward()

    found = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    assert found.keys() == wanted.keys()
    for name, gradient in wanted.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-3, atol=1e-5)


def test_the_upper_half_has_the_learning_weights_and_the_lower_one_the_frozen(preprocessing: Preprocess):
    model = built(RESNET18, preprocessing, blocks=1)
    halves = halves_of(model)
    assert set(halves.upper.parameters()) == {p for p in model.parameters() if p.requires_grad}
    assert set(halves.lower.parameters()) == {p for p in model.parameters() if not p.requires_grad}


def test_the_halves_take_no_memory_for_weights(preprocessing: Preprocess):
    model = built(LITE0, preprocessing, blocks=3)
    own = {tensor.data_ptr() for tensor in (*model.parameters(), *model.buffers())}
    halves = halves_of(model)
    for half in (halves.lower, halves.upper):
        assert {tensor.data_ptr() for tensor in (*half.parameters(), *half.buffers())} <= own


def test_the_upper_half_switches_as_the_whole_does(preprocessing: Preprocess):
    model = built(RESNET18, preprocessing, blocks=1)
    upper = halves_of(model).upper
    upper.train()
    assert upper.training
    assert model.training
    assert model.backbone.network.get_submodule("layer4").training
    assert not model.backbone.network.get_submodule("layer4.0.bn1").training
    upper.eval()
    assert not model.training
    assert not any(module.training for module in upper.modules())


@pytest.mark.parametrize("training", [True, False])
def test_cutting_leaves_the_mode_as_it_was(training: bool, preprocessing: Preprocess):
    model = built(RESNET18, preprocessing, blocks=1).train(training)
    modes = [module.training for module in model.modules()]
    assert halves_of(model).upper.training == training
    assert [module.training for module in model.modules()] == modes
    assert not any(module._forward_pre_hooks or module._forward_hooks for module in model.modules())


def test_the_lower_half_never_learns(preprocessing: Preprocess):
    lower = halves_of(built(RESNET18, preprocessing, blocks=1)).lower
    lower.train()
    assert not any(module.training for module in lower.modules())
    assert not any(p.requires_grad for p in lower.parameters())


def test_may_be_cut_again_lower_while_learning(preprocessing: Preprocess):
    model, pixels = built(RESNET18, preprocessing, blocks=1), some_pixels(RESNET18)
    high = halves_of(model).lower(pixels)
    unfreeze_last(model, 2)
    low = halves_of(model)
    assert low.lower(pixels).shape == (2, 128, 8, 8)
    assert high.shape == (2, 256, 4, 4)
    torch.testing.assert_close(low.upper(low.lower(pixels)), model(pixels))


def test_blocks_above_the_boundary_may_freeze_and_unfreeze(preprocessing: Preprocess):
    """So gradual unfreezing needs one cut only, at the lowest block that will learn in the end."""
    model, pixels = built(RESNET18, preprocessing, blocks=3), some_pixels(RESNET18)
    halves = halves_of(model)
    activation = halves.lower(pixels)
    unfreeze_last(model, 1)
    halves.upper.train()
    assert model.backbone.network.get_submodule("layer4").training
    assert not model.backbone.network.get_submodule("layer3").training
    nn.functional.cross_entropy(halves.upper(activation), torch.tensor([0, 1])).backward()
    learnt = {name for name, p in model.backbone.named_parameters() if p.grad is not None}
    assert learnt == {name for name, _ in model.backbone.named_parameters() if "layer4" in name}


def test_both_heads_of_inception_answer_from_the_activation(preprocessing: Preprocess):
    model, pixels = built(INCEPTION, preprocessing, blocks=5, auxiliary=True), some_pixels(INCEPTION)
    halves = halves_of(model)
    model.train()
    with torch.inference_mode():
        wanted = model(pixels)
        found = halves.upper.train()(halves.lower(pixels))
        assert halves.upper.eval()(halves.lower(pixels)).shape == (2, 3)
    torch.testing.assert_close(found, wanted)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_engines_run_the_lower_half(precision: str, preprocessing: Preprocess, tmp_path: Path):
    model, pixels = built(RESNET18, preprocessing, blocks=1), some_pixels(RESNET18, 9)
    lower = halves_of(model).lower
    wanted = lower(pixels).detach().numpy()
    images = np.ascontiguousarray(pixels.permute(0, 2, 3, 1).numpy())
    for engine in (
        compile_frozen(lower, image_size=64, cache=tmp_path, precision=precision),  # type: ignore[arg-type]
        TorchEngine(lower, image_size=64, precision=precision),  # type: ignore[arg-type]
    ):
        found = engine(images)
        assert (found.shape, found.dtype) == ((9, 256, 4, 4), np.float32)
        assert np.abs(found - wanted).max() < (1e-3 if precision == "fp32" else 0.1) * np.abs(wanted).max()
    assert len(list(tmp_path.glob("*.zip"))) == 1  # OpenVINO took it


def test_two_boundaries_of_one_network_are_kept_apart(preprocessing: Preprocess, tmp_path: Path):
    model, pixels = built(RESNET18, preprocessing), some_pixels(RESNET18)
    images = np.ascontiguousarray(pixels.permute(0, 2, 3, 1).numpy())
    shapes = []
    for blocks in (0, 1, 2):
        unfreeze_last(model, blocks)
        engine = compile_frozen(halves_of(model).lower, image_size=64, cache=tmp_path)
        shapes.append(engine(images).shape[1:])
    assert shapes == [(512,), (256, 4, 4), (128, 8, 8)]
