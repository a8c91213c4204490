"""Graphics processors repeat themselves and keep all digits, as long as anybody needs it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.models import arithmetic
from core.models.arithmetic import repeatable
from core.models.torch_engine import TorchEngine

CUDA, CPU = torch.device("cuda"), torch.device("cpu")


def switches() -> tuple[bool, bool]:
    """Return whether convolutions repeat themselves, and whether they leave digits out."""
    return torch.backends.cudnn.deterministic, torch.backends.cudnn.allow_tf32


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    before = switches()
    torch.backends.cudnn.deterministic, torch.backends.cudnn.allow_tf32 = False, True
    yield
    torch.backends.cudnn.deterministic, torch.backends.cudnn.allow_tf32 = before


def test_switches_are_set_and_put_back_also_after_an_error():
    seen = []

    def fail() -> None:
        with repeatable(CUDA):
            seen.append(switches())
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert seen == [(True, False)]
    assert switches() == (False, True)


def test_a_processor_needs_no_switches():
    with repeatable(CPU):
        assert switches() == (False, True)


def test_who_leaves_first_takes_nothing_from_others():
    """Two threads overlap like this: the first to come is the first to go."""
    one, other = repeatable(CUDA), repeatable(CUDA)
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    assert switches() == (True, False)
    other.__exit__(None, None, None)
    assert switches() == (False, True)


class Watching(nn.Module):
    """Remembers the switches with which it was computed."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 1)
        self.seen: list[tuple[bool, bool]] = []

    def __deepcopy__(self, _memo: object) -> Watching:
        return self

    def forward(self, pixels: Tensor) -> Tensor:
        self.seen.append(switches())
        return self.layer(pixels.float())


def test_a_frozen_pass_keeps_all_digits(monkeypatch: pytest.MonkeyPatch):
    """Features of an NVIDIA card, with half of the digits, were kept as those of the processor."""
    monkeypatch.setattr(arithmetic, "_SWITCHED", {"cpu"})
    module = Watching()
    TorchEngine(module, image_size=8)(np.zeros((2, 8, 8, 3), np.uint8))
    assert module.seen[-1] == (True, False)
    assert switches() == (False, True)
