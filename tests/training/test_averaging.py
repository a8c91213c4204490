"""The running average of weights."""

from __future__ import annotations

import torch
from torch import nn

from core.training.averaging import Average


def weights(value: float) -> dict[str, nn.Parameter]:
    return {"w": nn.Parameter(torch.full((2,), value))}


def test_the_average_follows_as_computed_by_hand():
    moving = weights(0.0)
    average = Average(moving, decay=0.99)
    expected = 0.0
    for step in (1, 2, 3):
        with torch.no_grad():
            moving["w"].fill_(float(step))
        average.follow()
        decay = (1 + step) / (10 + step)
        expected = decay * expected + (1 - decay) * step
    assert torch.allclose(average.kept["w"], torch.full((2,), expected))


def test_applied_puts_the_average_in_place_and_takes_it_out_again():
    moving = weights(0.0)
    average = Average(moving, decay=0.9)
    with torch.no_grad():
        moving["w"].fill_(1.0)
    average.follow()
    kept = average.kept["w"].clone()
    with average.applied():
        assert torch.equal(moving["w"].detach(), kept)
    assert torch.equal(moving["w"].detach(), torch.ones(2))
    assert torch.equal(average.kept["w"], kept)


def test_without_a_decay_there_is_no_average_to_apply():
    moving = weights(3.0)
    average = Average(moving, decay=0.0)
    average.follow()
    with average.applied():
        assert torch.equal(moving["w"].detach(), torch.full((2,), 3.0))
