"""The parameters of blocks and heads, counted against the networks themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.domain.choices import Output
from core.domain.config import TrainConfig
from core.domain.model import ModelSpec
from core.models.networks import blank_network
from core.models.sizes import block_parameters, head_parameters
from core.models.surgery import build_classifier, learning_blocks, preprocessing_for, unfreeze_last
from core.models.zoo import SPECS, spec_of

SMALLEST = spec_of("mobilenet_v3_small")


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_blocks_add_up_to_the_network_without_its_heads(spec: ModelSpec):
    network = blank_network(spec)
    heads = [network.get_submodule(spec.head)]
    if spec.key == "inception_v3":
        heads.append(network.get_submodule("AuxLogits"))
    of_heads = sum(parameter.numel() for head in heads for parameter in head.parameters())
    assert sum(block_parameters(spec)) == spec.parameters - of_heads
    assert len(block_parameters(spec)) == len(spec.blocks)


def test_the_blocks_of_resnet18_by_hand():
    """Two convolutions of 3 x 3 with their norms per basic block; a 1 x 1 with its norm where it narrows."""

    def basic(inputs: int, outputs: int) -> int:
        narrowing = inputs * outputs + 2 * outputs if inputs != outputs else 0
        return 9 * inputs * outputs + 9 * outputs * outputs + 4 * outputs + narrowing

    stages = [basic(i, o) + basic(o, o) for i, o in ((64, 64), (64, 128), (128, 256), (256, 512))]
    assert block_parameters(spec_of("resnet18")) == (3 * 64 * 49 + 128, *stages)


def test_counting_twice_builds_once():
    assert block_parameters(SMALLEST) is block_parameters(SMALLEST)


def test_counting_leaves_randomness_alone():
    before = torch.get_rng_state()
    block_parameters.__wrapped__(SMALLEST)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("hidden", [0, 128])
@pytest.mark.parametrize(
    ("classes", "output", "several"),
    [
        (5, Output.SOFTMAX, False),
        (2, Output.SOFTMAX, False),
        (2, Output.SIGMOID, False),
        (2, Output.SIGMOID, True),
        (5, Output.SIGMOID, False),
    ],
)
def test_a_head_has_what_the_built_one_has(hidden, classes, output, several):
    config = replace(TrainConfig(), hidden_units=hidden, output=output)
    model = build_classifier(
        SMALLEST,
        None,
        preprocessing=preprocessing_for(SMALLEST, config),
        classes=classes,
        hidden_units=hidden,
        dropout=config.dropout,
        seed=0,
        output=output,
        several=several,
    )
    built = sum(parameter.numel() for parameter in model.head.parameters())
    assert head_parameters(SMALLEST, config, classes, several=several) == built
    unfreeze_last(model, 2)
    learning = tuple(sum(weight.numel() for weight in block) for block in learning_blocks(model))
    assert learning == (*block_parameters(SMALLEST)[-2:], built)
