"""A few real batches on a small network: every kind of work gets a figure, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core.domain.choices import HeadSolver, PrecisionChoice
from core.domain.config import TrainConfig
from core.domain.cost import Costs
from core.domain.errors import Cancelled
from core.models.preprocessing import preprocessing_for
from core.models.surgery import Classifier, build_classifier, unfreeze_last
from core.models.zoo import spec_of
from core.training import measuring
from core.training.bench import Bench
from core.training.measuring import decode_seconds, measure

SPEC = spec_of("mobilenet_v3_small")
CONFIG = TrainConfig(
    backbone=SPEC.key, image_size=64, batch_size=4, fine_tune_blocks=3, fine_tune_epochs=2, boundary_views=2
)
PICTURES = np.random.default_rng(0).integers(0, 256, (16, 64, 64, 3), dtype=np.uint8)
SECONDS = 0.2


def built(config: TrainConfig = CONFIG) -> Classifier:
    return build_classifier(
        SPEC,
        None,
        preprocessing=preprocessing_for(SPEC, config),
        classes=3,
        hidden_units=config.hidden_units,
        dropout=0.5,
        seed=0,
        pretrained=config.pretrained,
    )


class Prepared:
    """Runs frozen networks by PyTorch, and remembers which it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __call__(self, module: nn.Module, precision: str) -> Callable[[np.ndarray], np.ndarray]:
        self.asked.append((type(module).__name__, precision))

        def run(images: np.ndarray) -> np.ndarray:
            with torch.inference_mode():
                return module(torch.from_numpy(images).permute(0, 3, 1, 2)).numpy()

        return run


@pytest.fixture
def compiled() -> Prepared:
    return Prepared()


@pytest.fixture
def anew() -> Prepared:
    return Prepared()


@pytest.fixture
def bench(compiled: Prepared, anew: Prepared, tmp_path: Path) -> Bench:
    return Bench(compile=compiled, anew=anew, folder=tmp_path)


def measured(config: TrainConfig, bench: Bench) -> Costs:
    return measure(built(config), config, PICTURES, bench, seconds=SECONDS)


def test_every_kind_of_work_of_fine_tuning_has_its_price(bench: Bench):
    costs = measured(CONFIG, bench)
    assert [depth.blocks for depth in costs.depths] == [1, 2, 3]
    assert costs.keeps_activations
    assert costs.cut > 0
    assert 0 < costs.lower_share < 1
    for depth in costs.depths:
        assert min(depth.train, depth.judge, depth.lower, depth.save) > 0
        assert min(depth.learning_bytes, depth.saved_bytes, depth.kept_bytes) > 0
    assert min(costs.frozen, costs.frozen_half, costs.vary, costs.take_up, costs.prepare) > 0
    assert costs.head.exact_step + costs.head.exact_row > 0
    assert (costs.build, costs.decode) == (0.0, 0.0)


def test_deeper_learning_holds_more_weights_and_more_of_each_picture(bench: Bench):
    depths = measured(CONFIG, bench).depths
    assert sorted(depth.learning_bytes for depth in depths) == [depth.learning_bytes for depth in depths]
    assert depths[0].saved_bytes < depths[-1].saved_bytes
    weights = sum(p.numel() for p in built().parameters()) * 4
    assert depths[-1].learning_bytes < weights


@pytest.mark.parametrize("faster", ["fp32", "bf16"])
def test_the_networks_are_prepared_as_the_run_prepares_them(
    faster: str, bench: Bench, compiled: Prepared, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(measuring, "worth_half", lambda _seconds: faster)
    measured(CONFIG, bench)
    assert compiled.asked == [("Backbone", "fp32"), ("Backbone", "bf16"), ("Lower", faster)]


def test_nothing_is_tried_in_half_precision_where_the_settings_forbid_it(bench: Bench, compiled: Prepared):
    measured(replace(CONFIG, precision=PrecisionChoice.FP32), bench)
    assert {precision for _, precision in compiled.asked} == {"fp32"}


def test_a_network_is_prepared_anew_where_all_were_found(
    bench: Bench, anew: Prepared, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(measuring, "CONVERTED", 1e9)  # nothing takes that much longer than taking it up
    assert measured(CONFIG, bench).prepare > 0
    assert anew.asked == [("Backbone", "fp32")]


def test_a_network_that_was_prepared_just_now_is_not_prepared_again(
    bench: Bench, anew: Prepared, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(measuring, "CONVERTED", 0.0)
    assert measured(CONFIG, bench).prepare > 0
    assert anew.asked == []


@pytest.mark.parametrize(
    "config",
    [
        replace(CONFIG, boundary_views=0),
        replace(CONFIG, mixup=0.2),
        replace(CONFIG, fine_tune_blocks=20),  # nothing is frozen below
        replace(CONFIG, pretrained=False),
    ],
)
def test_batches_are_pixels_where_fine_tuning_takes_pixels(config: TrainConfig, bench: Bench):
    costs = measured(config, bench)
    assert not costs.keeps_activations
    assert all(depth.lower == 0 and depth.kept_bytes == 0 for depth in costs.depths)
    assert all(depth.train > 0 for depth in costs.depths)


def test_a_head_alone_has_no_depths(bench: Bench, anew: Prepared):
    costs = measured(replace(CONFIG, fine_tune_blocks=0, fine_tune_epochs=0), bench)
    assert costs.depths == ()
    assert anew.asked == []


def test_a_head_with_hidden_units_is_timed_step_by_step(bench: Bench):
    config = replace(CONFIG, hidden_units=32, head_solver=HeadSolver.ADAMW)
    head = measured(config, bench).head
    assert min(head.train, head.judge) > 0
    assert (head.exact_step, head.exact_row) == (0.0, 0.0)


@pytest.mark.parametrize("pretrained", [True, False])
def test_the_model_and_all_randomness_are_left_as_they_were(pretrained: bool, bench: Bench, tmp_path: Path):
    config = replace(CONFIG, pretrained=pretrained, hidden_units=8, head_solver=HeadSolver.ADAMW)
    model = built(config)
    unfreeze_last(model, 2)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    learning = [p.requires_grad for p in model.parameters()]
    randomness = torch.get_rng_state()
    measure(model, config, PICTURES, bench, seconds=SECONDS)
    assert torch.equal(torch.get_rng_state(), randomness)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert [p.requires_grad for p in model.parameters()] == learning
    assert all(p.grad is None for p in model.parameters())
    assert not model.training
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("asked", [0, 2, 6, 12])
def test_it_stops_when_it_is_told_to(asked: int, bench: Bench):
    answers = iter([False] * asked)
    stopped = replace(bench, stopped=lambda: next(answers, True))
    with pytest.raises(Cancelled):
        measured(CONFIG, stopped)


def test_costs_are_plain_values(bench: Bench):
    def plain(value: object) -> bool:
        if isinstance(value, dict):
            return all(map(plain, value.values()))
        if isinstance(value, tuple):
            return all(map(plain, value))
        return type(value) in (int, float, bool)

    assert plain(asdict(measured(CONFIG, bench)))


def test_decoding_is_timed_on_files_and_left_in_the_folder_given(picture, tmp_path: Path):
    files = []
    for number in range(3):
        files.append(tmp_path / f"{number}.png")
        picture(number).save(files[-1])
    seconds = decode_seconds(files, preprocessing_for(SPEC, CONFIG), folder=tmp_path / "scratch")
    assert seconds > 0
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["scratch"]
