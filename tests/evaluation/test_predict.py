"""Answers of a head, wherever it computes."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from core.evaluation.predict import probabilities
from core.models.outputs import Outputs
from tests.on_graphics import placed


class OnGraphicsHead(nn.Module):
    """A head that answers from a graphics processor without doubles."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 3)

    def forward(self, features: Tensor) -> Tensor:
        return placed(self.layer(features))


def test_answers_leave_the_device_before_they_become_doubles():
    """No run on an Apple GPU could be judged."""
    head = OnGraphicsHead()
    features = np.array([[1.0, 2.0], [-1.0, 0.5]], dtype=np.float32)
    found = probabilities(head, features, Outputs(classes=3))
    with torch.inference_mode():
        expected = head.layer(torch.from_numpy(features)).double().softmax(dim=1).float().numpy()
    assert np.array_equal(found, expected)
