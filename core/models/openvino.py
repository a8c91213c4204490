"""A network run by OpenVINO on the processor, prepared once and kept in a cache folder.

A kept one is run without PyTorch, which is not imported here. OpenVINO's companion package for telemetry is
kept from being imported, so that OpenVINO takes its own silent stand-in: nothing is sent, and nothing is
written into the user's home folder.
"""

from __future__ import annotations

import importlib
import logging
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from core.files import whole_file

_FORMAT = "1"  # raise it when the prepared network changes for another reason than its weights or packages
CHUNK = 8  # pictures at once: larger batches leave the processor's own memory, and run slower for it
_GRAPH, _TENSORS = "model.xml", "model.bin"
_log = logging.getLogger(__name__)


class OpenVinoEngine:
    """Pictures (B, H, W, 3) in, rows (B, ...) out. Answers one call at a time; uses all cores."""

    def __init__(self, graph: Any, *, precision: Literal["fp32", "bf16"]) -> None:  # noqa: ANN401
        core = _core()
        has_bf16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        chosen = precision if has_bf16 else "fp32"
        # the hint is needed for fp32 too: left alone, OpenVINO takes bf16 wherever the processor has it
        hints = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[chosen],
        }
        self._compiled = core.compile_model(graph, "CPU", hints)
        self.name = f"OpenVINO {chosen}"

    def __call__(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return the rows of these pictures, (B, ...)."""
        chunks = (images[start : start + CHUNK] for start in range(0, len(images), CHUNK))
        return np.concatenate([self._compiled(np.ascontiguousarray(chunk))[0] for chunk in chunks])


def import_openvino() -> Any:  # noqa: ANN401 - the package has no types
    """Return the package openvino, with its telemetry locked out; ImportError where it is not installed.

    The one place to import it from: the lock works only for who comes first.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    return importlib.import_module("openvino")


def _core() -> Any:  # noqa: ANN401
    """Return the one Core of this process."""
    return _only_core(import_openvino())


@cache
def _only_core(openvino: ModuleType) -> Any:  # noqa: ANN401
    """Return a Core that is never let go of.

    The last one to go takes the stack for signals of the thread that made the first one with it, and puts
    the former back only in its own: the next signal (Ctrl-C) would end the process without a word.
    """
    return openvino.Core()


def prepared(convert: Callable[[], Any], *, kept: Path | None) -> Any:  # noqa: ANN401
    """Return a network as OpenVINO's graph: from the file ``kept``, or converted and then kept there.

    It is read back even when it was just converted: the two differ in the last digit of their answers, and a
    first start must not differ from a second.
    """
    if kept and (graph := kept_graph(kept)) is not None:
        return graph
    graph = convert()
    if kept:
        try:
            _keep(graph, kept)
            return _read(kept)
        except OSError as problem:  # a full or read-only disk costs the next start some seconds, nothing else
            _log.warning("The prepared network could not be kept in %s: %s", kept.parent, problem)
    with tempfile.TemporaryDirectory() as folder:
        _keep(graph, Path(folder) / "network.zip")
        return _read(Path(folder) / "network.zip")


def kept_graph(kept: Path) -> Any | None:  # noqa: ANN401
    """Return the kept graph; None where there is none, or a damaged one."""
    try:
        return _read(kept)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, EOFError, LookupError, ValueError, RuntimeError, zipfile.BadZipFile) as problem:
        _log.warning("The prepared network %s is damaged and is made anew: %s", kept.name, problem)
        return None


def save_as_ir(source: Path, target: Path) -> None:
    """Write an ONNX file in OpenVINO's own form, in full precision: ``target`` (.xml), a .bin beside it."""
    import_openvino().save_model(_core().read_model(source), target, compress_to_fp16=False)


def versions() -> tuple[str, ...]:
    """Return what a prepared network depends on beside the network itself: who converted it, and how."""
    return (_FORMAT, *(f"{name} {version(name)}" for name in ("openvino", "torch", "torchvision", "timm")))


def _keep(graph: Any, target: Path) -> None:  # noqa: ANN401
    """Write the graph as one zip: one file appears whole, and its checksums tell damage."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        import_openvino().save_model(graph, Path(folder) / _GRAPH, compress_to_fp16=False)
        with whole_file(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name in (_GRAPH, _TENSORS):
                archive.write(Path(folder) / name, name)


def _read(kept: Path) -> Any:  # noqa: ANN401
    with zipfile.ZipFile(kept) as archive:
        return _core().read_model(archive.read(_GRAPH), archive.read(_TENSORS))
