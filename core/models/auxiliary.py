"""Inception's second head: a short way from the middle of the network to an answer, for learning only.

Without it, the blocks in the middle learn slowly (Szegedy et al., 2015, arXiv:1512.00567, section 4).
"""

from __future__ import annotations

from typing import Any, cast

from torch import Tensor, nn
from torch.nn import functional

from core.domain.model import ModelSpec

AUXILIARY_FEATURES = 768  # length of what its output layer sees
_NAME = "AuxLogits"  # torchvision's
_FED_BY = "Mixed_6e"  # the block whose output it looks at
_WINDOW, _STRIDE, _SIDE = 5, 3, 5  # of the pooling, and what its second convolution needs
_LEAST = _STRIDE * (_SIDE - 1) + _WINDOW  # 17, as with pictures of 299 pixels


class Auxiliary(nn.Module):
    """The second head, for pictures of any size: (B, 768, H, W) to logits (B, C).

    Its own pooling leaves too little of pictures below 299 pixels; for those the map is pooled to what the
    convolutions need.
    """

    def __init__(self, pretrained: nn.Module, output: nn.Linear) -> None:
        super().__init__()
        self.conv0 = pretrained.get_submodule("conv0")
        self.conv1 = pretrained.get_submodule("conv1")
        self.output = output

    def forward(self, activation: Tensor) -> Tensor:
        """Return the logits."""
        if min(activation.shape[2:]) >= _LEAST:
            pooled = functional.avg_pool2d(activation, _WINDOW, stride=_STRIDE)
        else:
            pooled = functional.adaptive_avg_pool2d(activation, _SIDE)
        features = self.conv1(self.conv0(pooled)).mean((2, 3))
        logits: Tensor = self.output(features)
        return logits


def auxiliary_of(network: nn.Module) -> nn.Module | None:
    """Return the network's second head; None where it has none."""
    found = getattr(network, _NAME, None)
    return found if isinstance(found, nn.Module) else None


def set_auxiliary(network: nn.Module, auxiliary: nn.Module | None) -> None:
    """Give a network that can have a second head this one, or take it off."""
    if hasattr(network, _NAME):
        inception = cast("Any", network)
        inception.AuxLogits, inception.aux_logits = auxiliary, auxiliary is not None


def feeds_auxiliary(spec: ModelSpec, network: nn.Module) -> frozenset[nn.Module]:
    """Return the blocks' modules that the second head looks at, from the picture up; empty without one."""
    names = [name for block in spec.blocks for name in block.modules]
    if auxiliary_of(network) is None or _FED_BY not in names:
        return frozenset()
    return frozenset(network.get_submodule(name) for name in names[: names.index(_FED_BY) + 1])


def is_auxiliary(name: str) -> bool:
    """Whether the tensor of this name belongs to a second head."""
    return _NAME in name.split(".")
