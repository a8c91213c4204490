"""The network that is exported gives the probabilities that the app shows, whatever the kind of answer."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.domain.choices import Output
from core.domain.config import TrainConfig
from core.domain.decision import Memory
from core.evaluation.calibration import cooled
from core.evaluation.novelty import strangeness
from core.evaluation.predict import probabilities
from core.models.outputs import Outputs
from core.models.surgery import Classifier, build_classifier, preprocessing_for
from core.models.zoo import spec_of
from core.sharing.portable import FromPixels

SPEC = spec_of("mobilenet_v3_small")


@pytest.fixture(scope="module")
def pixels() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (1, 3, 64, 64))).float()


def built(outputs: Outputs, *, steep: float) -> Classifier:
    model = build_classifier(
        SPEC,
        None,
        preprocessing=preprocessing_for(SPEC, TrainConfig(image_size=64)),
        classes=outputs.classes,
        hidden_units=16,
        dropout=0.5,
        seed=0,
        output=outputs.output,
        several=outputs.several,
    )
    with torch.no_grad():
        model.head.output.weight.mul_(steep)  # logits of trained networks are far apart
    return model.requires_grad_(False)


@pytest.mark.parametrize("steep", [1.0, 1e5])
@pytest.mark.parametrize("temperature", [1.0, 1.6])
@pytest.mark.parametrize(
    "outputs",
    [
        Outputs(classes=4),
        Outputs(classes=2, output=Output.SIGMOID),
        Outputs(classes=3, several=True),
    ],
    ids=["one of four", "one of two by one number", "several"],
)
def test_probabilities_are_those_that_are_shown(
    outputs: Outputs, temperature: float, steep: float, pixels: torch.Tensor
) -> None:
    model = built(outputs, steep=steep)
    features = model.features(pixels).numpy()
    shown = cooled(probabilities(model.head, features, outputs), temperature, several=outputs.several)[0]
    found = FromPixels(model, outputs, temperature=temperature)(pixels)
    assert isinstance(found, torch.Tensor)
    assert found.numpy() == pytest.approx(shown, abs=2e-6)


def test_the_distance_is_that_of_the_app(pixels: torch.Tensor) -> None:
    model = built(Outputs(classes=4), steep=1.0)
    features = np.random.default_rng(1).normal(size=(9, SPEC.features))
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    memory = Memory(
        features=unit.astype(np.float16),
        sha256=tuple(map(str, range(9))),
        labels=np.zeros(9, np.int64),
    )
    _, distance = FromPixels(model, Outputs(classes=4), temperature=1.0, memory=memory)(pixels)
    there = strangeness(memory, model.features(pixels).numpy())
    assert distance.numpy() == pytest.approx(there, abs=1e-6)
