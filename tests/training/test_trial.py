from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch

from core.domain.config import TrainConfig
from core.models.preprocessing import preprocessing_for
from core.models.surgery import Classifier, build_classifier, unfreeze_last
from core.models.zoo import spec_of
from core.training import trial
from core.training.remembered import FILE
from core.training.trial import fastest, half_is_as_good

CPU = torch.device("cpu")
SPEC = spec_of("mobilenet_v3_small")


@pytest.fixture
def model() -> Classifier:
    return built()


def built(*, pretrained: bool = True) -> Classifier:
    model = build_classifier(
        SPEC,
        None,
        preprocessing=preprocessing_for(SPEC, TrainConfig(image_size=64)),
        classes=3,
        hidden_units=0,
        dropout=0.5,
        seed=0,
        pretrained=pretrained,
    )
    unfreeze_last(model, 2)
    return model


@pytest.fixture
def half_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "computes_bf16", lambda _device: True)


def steps_take(monkeypatch: pytest.MonkeyPatch, seconds: dict[str, float]) -> list[str]:
    """Let each step seem to take as long as given for its precision; return the list of steps to come."""
    taken: list[str] = []

    def step(_learner: object, _inputs: object, precision: str, _device: object) -> float:
        taken.append(precision)
        return seconds[precision]

    monkeypatch.setattr(trial, "_step", step)
    return taken


@pytest.mark.usefixtures("half_there")
@pytest.mark.parametrize(("half", "answer"), [(0.5, "bf16"), (0.97, "fp32"), (2.0, "fp32")])
def test_takes_half_precision_only_where_it_is_clearly_faster(
    half: float, answer: str, model: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    steps_take(monkeypatch, {"fp32": 1.0, "bf16": half})
    assert fastest(model, 64, 8, cache=tmp_path, device=CPU) == answer


@pytest.mark.usefixtures("half_there")
def test_tries_once_and_remembers(model: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    steps = steps_take(monkeypatch, {"fp32": 1.0, "bf16": 0.5})
    assert fastest(model, 64, 8, cache=tmp_path, device=CPU) == "bf16"
    tried = len(steps)
    assert fastest(model, 64, 8, cache=tmp_path, device=CPU) == "bf16"
    assert len(steps) == tried
    assert list(json.loads((tmp_path / FILE).read_text()).values()) == ["bf16"]


@pytest.mark.usefixtures("half_there")
def test_another_plan_is_tried_anew(model: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    steps_take(monkeypatch, {"fp32": 1.0, "bf16": 0.5})
    fastest(model, 64, 8, cache=tmp_path, device=CPU)
    fastest(model, 96, 8, cache=tmp_path, device=CPU)
    fastest(model, 96, 4, cache=tmp_path, device=CPU)
    unfreeze_last(model, 1)
    fastest(model, 96, 4, cache=tmp_path, device=CPU)
    assert len(json.loads((tmp_path / FILE).read_text())) == 4


@pytest.mark.usefixtures("half_there")
@pytest.mark.parametrize("damaged", ["", "[1, 2]", '{"x": "fp8"}', '{"cut'])
def test_a_damaged_memory_is_forgotten(
    damaged: str, model: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / FILE).write_text(damaged)
    steps_take(monkeypatch, {"fp32": 1.0, "bf16": 0.5})
    assert fastest(model, 64, 8, cache=tmp_path, device=CPU) == "bf16"
    assert list(json.loads((tmp_path / FILE).read_text()).values()) == ["bf16"]


@pytest.mark.usefixtures("half_there")
def test_a_memory_that_cannot_be_written_costs_nothing(
    model: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    (tmp_path / "file").touch()
    steps_take(monkeypatch, {"fp32": 1.0, "bf16": 0.5})
    with caplog.at_level(logging.WARNING, logger="core.training.remembered"):
        assert fastest(model, 64, 8, cache=tmp_path / "file", device=CPU) == "bf16"
    assert "could not be kept" in caplog.text


def test_a_processor_without_half_precision_is_not_tried(
    model: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(trial, "computes_bf16", lambda _device: False)
    steps = steps_take(monkeypatch, {"fp32": 1.0, "bf16": 0.5})
    assert fastest(model, 64, 8, cache=tmp_path, device=CPU) == "fp32"
    assert not steps


@pytest.mark.usefixtures("half_there")
def test_a_head_alone_is_not_tried(model: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    unfreeze_last(model, 0)
    steps = steps_take(monkeypatch, {"fp32": 1.0, "bf16": 0.5})
    assert fastest(model, 64, 8, cache=tmp_path, device=CPU) == "fp32"
    assert not steps


@pytest.mark.usefixtures("half_there")
def test_stops_after_one_round_where_steps_are_slow(
    model: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(trial, "SECONDS", 0.0)
    steps = steps_take(monkeypatch, {"fp32": 1.0, "bf16": 0.5})
    assert fastest(model, 64, 8, cache=tmp_path, device=CPU) == "bf16"
    assert steps == ["fp32", "bf16"]


@pytest.mark.usefixtures("half_there")
@pytest.mark.parametrize("pretrained", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_real_steps_leave_the_model_and_all_randomness_as_they_were(
    pretrained: bool, training: bool, tmp_path: Path
):
    """Dropout rolls dice and, from nothing, batch norms gather statistics: none of it may show."""
    model = built(pretrained=pretrained).train(training)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    randomness = torch.get_rng_state()
    assert fastest(model, 64, 2, cache=tmp_path, device=CPU) in {"fp32", "bf16"}
    assert torch.equal(torch.get_rng_state(), randomness)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert model.training == training


Rows = npt.NDArray[np.float32]


@pytest.fixture
def some_features() -> tuple[Rows, Rows]:
    """Features (200, 16) around one point per class, not quite apart, and targets (200, 4)."""
    rng = np.random.default_rng(0)
    labels = np.arange(200) % 4
    points = rng.normal(0, 1, (4, 16))[labels]
    return (points + rng.normal(0, 1.0, points.shape)).astype(np.float32), np.eye(4, dtype=np.float32)[labels]


def test_rounding_that_changes_nothing_is_as_good(some_features: tuple[Rows, Rows]):
    features, targets = some_features
    assert half_is_as_good(features, features, targets)
    assert half_is_as_good(features, features.copy(), targets, several=True)


@pytest.mark.parametrize("several", [True, False])
def test_rounding_that_costs_accuracy_is_not(several: bool, some_features: tuple[Rows, Rows]):
    features, targets = some_features
    noise = np.random.default_rng(1).normal(0, 8, features.shape).astype(np.float32)
    assert not half_is_as_good(features, features + noise, targets, several=several)


def test_too_few_pictures_cannot_tell(some_features: tuple[Rows, Rows]):
    features, targets = some_features
    assert not half_is_as_good(features[:9], features[:9], targets[:9])
