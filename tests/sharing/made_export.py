"""An export without a network: its own programs, beside a runtime that looks at brightness."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from core.domain.certificate import ExportKind
from core.sharing.export_files import write_scripts

RULE: Final[dict[str, Any]] = {
    "model": "Run 1",
    "classes": ["dark", "bright"],
    "several": False,
    "thresholds": None,
    "least_sure": None,
    "farthest": None,
    "most_wrong": None,
    "promised": None,
    "costs": None,
    "temperature": 1.0,
    "picture": {"size": 32, "mode": "squash", "interpolation": "bicubic", "border": [0, 0, 0]},
}
# a module in the folder of the programs comes before the one that is installed
_RUNTIME: Final = """
import numpy as np

__version__ = "0.0"
disable_telemetry_events = set_default_logger_severity = lambda *_: None


class InferenceSession:
    def __init__(self, *_, **__):
        pass

    def run(self, _, inputs):
        bright = np.float32(inputs["picture"].mean() / 255)
        return [np.array([1 - bright, bright]), np.array([bright / 2])]
"""


def write_export(folder: Path, **changed: object) -> Path:
    """Write the programs of an ONNX export with that runtime; return the folder."""
    write_scripts(folder, ExportKind.ONNX, RULE | changed)
    (folder / "onnxruntime.py").write_text(_RUNTIME, encoding="utf-8")
    return folder


def loaded(folder: Path) -> ModuleType:
    """Return ``predict.py`` of such a folder as a module."""
    spec = importlib.util.spec_from_file_location("predict", folder / "predict.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before, sys.path[:] = list(sys.path), [str(folder), *sys.path]
    known = sys.modules.pop("onnxruntime", None)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = before
        del sys.modules["onnxruntime"]
        if known is not None:
            sys.modules["onnxruntime"] = known
    return module


def ran(folder: Path, script: str, *arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run one of the programs."""
    command = [sys.executable, str(folder / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Return what ``predict.py`` printed, a record per line."""
    return [json.loads(line) for line in done.stdout.splitlines()]
