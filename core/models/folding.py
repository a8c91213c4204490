"""Batch norms folded into the convolutions below them: the same answers with fewer passes over memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

Pair = tuple[nn.Conv2d, nn.BatchNorm2d]
_Hook = Callable[[nn.Module, tuple[Any, ...], Tensor], None]


def fold_batch_norms(module: nn.Module, example: Tensor) -> None:
    """Change ``module`` so that batch norms right behind a convolution are part of it; for evaluation only.

    One forward pass of ``example`` shows which follows which, so it works for any architecture.
    """
    for convolution, norm in pairs_of(module, example):
        _replace(module, convolution, fuse_conv_bn_eval(convolution, norm))
        # timm's batch norms carry their activation along
        _replace(module, norm, getattr(norm, "act", None) or nn.Identity())


def pairs_of(module: nn.Module, example: Tensor) -> list[Pair]:
    """Return convolutions and batch norms where the one's very output is the other's input.

    ``module`` is in evaluation mode, and takes ``example``. A layer that is used twice can be there twice.
    """
    makers: dict[int, tuple[nn.Conv2d, Tensor]] = {}  # the tensor is kept, so that its id stays its own
    pairs: list[Pair] = []

    def made(convolution: nn.Module, _inputs: tuple[Any, ...], output: Tensor) -> None:
        if isinstance(convolution, nn.Conv2d):
            makers[id(output)] = (convolution, output)

    def normed(norm: nn.Module, inputs: tuple[Any, ...], _output: Tensor) -> None:
        if isinstance(norm, nn.BatchNorm2d) and id(inputs[0]) in makers:
            pairs.append((makers[id(inputs[0])][0], norm))

    _run_hooked(module, example, {nn.Conv2d: made, nn.BatchNorm2d: normed})
    return pairs


def _run_hooked(module: nn.Module, example: Tensor, hooks: dict[type[nn.Module], _Hook]) -> None:
    handles = [
        part.register_forward_hook(hook)
        for part in module.modules()
        for kind, hook in hooks.items()
        if isinstance(part, kind)
    ]
    try:
        with torch.inference_mode():
            module(example)
    finally:
        for handle in handles:
            handle.remove()


def _replace(root: nn.Module, old: nn.Module, new: nn.Module) -> None:
    name = next(name for name, module in root.named_modules() if module is old)
    root.set_submodule(name, new)
