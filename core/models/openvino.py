"""A network run by OpenVINO on the processor, prepared once and kept in a cache folder.

OpenVINO's companion package for telemetry is kept from being imported, so that OpenVINO takes its own silent
stand-in: nothing is sent, and nothing is written into the user's home folder.
"""

from __future__ import annotations

import copy
import hashlib
import importlib
import logging
import sys
import tempfile
import warnings
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.files import whole_file

_FORMAT = "1"  # raise it when the prepared network changes for another reason than its weights or packages
CHUNK = 8  # pictures at once: larger batches leave the processor's own memory, and run slower for it
_GRAPH, _TENSORS = "model.xml", "model.bin"
_log = logging.getLogger(__name__)


class OpenVinoEngine:
    """Pictures (B, H, W, 3) in, rows (B, D) out. Answers one call at a time; uses all cores."""

    def __init__(
        self, module: nn.Module, *, image_size: int, cache: Path | None, precision: Literal["fp32", "bf16"]
    ) -> None:
        openvino = import_openvino()
        core = openvino.Core()
        has_bf16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        chosen = precision if has_bf16 else "fp32"
        # the hint is needed for fp32 too: left alone, OpenVINO takes bf16 wherever the processor has it
        hints = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[chosen],
        }
        graph = _prepared(openvino, core, module, image_size=image_size, cache=cache)
        self._compiled = core.compile_model(graph, "CPU", hints)
        self.name = f"OpenVINO {chosen}"

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return the rows of these pictures, (B, D)."""
        chunks = (images[start : start + CHUNK] for start in range(0, len(images), CHUNK))
        return np.concatenate([self._compiled(np.ascontiguousarray(chunk))[0] for chunk in chunks])


def import_openvino() -> Any:  # noqa: ANN401 - the package has no types
    """Return the package openvino, with its telemetry locked out; ImportError where it is not installed.

    The one place to import it from: the lock works only for who comes first.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    return importlib.import_module("openvino")


class _FromBytes(nn.Module):
    """Takes pictures as they lie in memory, (B, H, W, 3) bytes: OpenVINO reorders and scales them faster."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, images: Tensor) -> Tensor:
        answer: Tensor = self.module(images.permute(0, 3, 1, 2))
        return answer


def _prepared(openvino: Any, core: Any, module: nn.Module, *, image_size: int, cache: Path | None) -> Any:  # noqa: ANN401
    """Return the network as OpenVINO's graph: from the cache, or converted and then kept there.

    It is read back even when it was just converted: the two differ in the last digit of their answers, and a
    first start must not differ from a second.
    """
    kept = cache / f"{_fingerprint(module, image_size)}.zip" if cache else None
    if kept and (found := _found(core, kept)) is not None:
        return found
    graph = _converted(openvino, module, image_size)
    if kept:
        try:
            _keep(openvino, graph, kept)
            return _read(core, kept)
        except OSError as problem:  # a full or read-only disk costs the next start some seconds, nothing else
            _log.warning("The prepared network could not be kept in %s: %s", kept.parent, problem)
    with tempfile.TemporaryDirectory() as folder:
        _keep(openvino, graph, Path(folder) / "network.zip")
        return _read(core, Path(folder) / "network.zip")


def _found(core: Any, kept: Path) -> Any | None:  # noqa: ANN401
    """Return the kept graph; None where there is none, or a damaged one."""
    try:
        return _read(core, kept)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, EOFError, LookupError, ValueError, RuntimeError, zipfile.BadZipFile) as problem:
        _log.warning("The prepared network %s is damaged and is made anew: %s", kept.name, problem)
        return None


def _converted(openvino: Any, module: nn.Module, image_size: int) -> Any:  # noqa: ANN401
    frozen = _FromBytes(copy.deepcopy(module)).eval().requires_grad_(False)
    example = torch.zeros(2, image_size, image_size, 3, dtype=torch.uint8)
    with warnings.catch_warnings():
        # tracing is on the way out in torch, but the other way, exporting, takes four times as long
        warnings.simplefilter("ignore")
        return openvino.convert_model(frozen, input=[-1, image_size, image_size, 3], example_input=example)


def _keep(openvino: Any, graph: Any, target: Path) -> None:  # noqa: ANN401
    """Write the graph as one zip: one file appears whole, and its checksums tell damage."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        openvino.save_model(graph, Path(folder) / _GRAPH, compress_to_fp16=False)
        with whole_file(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name in (_GRAPH, _TENSORS):
                archive.write(Path(folder) / name, name)


def _read(core: Any, kept: Path) -> Any:  # noqa: ANN401
    with zipfile.ZipFile(kept) as archive:
        return core.read_model(archive.read(_GRAPH), archive.read(_TENSORS))


def _fingerprint(module: nn.Module, image_size: int) -> str:
    """Return a hash of all that the graph depends on: layers, weights, picture size, and who converts."""
    packages = [f"{name} {version(name)}" for name in ("openvino", "torch", "torchvision", "timm")]
    digest = hashlib.sha256("\n".join([_FORMAT, str(image_size), *packages, repr(module)]).encode())
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        digest.update(name.encode())
        digest.update(tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
