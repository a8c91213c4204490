"""A slim network: learns in a fraction of the time and memory, for tests of how a training goes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn
from torchvision.models import mobilenet_v2

from core.domain.model import ModelSpec
from core.models import engine, networks, zoo
from core.models.randomness import seeded

KEY = "slim"


def _network() -> nn.Module:
    return mobilenet_v2(weights=None, width_mult=0.25)


@contextmanager
def slim_backbone(weights: Path) -> Iterator[ModelSpec]:
    """Offer MobileNet v2 of a quarter of its width as a backbone, its random weights in this folder."""
    with seeded(0):
        drawn = _network()
    spec = zoo.spec_of("mobilenet_v2")
    weights.mkdir(parents=True, exist_ok=True)
    file = weights / "slim.pth"
    torch.save(drawn.state_dict(), file)
    slim = replace(
        spec,
        key=KEY,
        title="A slim network",
        weights_file=file.name,
        weights_sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        weights_package=None,
        torchvision_weights=None,
    )
    built = networks._built
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zoo, "SPECS", (*zoo.SPECS, slim))
        patch.setattr(
            networks, "_built", lambda spec, **how: _network() if spec.key == KEY else built(spec, **how)
        )
        patch.setattr(engine, "prepare_apart", lambda *_, **__: None)  # a process of its own knows no such
        yield slim
