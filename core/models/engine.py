"""The fastest way to run a network that no longer learns on this machine: OpenVINO, or else PyTorch."""

from __future__ import annotations

import copy
import logging
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from core.models.folding import fold_batch_norms
from core.models.openvino import CHUNK, OpenVinoEngine

Precision = Literal["fp32", "bf16"]
Images = npt.NDArray[np.uint8]  # (B, H, W, 3)
Features = npt.NDArray[np.float32]  # (B, D)

_log = logging.getLogger(__name__)


class Engine(Protocol):
    """A frozen network: pictures (B, H, W, 3) in, one row per picture (B, D) out. ``name`` is for people."""

    name: str

    def __call__(self, images: Images) -> Features:
        """Return the rows of these pictures; any number from 1, faster with 8 and more."""
        ...


def compile_frozen(
    module: nn.Module, *, image_size: int, cache: Path | None, precision: Precision = "fp32"
) -> Engine:
    """Return an engine that answers as ``module`` does now, in evaluation mode, for ``image_size``.

    ``module`` takes pixels (B, 3, H, W) in [0, 255]; a Backbone gives features, a Classifier logits. It is
    not changed, and may be changed afterwards. A module on a graphics processor is run there, by PyTorch.

    ``cache`` is a folder where the prepared network is kept, about as large as its weights, and found again
    by them; deleting it costs seconds, never a result. "bf16" is up to twice as fast where the processor has
    it, with features a little off (cosine 0.996 to exact ones for EfficientNet-Lite0); where it has not, the
    engine is an fp32 one, and its name says so.
    """
    if next(module.parameters()).device.type == "cpu":
        try:
            return OpenVinoEngine(module, image_size=image_size, cache=cache, precision=precision)
        except Exception as problem:  # noqa: BLE001 - its exceptions share no base, and PyTorch can do the same
            _log.warning("OpenVINO cannot run this network, PyTorch does: %s", problem)
    return TorchEngine(module, image_size=image_size, precision=precision)


class TorchEngine:
    """PyTorch on the module's own device: batch norms folded in, channels last, no gradients."""

    def __init__(self, module: nn.Module, *, image_size: int, precision: Precision = "fp32") -> None:
        self._device = next(module.parameters()).device
        self._half = precision == "bf16" and _computes_bf16(self._device)
        frozen = copy.deepcopy(module).eval().requires_grad_(False)
        fold_batch_norms(frozen, torch.zeros(1, 3, image_size, image_size, device=self._device))
        self._module = frozen.to(memory_format=torch.channels_last)
        self.name = f"PyTorch {'bf16' if self._half else 'fp32'}, channels last"

    def __call__(self, images: Images) -> Features:
        """Return the rows of these pictures, (B, D)."""
        # copied, because a read-only memory map would make torch warn; the bytes already lie channels last
        pixels = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).to(self._device)
        parts = torch.split(pixels, CHUNK) if self._device.type == "cpu" else (pixels,)
        with torch.inference_mode(), torch.autocast(self._device.type, torch.bfloat16, enabled=self._half):
            rows = torch.cat([self._module(part) for part in parts])
        return rows.float().cpu().numpy()


def _computes_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))
