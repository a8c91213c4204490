"""Batch norms with given statistics, computed while learning as part of the convolutions below them.

Scale and shift of such a norm act on the convolution's weights as well as on its answer: the same answers and
the same gradients, up to rounding, with fewer passes over memory, forward and backward.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from core.models.folding import Pair, pairs_of

_ROUNDING = 1e-4  # relative; another order of the same sums


def with_norms_folded(module: nn.Module, example: Tensor) -> nn.Module:
    """Return ``module`` in a form that learns faster on the processor; itself where there is none.

    The form has the very weights of ``module``, and its modes: a batch norm that gathers statistics is left
    alone. One pass of ``example``, a batch (B, ...) that ``module`` takes, shows which norm follows which
    convolution; where the answers to it are not the same, ``module`` comes back.
    """
    if example.device.type != "cpu":
        return module
    training = module.training
    try:
        module.eval()
        folded = NormsFolded(module, _once(pairs_of(module, example)))
        return folded if folded.pairs and _agree(module, folded, example) else module
    finally:
        module.train(training)


class NormsFolded(nn.Module):
    """``module``, whose batch norms in evaluation mode are part of the convolutions below during a pass."""

    def __init__(self, module: nn.Module, pairs: Sequence[Pair]) -> None:
        super().__init__()
        self.module = module
        self.pairs = tuple(pairs)

    def forward(self, inputs: Tensor) -> Any:  # noqa: ANN401 - what the module answers
        """Return what ``module`` answers."""
        with self._folded():
            return self.module(inputs)

    @contextmanager
    def _folded(self) -> Iterator[None]:
        given = [(convolution, norm) for convolution, norm in self.pairs if not norm.training]
        kept = [(convolution, dict(_weights_of(convolution))) for convolution, _ in given]
        try:
            for convolution, norm in given:
                _weights_of(convolution).update(_scaled(convolution, norm))
                # timm's batch norms carry their activation along
                norm.__dict__["forward"] = getattr(norm, "act", None) or _unchanged
            yield
        finally:
            for convolution, own in kept:
                _weights_of(convolution).update(own)
            for _, norm in given:
                norm.__dict__.pop("forward", None)


def _weights_of(convolution: nn.Conv2d) -> dict[str, Any]:
    """Return where a layer looks for its weights: what is put there is no parameter, and it need not be."""
    weights: dict[str, Any] = convolution._parameters
    return weights


def _scaled(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> dict[str, Tensor]:
    """Return weight and bias with which the convolution answers as the norm behind it does."""
    assert norm.running_mean is not None  # noqa: S101 - see _once
    assert norm.running_var is not None  # noqa: S101
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    mean = norm.running_mean if convolution.bias is None else norm.running_mean - convolution.bias
    return {"weight": convolution.weight * scale.view(-1, 1, 1, 1), "bias": norm.bias - mean * scale}


def _unchanged(inputs: Tensor) -> Tensor:
    return inputs


def _once(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs that can be folded: of layers that are used once, with statistics and weights."""
    used = Counter(id(layer) for pair in pairs for layer in pair)
    return [
        (convolution, norm)
        for convolution, norm in pairs
        if used[id(convolution)] == used[id(norm)] == 1 and norm.affine and norm.running_var is not None
    ]


@torch.inference_mode()
def _agree(module: nn.Module, folded: nn.Module, example: Tensor) -> bool:
    """Whether both answer alike; a convolution whose answer is used elsewhere too would show here."""
    expected, found = module(example), folded(example)
    return bool((found - expected).abs().max() <= _ROUNDING * expected.abs().max())
