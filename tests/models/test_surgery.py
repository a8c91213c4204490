from __future__ import annotations

from collections.abc import Callable

import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from core.domain.choices import Output
from core.domain.config import TrainConfig
from core.domain.errors import ConfigError
from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing, ResizeMode
from core.models.networks import random_network
from core.models.surgery import (
    Backbone,
    Classifier,
    build_classifier,
    build_network,
    export_weights,
    learning_blocks,
    preprocessing_for,
    unfreeze_last,
)
from core.models.zoo import SPECS, spec_of

Preprocess = Callable[[ModelSpec, int], Preprocessing]
LITE0 = spec_of("efficientnet_lite0")


def built(
    spec: ModelSpec, preprocessing: Preprocess, *, hidden_units: int = 0, dropout: float = 0.2, seed: int = 0
) -> Classifier:
    return build_classifier(
        spec,
        None,
        preprocessing=preprocessing(spec, 96),
        classes=3,
        hidden_units=hidden_units,
        dropout=dropout,
        seed=seed,
    )


def some_pixels(spec: ModelSpec) -> Tensor:
    size = 96 if spec.key == "inception_v3" else 64
    return torch.randint(
        0, 256, (2, 3, size, size), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )


def one_step(model: Classifier, pixels: Tensor) -> None:
    model.train()
    nn.functional.cross_entropy(model(pixels), torch.tensor([0, 1])).backward()


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_fine_tunes_the_last_block_and_nothing_below(spec: ModelSpec, preprocessing: Preprocess):
    model, pixels = built(spec, preprocessing), some_pixels(spec)
    with torch.inference_mode():
        assert model.features(pixels).shape == (2, spec.features)
        assert model(pixels).shape == (2, 3)
    layer_seen: list[torch.Size] = []
    model.backbone.network.get_submodule(spec.cam_layer).register_forward_hook(
        lambda _module, _inputs, output: layer_seen.append(output.shape)
    )
    before = {name: value.clone() for name, value in model.backbone.named_buffers()}

    unfreeze_last(model, 1)
    one_step(model, pixels)

    top = tuple(f"network.{module}." for module in spec.blocks[-1].modules)
    learnt = {name for name, p in model.backbone.named_parameters() if p.grad is not None}
    assert learnt == {name for name, _ in model.backbone.named_parameters() if name.startswith(top)}
    assert all(p.grad is not None for p in model.head.parameters())
    moved = {name for name, v in model.backbone.named_buffers() if not torch.equal(v, before[name])}
    assert all(name.startswith(top) for name in moved)
    assert len(layer_seen[0]) == 4  # a map of features, (B, channels, height, width)


def test_at_first_only_the_head_learns(preprocessing: Preprocess):
    model = built(LITE0, preprocessing)
    one_step(model, some_pixels(LITE0))
    assert {name for name, p in model.named_parameters() if p.grad is not None} == {
        "head.output.weight",
        "head.output.bias",
    }


def test_more_blocks_than_there_are_means_all(preprocessing: Preprocess):
    model = built(LITE0, preprocessing)
    unfreeze_last(model, 99)
    assert all(p.requires_grad for p in model.parameters())


def test_freezing_again_leaves_only_the_head(preprocessing: Preprocess):
    model = built(LITE0, preprocessing)
    unfreeze_last(model, 3)
    unfreeze_last(model, 0)
    assert not any(p.requires_grad for p in model.backbone.parameters())


def test_frozen_blocks_stay_in_evaluation_mode_while_training(preprocessing: Preprocess):
    model = built(spec_of("mobilenet_v2"), preprocessing)
    unfreeze_last(model, 2)
    model.train()
    training = {name for name, m in model.backbone.network.named_modules() if m.training and name}
    assert training
    assert all(name.startswith(("features.17", "features.18")) for name in training)
    model.eval()
    assert not any(module.training for module in model.modules())


def test_unfreezing_while_training_switches_the_block_at_once(preprocessing: Preprocess):
    model = built(LITE0, preprocessing).train()
    unfreeze_last(model, 1)
    assert model.backbone.network.get_submodule("conv_head").training


