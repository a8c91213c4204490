from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from core.domain.choices import Output
from core.domain.model import ModelSpec
from core.domain.preprocess import Preprocessing
from core.models.auxiliary import Auxiliary
from core.models.networks import random_network
from core.models.surgery import (
    Classifier,
    build_classifier,
    export_weights,
    learning_blocks,
    unfreeze_last,
)
from core.models.zoo import spec_of

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


def with_two_heads(preprocessing: Preprocess, *, blocks: int, output: Output = Output.SOFTMAX) -> Classifier:
    model = build_classifier(
        spec_of("inception_v3"),
        None,
        preprocessing=preprocessing(spec_of("inception_v3"), 96),
        classes=2 if output is Output.SIGMOID else 3,
        hidden_units=0,
        dropout=0.0,
        seed=0,
        output=output,
        auxiliary=True,
    )
    unfreeze_last(model, blocks)
    return model


def test_inceptions_second_head_learns_along_with_what_lies_below_it(preprocessing: Preprocess):
    """Mixed_6e, whose output it looks at, is the fourth block from above."""
    pixels = some_pixels(spec_of("inception_v3"))
    model = with_two_heads(preprocessing, blocks=3)
    assert isinstance(model.train()(pixels), Tensor)
    unfreeze_last(model, 4)
    logits, second = model(pixels)
    assert (logits.shape, second.shape) == ((2, 3), (2, 3))
    (logits.sum() + second.sum()).backward()
    auxiliary = model.backbone.network.get_submodule("AuxLogits")
    assert all(p.grad is not None for p in auxiliary.parameters())
    with torch.inference_mode():
        assert model.eval()(pixels).shape == (2, 3)
        assert model.train().features(pixels).shape == (2, 2048)


@pytest.mark.parametrize("size", [75, 299])
def test_inceptions_second_head_answers_at_every_size(size: int, preprocessing: Preprocess):
    """Its own pooling leaves nothing to look at of pictures below 299 pixels."""
    model = with_two_heads(preprocessing, blocks=4, output=Output.SIGMOID).train()
    with torch.inference_mode():
        logits, second = model(torch.zeros(1, 3, size, size))
    assert (logits.shape, second.shape) == ((1, 1), (1, 1))


def test_the_second_head_is_as_inceptions_own_where_that_works():
    own = random_network(spec_of("inception_v3")).eval().get_submodule("AuxLogits")
    output = own.get_submodule("fc")
    assert isinstance(output, nn.Linear)
    ours = Auxiliary(own, output).eval()
    activation = torch.randn(1, 768, 17, 17, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(ours(activation), own(activation))


def test_the_second_head_leaves_the_first_as_it_is_and_stays_at_home(preprocessing: Preprocess):
    model, plain = with_two_heads(preprocessing, blocks=4), built(spec_of("inception_v3"), preprocessing)
    assert torch.equal(model.head.get_submodule("output").weight, plain.head.get_submodule("output").weight)
    assert any("AuxLogits" in name for name in model.state_dict())
    plain.load_state_dict(export_weights(model))


def test_the_weights_of_both_heads_come_last(preprocessing: Preprocess):
    model = with_two_heads(preprocessing, blocks=4)
    auxiliary = set(model.backbone.network.get_submodule("AuxLogits").parameters())
    assert auxiliary
    assert set(learning_blocks(model)[-1]) == auxiliary | set(model.head.parameters())
