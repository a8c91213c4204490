"""A PyTorch network turned into OpenVINO's graph."""

from __future__ import annotations

import copy
import hashlib
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import torch
from torch import Tensor, nn

from core.models.openvino import import_openvino, versions

_CONVERTING: Final = threading.Lock()


def converted(module: nn.Module, image_size: int) -> Any:  # noqa: ANN401 - the package openvino has no types
    """Return ``module`` as a graph that takes pictures (B, H, W, 3) as bytes; the module is not changed.

    It takes pixels (B, 3, H, W) in [0, 255], and answers in evaluation mode. Raises what OpenVINO raises,
    whose exceptions share no base, for a network that it cannot convert.
    """
    openvino = import_openvino()
    frozen = _FromBytes(copy.deepcopy(module)).eval().requires_grad_(False)
    example = torch.zeros(2, image_size, image_size, 3, dtype=torch.uint8)
    with _root_logger_kept(), warnings.catch_warnings():
        # tracing is on the way out in torch, but the other way, exporting, takes four times as long
        warnings.simplefilter("ignore")
        # traced here, because OpenVINO would trace it twice and compare
        trace: Any = torch.jit.trace  # which has no types
        traced = trace(frozen, example, strict=False, check_trace=False)
        return openvino.convert_model(traced, input=[-1, image_size, image_size, 3])


def fingerprint(module: nn.Module, image_size: int) -> str:
    """Return a hash of all that the graph depends on: layers, weights, picture size, and who converts."""
    digest = hashlib.sha256("\n".join([*versions(), str(image_size), repr(module)]).encode())
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        digest.update(name.encode())
        digest.update(tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


@contextmanager
def _root_logger_kept() -> Iterator[None]:
    """Put the root logger back: OpenVINO silences all warnings, for good where it cannot convert.

    One conversion at a time: the second of two would keep the silence of the first.
    """
    root = logging.getLogger()
    with _CONVERTING:
        level, filters, handlers = root.level, root.filters[:], root.handlers[:]
        try:
            yield
        finally:
            root.setLevel(level)
            root.filters[:], root.handlers[:] = filters, handlers


class _FromBytes(nn.Module):
    """Takes pictures as they lie in memory, (B, H, W, 3) bytes: OpenVINO reorders and scales them faster."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, images: Tensor) -> Tensor:
        answer: Tensor = self.module(images.permute(0, 3, 1, 2))
        return answer
