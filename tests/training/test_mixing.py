"""Pairs of pictures mixed into one, and their classes with them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.domain.config import TrainConfig
from core.training.mixing import mixer

COUNT = 8


def numbered(*shape: int) -> Tensor:
    """Return inputs that are full of their own number, so that a mixture tells whose it is."""
    return torch.arange(COUNT, dtype=torch.float32).view(COUNT, *(1 for _ in shape)).expand(COUNT, *shape)


def mixed(config: TrainConfig, inputs: Tensor, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return mixed inputs and targets, where each input is a class of its own."""
    return mixer(config)(inputs, torch.eye(COUNT), torch.Generator().manual_seed(seed))


def expected(targets: Tensor) -> Tensor:
    """Return what an input full of its own number must be on average behind this mixture of classes."""
    return targets @ torch.arange(COUNT, dtype=torch.float32)


def test_both_off_gives_the_very_same_tensors() -> None:
    inputs, targets = torch.zeros(COUNT, 3, 4, 4, dtype=torch.uint8), torch.eye(COUNT)
    given = mixer(TrainConfig(mixup=0.0, cutmix=0.0))(inputs, targets, torch.Generator())
    assert given[0] is inputs
    assert given[1] is targets


@pytest.mark.parametrize("shape", [(16,), (3, 6, 6), (5, 7)])
def test_mixup_blends_inputs_and_classes_alike(shape: tuple[int, ...]) -> None:
    inputs, targets = mixed(TrainConfig(mixup=1.0), numbered(*shape))
    assert inputs.flatten(1).std(dim=1).max() < 1e-5  # even: blended, not pasted
    assert torch.allclose(inputs.flatten(1).mean(dim=1), expected(targets), atol=1e-5)
    assert torch.allclose(targets.sum(dim=1), torch.ones(COUNT))
    assert 0 < targets.max(dim=1).values.min() < 1


@pytest.mark.parametrize("seed", range(20))
def test_cutmix_mixes_the_classes_as_the_areas_are(seed: int) -> None:
    inputs, targets = mixed(TrainConfig(cutmix=1.0), numbered(3, 10, 14), seed)
    assert (inputs == inputs.round()).all()  # pasted, not blended
    assert torch.allclose(inputs.mean((1, 2, 3)), expected(targets), atol=1e-5)


def test_what_cutmix_pastes_is_one_rectangle() -> None:
    inputs, _ = mixed(TrainConfig(cutmix=1.0), numbered(1, 20, 20), seed=1)
    foreign = (inputs[:, 0] != numbered(20, 20)).any(dim=0)
    rows, columns = foreign.any(dim=1).nonzero(), foreign.any(dim=0).nonzero()
    high, wide = int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1
    assert 0 < high * wide == int(foreign.sum()) < 400


def test_features_cannot_be_cut_and_are_left_alone() -> None:
    inputs, targets = mixed(TrainConfig(cutmix=1.0), numbered(16))
    assert torch.equal(inputs, numbered(16))
    assert torch.equal(targets, torch.eye(COUNT))


def test_both_on_does_now_one_and_now_the_other() -> None:
    config = TrainConfig(mixup=1.0, cutmix=1.0)
    even = [bool((i == i.round()).all()) for i, _ in (mixed(config, numbered(3, 9, 9), s) for s in range(40))]
    assert 8 <= sum(even) <= 32


def test_only_the_generator_decides() -> None:
    config = TrainConfig(mixup=0.4, cutmix=1.0)
    first = mixed(config, numbered(3, 9, 9), 5)
    torch.rand(3)
    again, other = mixed(config, numbered(3, 9, 9), 5), mixed(config, numbered(3, 9, 9), 6)
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[1], other[1])


@pytest.mark.parametrize("strength", [{"mixup": 1.0}, {"cutmix": 1.0}])
def test_pictures_become_floating_point_and_are_not_written_to(strength: dict[str, float]) -> None:
    pictures = numbered(3, 8, 8).to(torch.uint8)
    before = pictures.clone()
    inputs, _ = mixed(TrainConfig(**strength), pictures)  # type: ignore[arg-type]
    assert inputs.dtype == torch.float32
    assert torch.equal(pictures, before)


def test_half_precision_stays_half_and_channels_stay_last() -> None:
    activations = numbered(4, 8, 8).to(torch.bfloat16).contiguous(memory_format=torch.channels_last)
    for config in (TrainConfig(mixup=1.0), TrainConfig(cutmix=1.0)):
        inputs, targets = mixed(config, activations)
        assert (inputs.dtype, targets.dtype) == (torch.bfloat16, torch.float32)
        assert inputs.is_contiguous(memory_format=torch.channels_last)


def test_several_labels_are_mixed_too() -> None:
    labels = torch.tensor(((1.0, 1.0, 0.0), (0.0, 1.0, 1.0)))
    _, targets = mixer(TrainConfig(mixup=1.0))(torch.rand(2, 3, 8, 8), labels, torch.Generator())
    assert (targets[:, 1] == 1).all()
    assert ((targets >= 0) & (targets <= 1)).all()


def test_small_strength_leaves_pictures_nearly_whole() -> None:
    kept = [
        float(mixed(TrainConfig(mixup=0.1), numbered(4), s)[1].max(dim=1).values.mean()) for s in range(40)
    ]
    assert sum(kept) / 40 > 0.85
