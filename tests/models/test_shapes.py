"""What a network's weights are called and how large they are can be told without building it."""

from __future__ import annotations

import pytest

from core.domain.choices import Output
from core.domain.config import TrainConfig
from core.models.shapes import weight_shapes
from core.models.surgery import build_classifier, export_weights, preprocessing_for
from core.models.zoo import spec_of


@pytest.mark.parametrize("key", ["efficientnet_lite0", "mobilenet_v3_small", "resnet18"])
@pytest.mark.parametrize(
    ("classes", "hidden_units", "output"), [(3, 0, Output.SOFTMAX), (2, 32, Output.SIGMOID)]
)
def test_names_and_shapes_are_those_of_the_weights(
    key: str, classes: int, hidden_units: int, output: Output
) -> None:
    spec = spec_of(key)
    model = build_classifier(
        spec,
        None,
        preprocessing=preprocessing_for(spec, TrainConfig()),
        classes=classes,
        hidden_units=hidden_units,
        dropout=0.0,
        seed=0,
        output=output,
    )
    told = weight_shapes(spec, classes=classes, hidden_units=hidden_units, output=output, several=False)
    assert {name: shape for name, (_, shape) in told.items()} == {
        name: tuple(tensor.shape) for name, tensor in export_weights(model).items()
    }