def test_batch_norms_keep_the_statistics_they_were_pretrained_with(preprocessing: Preprocess):
    """Let loose on batches of 32, they undid what had been learnt.

    Six blocks fine-tuned on 400 drawn parts: 0.97 right on the test pictures with them held, 0.77 with them
    free, whose loss leapt from 0.6 to 3.1 in the first epoch.
    """
    model, pixels = built(LITE0, preprocessing), some_pixels(LITE0)
    unfreeze_last(model, 2)
    norm = model.backbone.network.get_submodule("bn2")
    assert isinstance(norm, nn.BatchNorm2d)
    before = norm.running_mean.clone()
    model.train()(pixels)
    assert torch.equal(norm.running_mean, before)
    assert norm.weight.requires_grad


def test_keeps_no_activations_of_frozen_blocks(preprocessing: Preprocess):
    model, pixels = built(LITE0, preprocessing), some_pixels(LITE0)

    def bytes_kept(blocks: int) -> int:
        unfreeze_last(model, blocks)
        kept = 0

        def count(tensor: Tensor) -> Tensor:
            nonlocal kept
            kept += 0 if isinstance(tensor, nn.Parameter) else tensor.nbytes
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            model.train()(pixels)
        return kept

    everything = bytes_kept(99)
    assert bytes_kept(1) < 0.1 * everything
    assert bytes_kept(0) < 0.01 * everything


@pytest.mark.parametrize("key", ["mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "inception_v3"])
def test_takes_the_dropout_under_the_old_head_off(key: str, preprocessing: Preprocess):
    """The new head brings its own; two of them would hide far more features than the user asked for."""
    parts = built(spec_of(key), preprocessing).backbone.modules()
    assert not any(isinstance(part, nn.Dropout) for part in parts)


def test_the_same_seed_makes_the_same_classifier_and_moves_no_global_randomness(preprocessing: Preprocess):
    before = torch.get_rng_state()
    first, same, other = (built(LITE0, preprocessing, hidden_units=32, seed=seed) for seed in (7, 7, 8))
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), same.parameters(), strict=True))
    assert not torch.equal(
        first.head.get_submodule("output").weight, other.head.get_submodule("output").weight
    )


def test_a_new_head_finds_all_classes_about_equally_likely(preprocessing: Preprocess):
    model = built(LITE0, preprocessing)
    with torch.inference_mode():
        probabilities = model(some_pixels(LITE0)).softmax(dim=1)
    assert torch.allclose(probabilities, torch.full((2, 3), 1 / 3), atol=0.15)


def test_hidden_units_add_a_normalised_layer(preprocessing: Preprocess):
    plain, deep = built(LITE0, preprocessing), built(LITE0, preprocessing, hidden_units=128, dropout=0.5)
    assert [name for name, _ in plain.head.named_children()] == ["dropout", "output"]
    assert [type(layer).__name__ for layer in deep.head] == [
        "Linear", "BatchNorm1d", "ReLU", "Dropout", "Linear",
    ]  # fmt: skip
    assert deep.head.get_submodule("dropout").p == 0.5
    assert deep.head.get_submodule("output").in_features == 128


def test_bytes_and_floats_give_the_same_logits(preprocessing: Preprocess):
    model, pixels = built(LITE0, preprocessing), some_pixels(LITE0)
    with torch.inference_mode():
        assert torch.equal(model(pixels), model(pixels.float()))


def test_normalises_by_the_preprocessing_record():
    """By hand: 255 is 1 in [0, 1]; (1 - 0.5) / 0.25 = 2."""
    record = Preprocessing(
        image_size=32,
        resize_mode=ResizeMode.SQUASH,
        interpolation=LITE0.interpolation,
        mean=(0.5, 0.0, 1.0),
        std=(0.25, 1.0, 0.5),
    )
    white = torch.full((1, 3, 2, 2), 255, dtype=torch.uint8)
    answer = Backbone(nn.Identity(), record)(white)
    assert answer[0, :, 0, 0].tolist() == [2.0, 1.0, 0.0]


