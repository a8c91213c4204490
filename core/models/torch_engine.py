"""A network that no longer learns, run by PyTorch: on graphics processors, and where OpenVINO cannot."""

from __future__ import annotations

import copy
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from core.models.arithmetic import repeatable
from core.models.folding import fold_batch_norms
from core.models.openvino import CHUNK


class TorchEngine:
    """PyTorch on the module's own device: batch norms folded in, channels last, no gradients."""

    def __init__(
        self, module: nn.Module, *, image_size: int, precision: Literal["fp32", "bf16"] = "fp32"
    ) -> None:
        self._device = next(module.parameters()).device
        self._half = precision == "bf16" and computes_bf16(self._device)
        frozen = copy.deepcopy(module).eval().requires_grad_(False)
        fold_batch_norms(frozen, torch.zeros(1, 3, image_size, image_size, device=self._device))
        self._module = frozen.to(memory_format=torch.channels_last)
        self.name = f"PyTorch {'bf16' if self._half else 'fp32'}, channels last"

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return the rows of these pictures, (B, ...)."""
        # copied, because a read-only memory map would make torch warn; the bytes already lie channels last
        pixels = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).to(self._device)
        parts = torch.split(pixels, CHUNK) if self._device.type == "cpu" else (pixels,)
        autocast = torch.autocast(self._device.type, torch.bfloat16, enabled=self._half)
        with torch.inference_mode(), repeatable(self._device), autocast:
            rows = torch.cat([self._module(part) for part in parts])
        return rows.float().cpu().numpy()


def computes_bf16(device: torch.device) -> bool:
    """Whether the device has arithmetic of its own for bf16; elsewhere it is emulated, and slower."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device.type == "cpu" and bool(torch.cpu.get_capabilities().get("avx512_bf16", False))
