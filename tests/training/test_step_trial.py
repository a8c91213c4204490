from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from core.domain.config import TrainConfig
from core.models.preprocessing import preprocessing_for
from core.models.surgery import Classifier, build_classifier, unfreeze_last
from core.models.zoo import spec_of
from core.training import step_trial
from core.training.step_trial import MOST_JUDGED, MOST_STEPS, saved_bytes, timed_steps, widest_bytes

SPEC = spec_of("mobilenet_v3_small")
CONFIG = TrainConfig(backbone=SPEC.key, image_size=64, batch_size=4, fine_tune_blocks=1, fine_tune_epochs=1)


@pytest.fixture
def model() -> Classifier:
    built = build_classifier(
        SPEC,
        None,
        preprocessing=preprocessing_for(SPEC, CONFIG),
        classes=2,
        hidden_units=0,
        dropout=0.2,
        seed=0,
    )
    unfreeze_last(built, 1)
    return built


class Clock:
    """Seems to take a second whenever it is looked at."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self, _device: object = None) -> float:
        self.now += 1.0
        return self.now


class Counting(nn.Module):
    """A model that counts how many pictures it was given to learn from, and to be judged on."""

    def __init__(self, model: Classifier) -> None:
        super().__init__()
        self.model, self.learnt, self.judged = model, [0], [0]

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        (self.learnt if self.training else self.judged).append(len(pixels))
        return self.model(pixels)


def pixels(count: int = 2) -> torch.Tensor:
    return torch.zeros(count, 3, 64, 64, dtype=torch.uint8)


def test_the_weights_do_not_move_but_every_step_is_made(model: Classifier):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    counting = Counting(model)
    steps = timed_steps(model, counting, pixels(), CONFIG, seconds=60.0)
    assert min(steps.train, steps.judge) > 0
    assert counting.learnt == [0] + [4] * (1 + MOST_STEPS)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_figures_are_per_picture(model: Classifier, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(step_trial, "_now", Clock())
    steps = timed_steps(model, model, pixels(), CONFIG, seconds=1e6)
    assert steps.train == pytest.approx(1 / CONFIG.batch_size)
    assert steps.judge == pytest.approx(1 / CONFIG.batch_size / MOST_JUDGED)


def test_large_batches_are_cut_down_to_what_the_time_allows(model: Classifier):
    counting = Counting(model)
    timed_steps(model, counting, pixels(), replace(CONFIG, batch_size=512), seconds=0.0)
    assert counting.learnt == [0, 2, 2]  # the fewest that batch norm can take, and as few steps


def test_one_output_for_two_classes_learns_too():
    config = replace(CONFIG, output="sigmoid")
    single = build_classifier(
        SPEC,
        None,
        preprocessing=preprocessing_for(SPEC, config),
        classes=2,
        hidden_units=0,
        dropout=0.2,
        seed=0,
        output=config.output,
    )
    assert timed_steps(single, single, pixels(), config, seconds=0.0).train > 0


def test_a_checkpoint_is_written_and_removed(model: Classifier, tmp_path):
    steps = timed_steps(model, model, pixels(), CONFIG, seconds=0.0, file=tmp_path / "kept.bin")
    assert steps.save > 0
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_for_the_way_back_is_counted_by_hand():
    """A linear layer keeps its input, the ReLU its answer; weights are there once for all pictures."""
    module = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 5))
    assert saved_bytes(module, torch.zeros(3, 10)) == 4 * (10 + 20)


def test_what_is_frozen_keeps_nothing():
    module = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 5)).requires_grad_(False)
    assert saved_bytes(module, torch.zeros(3, 10)) == 0


def test_the_widest_answer_is_found():
    module = nn.Sequential(nn.Linear(10, 30), nn.ReLU(), nn.Linear(30, 5))
    assert widest_bytes(module, torch.zeros(2, 10)) == 4 * 30