def test_weights_are_copied_into_the_network_not_shared():
    weights = random_network(LITE0, seed=3).state_dict()
    before = weights["conv_stem.weight"].clone()
    network = build_network(LITE0, weights)
    assert torch.equal(network.state_dict()["conv_stem.weight"], before)
    with torch.no_grad():
        network.get_parameter("conv_stem.weight").zero_()
    assert torch.equal(weights["conv_stem.weight"], before)


def test_inception_answers_with_one_tensor_while_learning():
    """Pretrained Inception has a second head; left on, it returns a pair in training mode."""
    spec = spec_of("inception_v3")
    network = build_network(spec, random_network(spec).state_dict()).train()
    assert isinstance(network(torch.zeros(2, 3, 96, 96)), Tensor)


@pytest.mark.parametrize(
    ("classes", "output", "several", "outputs"),
    [
        (2, Output.SOFTMAX, False, 2),
        (2, Output.SIGMOID, False, 1),
        (3, Output.SIGMOID, False, 3),
        (2, Output.SIGMOID, True, 2),
        (5, Output.SOFTMAX, True, 5),
    ],
)
def test_the_head_has_as_many_outputs_as_asked_for(
    classes: int, output: Output, several: bool, outputs: int, preprocessing: Preprocess
):
    model = build_classifier(
        LITE0,
        None,
        preprocessing=preprocessing(LITE0, 64),
        classes=classes,
        hidden_units=0,
        dropout=0.0,
        seed=0,
        output=output,
        several=several,
    )
    assert model.classes == classes
    assert model.head.get_submodule("output").out_features == outputs


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_the_learning_weights_come_block_by_block_and_heads_last(spec: ModelSpec, preprocessing: Preprocess):
    model = built(spec, preprocessing)
    assert learning_blocks(model) == (tuple(model.head.parameters()),)
    for blocks in (2, len(spec.blocks)):
        unfreeze_last(model, blocks)
        groups = learning_blocks(model)
        assert len(groups) == blocks + 1
        flat = [p for group in groups for p in group]
        assert len(flat) == len(set(flat))
        assert set(flat) == {p for p in model.parameters() if p.requires_grad}
        top = model.backbone.network.get_submodule(spec.blocks[-1].modules[0])
        assert set(top.parameters()) <= set(groups[-2])


def test_unfreezing_step_by_step_keeps_what_was_learnt_and_drops_old_gradients(preprocessing: Preprocess):
    model, pixels = built(LITE0, preprocessing), some_pixels(LITE0)
    unfreeze_last(model, 1)
    one_step(model, pixels)
    learnt = {name: value.clone() for name, value in model.state_dict().items()}
    unfreeze_last(model, 2)
    assert model.training
    assert model.head.get_submodule("output").weight.grad is not None
    unfreeze_last(model, 0)
    assert all(p.grad is None for p in model.backbone.parameters())
    assert all(torch.equal(value, learnt[name]) for name, value in model.state_dict().items())


def test_exported_weights_survive_safetensors_and_give_the_same_logits(preprocessing: Preprocess):
    model, pixels = built(LITE0, preprocessing, hidden_units=32), some_pixels(LITE0)
    data = safetensors.torch.save(export_weights(model))
    again = built(LITE0, preprocessing, hidden_units=32, seed=9)
    again.load_state_dict(safetensors.torch.load(data))
    with torch.inference_mode():
        assert torch.equal(model(pixels), again(pixels))


def test_preprocessing_takes_size_and_fitting_from_the_settings_and_colours_from_the_network():
    config = TrainConfig(image_size=160, resize_mode=ResizeMode.PAD)
    record = preprocessing_for(spec_of("resnet18"), config)
    assert (record.image_size, record.resize_mode, record.interpolation) == (160, "pad", "bilinear")
    assert (record.mean, record.std) == ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def test_pictures_too_small_for_inception_are_told():
    with pytest.raises(ConfigError) as told:
        preprocessing_for(spec_of("inception_v3"), TrainConfig(image_size=64))
    assert str(told.value) == (
        "Inception v3 needs pictures of at least 75 pixels, not 64. "
        "Choose a larger picture size; it was made for 299."
    )
