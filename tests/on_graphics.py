"""Tensors that behave as on a graphics processor without doubles, and count what is fetched from there."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.utils import _pytree as pytree

_COPYING = {Tensor.copy_, Tensor.as_subclass}
_FETCHING = {Tensor.cpu, Tensor.item, Tensor.__float__, Tensor.__int__, Tensor.__bool__, Tensor.numpy}


class OnGraphics(Tensor):
    """As a tensor on an Apple GPU: no float64, and no mixing with tensors that lie elsewhere."""

    fetched: ClassVar[int] = 0  # how often the processor had to wait for the graphics processor

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None) -> Any:
        inside = [leaf for leaf in pytree.tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        if func not in _COPYING and any(type(leaf) is Tensor and leaf.ndim for leaf in inside):
            raise RuntimeError("Expected all tensors to be on the same device")
        with torch._C.DisableTorchFunctionSubclass():
            found = func(*args, **kwargs or {})
        if func in _FETCHING:
            OnGraphics.fetched += 1
            return found.as_subclass(Tensor) if isinstance(found, Tensor) else found
        return pytree.tree_map(_placed, found)


def placed(tensor: Tensor) -> Tensor:
    """Return the tensor as if it lay on a graphics processor."""
    return tensor.as_subclass(OnGraphics)


def _placed(found: Any) -> Any:
    if not isinstance(found, Tensor):
        return found
    if found.dtype == torch.float64:
        raise TypeError("Cannot convert a MPS Tensor to float64 dtype")
    return found if isinstance(found, OnGraphics) else found.as_subclass(OnGraphics)
