"""Where a network looked: for every backbone on offer, and by hand for one whose answer is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.domain.choices import Output
from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.models.gradcam import coarse_heat, heat_of
from core.models.outputs import Outputs
from core.models.surgery import Classifier, build_classifier
from core.models.zoo import SPECS, spec_of
from tests.models.awake import awake

Preprocess = Callable[[ModelSpec, int], Preprocessing]
LITE0 = spec_of("efficientnet_lite0")
SIDE = 96
# VGG's map is taken before its last halving; Inception's windows run over no border, so it needs more pixels
MAP_SIDES, PICTURE_SIDES = {"vgg16": 6}, {"inception_v3": 160}


def built(
    spec: ModelSpec, preprocessing: Preprocess, *, hidden_units: int = 0, side: int = SIDE
) -> Classifier:
    return build_classifier(
        spec,
        None,
        preprocessing=preprocessing(spec, side),
        classes=3,
        hidden_units=hidden_units,
        dropout=0.2,
        seed=0,
    )


def some_pixels(side: int = SIDE) -> np.ndarray:
    """Return noise on the left, one colour on the right."""
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    pixels[:, side // 2 :] = (90, 120, 60)
    return pixels


def as_images(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pixels).permute(2, 0, 1)[None]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_every_backbone_shows_where_it_looks(spec: ModelSpec, preprocessing: Preprocess):
    side, map_side = PICTURE_SIDES.get(spec.key, SIDE), MAP_SIDES.get(spec.key, 3)
    pixels, outputs = some_pixels(side), Outputs(classes=3)
    model = awake(built(spec, preprocessing, side=side), as_images(pixels))
    coarse = [coarse_heat(model, as_images(pixels), index, outputs) for index in range(3)]
    assert {tuple(heat.shape) for heat in coarse} == {(map_side, map_side)}
    assert all(heat.isfinite().all() and (heat >= 0).all() for heat in coarse)
    telling = max(range(3), key=lambda index: float(coarse[index].std()))
    assert coarse[telling].std() > 0.05 * coarse[telling].max() > 0
    found = heat_of(model, pixels, telling, outputs)
    assert (found.shape, found.dtype, found.min() >= 0, found.max()) == ((side, side), np.float32, True, 1)


def test_under_a_linear_head_it_is_the_weighted_sum_of_the_feature_maps(preprocessing: Preprocess):
    """Where the map is averaged and one layer follows, the slope is that layer's weight over the places."""
    image = as_images(some_pixels())
    model = awake(built(LITE0, preprocessing), image)
    seen: list[torch.Tensor] = []
    handle = model.backbone.network.get_submodule(LITE0.cam_layer).register_forward_hook(
        lambda _module, _inputs, output: seen.append(output.detach())
    )
    found = coarse_heat(model, image, 1, Outputs(classes=3))
    handle.remove()
    weights = model.head.output.weight[1].detach()  # type: ignore[union-attr]
    by_hand = torch.einsum("c,chw->hw", weights, seen[0][0]).relu() / seen[0][0, 0].numel()
    torch.testing.assert_close(found, by_hand, rtol=1e-4, atol=1e-7)


def test_a_single_output_speaks_for_both_classes(preprocessing: Preprocess):
    """What speaks for the one speaks against the other: their heats never overlap."""
    model = build_classifier(
        LITE0,
        None,
        preprocessing=preprocessing(LITE0, SIDE),
        classes=2,
        hidden_units=0,
        dropout=0.0,
        seed=0,
        output=Output.SIGMOID,
    )
    image, outputs = as_images(some_pixels()), Outputs(classes=2, output=Output.SIGMOID)
    first, second = (coarse_heat(awake(model, image), image, index, outputs) for index in (0, 1))
    assert (first > 0).any() or (second > 0).any()
    assert not ((first > 0) & (second > 0)).any()


def test_nothing_is_left_behind_in_the_model(preprocessing: Preprocess):
    model = built(LITE0, preprocessing, hidden_units=8)
    image = as_images(some_pixels())
    with torch.inference_mode():
        before = model(image)
    assert heat_of(model, some_pixels(), 0, Outputs(classes=3)).shape == (SIDE, SIDE)
    with torch.inference_mode():
        assert torch.equal(model(image), before)
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not model.backbone.network.get_submodule(LITE0.cam_layer)._forward_hooks
