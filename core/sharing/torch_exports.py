"""A trained model as a program of PyTorch, in its two forms."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch

from core.sharing.portable import Portable


def write_torch_export(portable: Portable, target: Path, *, side: int) -> None:
    """Write the network as an exported program: (1, 3, S, S) floats in [0, 255] in, S fixed.

    The picture has to be resized before: such a program knows no choice that depends on the picture.
    """
    example = torch.zeros(1, 3, side, side)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.export.save(torch.export.export(portable.answers, (example,)), target)


def write_torchscript(portable: Portable, target: Path) -> None:
    """Write the network as TorchScript: a picture of any size, (H, W, 3) bytes, in."""
    example = torch.zeros(48, 64, 3, dtype=torch.uint8)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # it is on its way out, and still what many programs read
        traced = torch.jit.trace(portable, (example,), check_trace=False)  # type: ignore[no-untyped-call]
        torch.jit.save(torch.jit.freeze(traced.eval()), str(target))
