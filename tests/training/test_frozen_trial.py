from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch

from core.models.engine import Precision
from core.training import frozen_trial
from core.training.frozen_trial import PASSES, faster_pass

CPU = torch.device("cpu")


class Clock:
    """A clock that goes only while a pretended network works."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


class Pretended:
    """A frozen network that takes so many seconds a pass, and much longer for the first."""

    name = "pretended"

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock, self.seconds = clock, seconds
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        self.clock.now += self.seconds if self.shapes else self.seconds + 1
        self.shapes.append(images.shape)
        return np.zeros((len(images), 2), np.float32)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(frozen_trial, "time", clock)
    monkeypatch.setattr(frozen_trial, "computes_bf16", lambda _device: True)
    return clock


def networks(clock: Clock, seconds: dict[Precision, float]) -> dict[Precision, Pretended]:
    return {precision: Pretended(clock, taken) for precision, taken in seconds.items()}


def asked(
    compiled: Callable[[Precision], Pretended], cache: Path, *, network: str = "net", image_size: int = 8
) -> Precision:
    return faster_pass(compiled, network=network, image_size=image_size, cache=cache, device=CPU)


@pytest.mark.parametrize(("half", "answer"), [(0.05, "bf16"), (0.097, "fp32"), (0.2, "fp32")])
def test_half_precision_is_taken_only_where_it_is_clearly_faster(
    half: float, answer: str, clock: Clock, tmp_path: Path
):
    """A processor may have it and be slower with it, as Intel's without matrix units are."""
    engines = networks(clock, {"fp32": 0.1, "bf16": half})
    assert asked(engines.__getitem__, tmp_path) == answer
    assert engines["bf16"].shapes == engines["fp32"].shapes == [(16, 8, 8, 3)] * (PASSES + 1)


def test_it_is_tried_once_for_each_network_and_size(clock: Clock, tmp_path: Path):
    tries: list[Precision] = []

    def compiled(precision: Precision) -> Pretended:
        tries.append(precision)
        return Pretended(clock, 0.1 if precision == "fp32" else 0.01)

    for network, size in [("net", 8), ("net", 8), ("net", 16), ("other", 8), ("other", 8)]:
        assert asked(compiled, tmp_path, network=network, image_size=size) == "bf16"
    assert tries == ["fp32", "bf16"] * 3


def test_a_slow_network_is_passed_once_in_each_precision(clock: Clock, tmp_path: Path):
    engines = networks(clock, {"fp32": 10.0, "bf16": 5.0})
    assert asked(engines.__getitem__, tmp_path) == "bf16"
    assert [len(engine.shapes) for engine in engines.values()] == [1, 1]


def test_nothing_is_prepared_where_the_device_has_no_half_precision(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(frozen_trial, "computes_bf16", lambda _device: False)

    def compiled(_precision: Precision) -> Pretended:
        pytest.fail("a network was prepared")

    assert asked(compiled, tmp_path) == "fp32"
