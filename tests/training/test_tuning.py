"""Every way of fine-tuning on every backbone, with random weights and pictures as small as it takes them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core.domain.choices import Augmentation, Optimizer, Output, Unfreezing
from core.domain.config import TrainConfig
from core.domain.run import EpochRow
from core.models.given_norms import NormsFolded
from core.models.outputs import Outputs
from core.models.surgery import Classifier, build_classifier, preprocessing_for
from core.models.zoo import SPECS, spec_of
from core.training.activations import ActivationBatches
from core.training.best import Best
from core.training.material import Material, balancing, picture_weights
from core.training.sources import Divided, Labelled, PixelBatches
from core.training.tuning import Workplace, joined, tune

CPU_PLAN = TrainConfig(
    fine_tune_blocks=1,
    fine_tune_epochs=1,
    fine_tune_learning_rate=1e-2,
    optimizer=Optimizer.SGD,  # half the memory of AdamW, for the largest ones
    batch_size=4,
    augmentation=Augmentation.NONE,
    ema_decay=0.0,
    boundary_views=1,
)
TARGETS = np.eye(2, dtype=np.float32)[[0, 1, 0, 1, 0, 1]]
DIVIDED = Divided(
    train=Labelled(rows=np.arange(4), targets=TARGETS[:4]),
    validation=Labelled(rows=np.arange(4, 6), targets=TARGETS[4:]),
)


class Pictures:
    """Six random pictures, read as stored ones are."""

    def __init__(self, side: int) -> None:
        self._pixels = np.random.default_rng(0).integers(0, 256, (6, side, side, 3), dtype=np.uint8)

    def __len__(self) -> int:
        return len(self._pixels)

    def __getitem__(self, rows):
        return self._pixels[rows]


def lower_of(module: nn.Module) -> Callable[[np.ndarray], np.ndarray]:
    """Run a frozen part by PyTorch: no network is prepared for a test of so many."""

    def run(images: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return module(torch.from_numpy(images).permute(0, 3, 1, 2)).numpy()

    return run


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(compile=lower_of, file=tmp_path / "kept.bin", half=False, note=print)


def classifier(key: str, config: TrainConfig) -> Classifier:
    spec = spec_of(key)
    return build_classifier(
        spec,
        None,
        preprocessing=preprocessing_for(spec, config),
        classes=2,
        hidden_units=0,
        dropout=0.0,
        seed=0,
        output=config.output,
        pretrained=config.pretrained,
        auxiliary=True,
    )


def train(
    model: Classifier, config: TrainConfig, place: Workplace
) -> tuple[set[str], list[EpochRow], object]:
    """Fine-tune, and return which weights moved, the epochs, and where batches came from."""
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    best = Best(model)
    material = Material(
        model=model, config=config, outputs=Outputs(classes=2, output=config.output), divided=DIVIDED
    )
    fit, source = tune(material, Pictures(config.image_size), place, best=best, first_epoch=1)
    rows = [event for event in fit.events() if isinstance(event, EpochRow)]
    source.close()
    moved = {name for name, weight in model.named_parameters() if not torch.equal(before[name], weight)}
    return moved, rows, source


@pytest.fixture(autouse=True)
def room() -> Iterator[None]:
    yield
    gc.collect()  # the largest network and its copies take two gigabytes


@pytest.mark.parametrize("key", [spec.key for spec in SPECS])
def test_every_plan_works_on_every_backbone(key, place):
    spec = spec_of(key)
    size = max(spec.smallest_image, 64)
    last = replace(CPU_PLAN, backbone=key, image_size=size)
    model = classifier(key, last)
    top = tuple(f"backbone.network.{name}." for name in spec.blocks[-1].modules)

    moved, rows, source = train(model, last, place)
    assert isinstance(source, ActivationBatches | PixelBatches)
    assert len(rows) == 1
    assert np.isfinite(rows[0].train_loss)
    assert any(name.startswith("head.") for name in moved)
    assert any(name.startswith(top) for name in moved)
    assert all(name.startswith(("head.", *top)) for name in moved)

    gradual = replace(
        last, fine_tune_blocks=3, fine_tune_epochs=3, unfreezing=Unfreezing.GRADUAL, boundary_views=0
    )
    moved, rows, _ = train(model, gradual, place)
    third = tuple(f"backbone.network.{name}." for name in spec.blocks[-3].modules)
    lowest = tuple(f"backbone.network.{name}." for name in spec.blocks[0].modules)
    assert any(name.startswith(third) for name in moved)
    assert not any(name.startswith(lowest) for name in moved)

    everything = replace(last, fine_tune_blocks=20, boundary_views=0, layer_decay=0.8)
    moved, rows, _ = train(model, everything, place)
    assert any(name.startswith(lowest) for name in moved)
    assert np.isfinite(rows[0].val_loss)


@pytest.mark.parametrize("key", ["efficientnet_lite0", "resnet18", "inception_v3"])
def test_training_from_nothing_moves_every_block_and_gathers_statistics(key, place):
    spec = spec_of(key)
    config = replace(
        CPU_PLAN, backbone=key, image_size=max(spec.smallest_image, 64), pretrained=False, fine_tune_blocks=1
    )
    model = classifier(key, config)
    norm = next(module for module in model.modules() if isinstance(module, nn.BatchNorm2d))
    before = norm.running_mean.clone()
    moved, _, source = train(model, config, place)
    assert isinstance(source, PixelBatches)
    for block in spec.blocks:
        names = tuple(f"backbone.network.{name}." for name in block.modules)
        assert any(name.startswith(names) for name in moved), block.title
    assert not torch.equal(norm.running_mean, before)


def test_the_second_head_of_inception_learns_with_what_lies_below_it(place):
    config = replace(CPU_PLAN, backbone="inception_v3", image_size=75, fine_tune_blocks=5, boundary_views=0)
    moved, _, _ = train(classifier("inception_v3", config), config, place)
    assert any("AuxLogits" in name for name in moved)


def test_kept_activations_and_pixels_learn_the_same(place):
    """Without variations the two ways see the same pictures; only the rounding to half precision differs."""
    losses = []
    for views in (0, 1):
        config = replace(
            CPU_PLAN, image_size=64, fine_tune_epochs=3, boundary_views=views, fine_tune_learning_rate=1e-3
        )
        _, rows, source = train(classifier("efficientnet_lite0", config), config, place)
        assert isinstance(source, ActivationBatches if views else PixelBatches)
        losses.append([row.val_loss for row in rows])
    assert losses[0] == pytest.approx(losses[1], rel=0.02)


def test_pictures_grow_from_epoch_to_epoch_and_are_judged_at_their_full_size(place):
    config = replace(
        CPU_PLAN, backbone="resnet18", image_size=128, first_size=0.5, fine_tune_epochs=4, boundary_views=0
    )
    model, seen = classifier("resnet18", config), []
    model.backbone.register_forward_pre_hook(
        lambda _, inputs: seen.append((model.training, inputs[0].shape[-1]))
    )
    train(model, config, place)
    begun = next(number for number, (learns, _) in enumerate(seen) if learns)  # before, its layers are found
    learning = [side for learns, side in seen if learns]
    assert learning == [64, 64, 96, 128]
    assert {side for learns, side in seen[begun:] if not learns} == {128}


@pytest.mark.parametrize("views", [0, 1])
def test_given_norms_are_folded_while_learning(views: int, place):
    config = replace(CPU_PLAN, image_size=64, boundary_views=views)
    model = classifier("efficientnet_lite0", config)
    material = Material(
        model=model, config=config, outputs=Outputs(classes=2, output=config.output), divided=DIVIDED
    )
    fit, source = tune(material, Pictures(64), place, best=Best(model), first_epoch=1)
    assert isinstance(source, ActivationBatches if views else PixelBatches)
    assert isinstance(fit.module, NormsFolded)
    assert all(not norm.training for _, norm in fit.module.pairs)
    source.close()


def test_a_stage_that_cannot_begin_leaves_no_activations(place, monkeypatch):
    def fails(*_arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr("core.training.tuning.with_norms_folded", fails)
    config = replace(CPU_PLAN, image_size=64)
    with pytest.raises(MemoryError):
        train(classifier("efficientnet_lite0", config), config, place)
    assert not place.file.exists()


def test_activations_of_a_broken_attempt_are_gone_before_room_is_looked_for(place, monkeypatch):
    place.file.write_bytes(b"rows")
    seen = []

    def room(_needed: int, file: Path) -> bool:
        seen.append(file.exists())
        return True

    monkeypatch.setattr("core.training.tuning._has_room", room)
    config = replace(CPU_PLAN, image_size=64)
    train(classifier("efficientnet_lite0", config), config, place)
    assert seen == [False]


def test_kept_activations_are_of_pictures_of_the_full_size(place):
    config = replace(CPU_PLAN, image_size=128, first_size=0.5)
    _, _, source = train(classifier("efficientnet_lite0", config), config, place)
    assert isinstance(source, ActivationBatches)


def test_one_sigmoid_output_learns(place):
    config = replace(CPU_PLAN, image_size=64, output=Output.SIGMOID)
    model = classifier("efficientnet_lite0", config)
    moved, rows, _ = train(model, config, place)
    assert model.head.get_submodule("output").out_features == 1
    assert np.isfinite(rows[0].val_loss)
    assert moved


def test_mixing_pictures_needs_pictures(place):
    config = replace(CPU_PLAN, image_size=64, mixup=0.2, cutmix=1.0)
    _, rows, source = train(classifier("efficientnet_lite0", config), config, place)
    assert isinstance(source, PixelBatches)
    assert np.isfinite(rows[0].train_loss)


@pytest.mark.parametrize(
    ("epoch", "expected"), [(0, 1), (1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 3), (11, 3)]
)
def test_gradual_unfreezing_reaches_its_last_block_by_half_time(epoch, expected):
    assert joined(epoch, epochs=12, blocks=3, step=1) == expected


def test_stages_of_two_blocks_join_at_a_time():
    assert [joined(epoch, epochs=4, blocks=4, step=2) for epoch in range(4)] == [2, 4, 4, 4]


def test_steps_are_spread_evenly_over_the_first_half():
    now = [joined(epoch, epochs=10, blocks=3, step=1) for epoch in range(10)]
    assert now == [1, 1, 2, 2, 3, 3, 3, 3, 3, 3]


@pytest.mark.parametrize("epochs", range(1, 13))
@pytest.mark.parametrize(("blocks", "step"), [(7, 1), (12, 1), (5, 2), (1, 4)])
def test_all_blocks_learn_once_half_of_the_epochs_are_over(epochs, blocks, step):
    """With 4 epochs 7 blocks ended at 4, and with 8 the last four of 12 never learnt."""
    now = [joined(epoch, epochs=epochs, blocks=blocks, step=step) for epoch in range(epochs)]
    assert now == sorted(now)
    assert now[epochs // 2] == now[-1] == blocks
    assert now[0] == blocks or now[0] <= max(step, blocks // 2 + 1)


def test_balancing_weighs_classes_alike_and_one_picture_as_one_on_average():
    targets = np.eye(2, dtype=np.float32)[[0, 0, 0, 1]]
    weights = balancing(targets)
    assert weights.tolist() == [pytest.approx(2 / 3), pytest.approx(2.0)]
    assert (targets @ weights).mean() == pytest.approx(1.0)
    assert picture_weights(targets).tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2.0])


def test_a_picture_without_any_class_weighs_as_one():
    targets = np.array([[1, 0], [0, 0], [1, 1]], dtype=np.float32)
    assert picture_weights(targets)[1] == 1.0
