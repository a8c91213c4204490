"""The service around a real, small network of random weights: what is decoded, and what is not."""

from __future__ import annotations

import io

import numpy as np
import pytest
import safetensors.torch
from fastapi.testclient import TestClient
from PIL import Image

from core.domain.config import TrainConfig
from core.domain.decision import Decision
from core.domain.package import Network
from core.models.preprocessing import preprocessing_for
from core.models.surgery import build_classifier, export_weights
from core.models.zoo import spec_of
from core.service.app import create_app
from core.sharing.predictor import Predictor, TrainedModel
from tests.ui.fake_share import package

CONFIG = TrainConfig(backbone="mobilenet_v3_small", image_size=32)
CLASSES = ("bolt", "nut", "washer")


@pytest.fixture(scope="module")
def model() -> Predictor:
    spec = spec_of(CONFIG.backbone)
    look = preprocessing_for(spec, CONFIG)
    network = build_classifier(spec, None, preprocessing=look, classes=3, hidden_units=0, dropout=0.0, seed=0)
    return Predictor(
        TrainedModel(
            network=Network(
                backbone=spec.key, hidden_units=0, dropout=0.0, output=CONFIG.output, several=False
            ),
            preprocessing=look,
            classes=CLASSES,
            decision=Decision(temperature=0.5),
            memory=None,
            weights=safetensors.torch.save(export_weights(network)),
        ),
        cache=None,
    )


@pytest.fixture(scope="module")
def asked(model: Predictor) -> TestClient:
    return TestClient(create_app(model, package().info))


def png(width: int, height: int, *, mode: str = "RGB") -> bytes:
    target = io.BytesIO()
    if mode == "1":
        Image.new("1", (width, height)).save(target, "PNG")
    else:
        noise = np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)
        Image.fromarray(noise).save(target, "PNG")
    return target.getvalue()


def test_it_answers_as_the_model_does_with_a_probability_for_every_class(asked, model):
    pictures = [(f"{width}.png", png(width, 30)) for width in (20, 30, 40)]
    told = asked.post("/predict", files=[("file", one) for one in pictures]).json()["answers"]
    here = list(model.answer(pictures))
    assert [(one["file"], one["predicted"], one["confidence"]) for one in told] == [
        (one.path, one.predicted, one.confidence) for one in here
    ]
    for one in told:
        assert list(one["probabilities"]) == list(CLASSES)
        assert sum(one["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert one["probabilities"][one["predicted"]] == one["confidence"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (png(9_000, 9_000, mode="1"), "Too large at 9,000 x 9,000 pixels; the most is 64 megapixels."),
        (png(40, 30)[:-600], "Cut off: the end of the picture is missing."),
        (b"<html></html>", "Not a picture: really a web page (HTML)."),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "Not a picture"),
    ],
)
def test_what_an_import_refuses_is_refused_with_its_reason(asked, content: bytes, reason: str):
    refused = asked.post("/predict", content=content, headers={"content-type": "image/png"})
    assert refused.status_code == 422
    (answer,) = refused.json()["answers"]
    assert reason in answer["error"]
    assert answer["predicted"] is None
