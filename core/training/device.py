"""Where networks are computed on this machine."""

from __future__ import annotations

import os
import platform

import torch

from core.domain.choices import DeviceChoice
from core.domain.errors import ConfigError


def choose_device(choice: DeviceChoice) -> torch.device:
    """Return the device asked for, or the best one present. Raises ConfigError when it is not there."""
    present = {
        DeviceChoice.CUDA: torch.cuda.is_available(),
        DeviceChoice.MPS: torch.backends.mps.is_available(),
        DeviceChoice.CPU: True,
    }
    if choice == DeviceChoice.AUTO:
        return torch.device(next(kind for kind, there in present.items() if there).value)
    if not present[choice]:
        raise ConfigError(
            f"This computer has no usable {choice.value.upper()} device.",
            hint="Set 'Computed on' to automatic.",
        )
    return torch.device(choice.value)


def describe_device(device: torch.device) -> str:
    """Return the device in a person's words, as "2 CPU cores" or "NVIDIA H100"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple graphics processor"
    cores = os.cpu_count() or 1
    return f"{cores} CPU core{'s' if cores > 1 else ''}"


def describe_machine(device: torch.device) -> str:
    """Return all that decides how fast this machine works on the device; to compare, not for people."""
    name = describe_device(device)
    if device.type == "cpu":
        name = f"{torch.cpu.get_capabilities().get('cpu_name') or platform.processor()}, {name}"
    return f"{name}, torch {torch.__version__}"
