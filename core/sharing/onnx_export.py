"""A trained model as one ONNX file, whole or in 8-bit numbers.

PyTorch's older exporter writes it: it needs no package beside ``onnx``, and keeps the choice of order that
the resize makes for each picture, which the newer one (onnxscript) would have to be told of.
"""

from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from core.sharing.portable import Portable

_OPSET: Final = 18
_METADATA: Final = "sightsmith"
PICTURE, PROBABILITIES, DISTANCE = "picture", "probabilities", "distance"

Picture = npt.NDArray[np.uint8]  # (H, W, 3)


def write_onnx(portable: Portable, target: Path, *, rule: Mapping[str, object]) -> None:
    """Write the network with its rule, ``rule`` as JSON in the file's metadata.

    The file takes ``picture``, (H, W, 3) bytes of any size, and gives ``probabilities``, (C,), and where the
    model remembers what it learnt from, ``distance``, (1,).
    """
    example = torch.zeros(48, 64, 3, dtype=torch.uint8)
    outputs = [PROBABILITIES, DISTANCE] if portable.remembers else [PROBABILITIES]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the older exporter says that it is older
        torch.onnx.export(
            portable,
            (example,),
            str(target),
            dynamo=False,
            opset_version=_OPSET,
            input_names=[PICTURE],
            output_names=outputs,
            dynamic_axes={PICTURE: {0: "height", 1: "width"}},
        )
    _describe(target, rule)


def write_int8(source: Path, target: Path, pictures: Iterable[Picture], *, check: Callable[[], None]) -> None:
    """Write the ONNX file ``source`` with convolutions in 8-bit numbers, their scales set by real pictures.

    Weights have a scale per channel (B. Jacob and others, Quantization and training of neural networks for
    efficient integer-arithmetic-only inference, 2018). The resize and the head stay as they are. ``check`` is
    called before each picture, and may raise.
    """
    importlib.import_module("onnxruntime").disable_telemetry_events()
    quantization = importlib.import_module("onnxruntime.quantization")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantization.quantize_static(
            str(source),
            str(target),
            _reader(quantization, pictures, check),
            quant_format=quantization.QuantFormat.QDQ,
            per_channel=True,
            op_types_to_quantize=["Conv", "Add", "Mul", "Relu", "Clip", "MaxPool", "GlobalAveragePool"],
            nodes_to_exclude=_resizing(source),
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            extra_options={"CalibMovingAverage": True},  # one odd picture must not stretch a scale
        )


def _describe(target: Path, rule: Mapping[str, object]) -> None:
    onnx = importlib.import_module("onnx")
    model = onnx.load(target)
    onnx.helper.set_model_props(model, {_METADATA: json.dumps(rule, ensure_ascii=False)})
    onnx.checker.check_model(model)
    onnx.save(model, target)


def _resizing(source: Path) -> list[str]:
    """Return the names of all that prepares the picture: its numbers are exact, and stay so."""
    graph = importlib.import_module("onnx").load(source, load_external_data=False).graph
    first = next(place for place, node in enumerate(graph.node) if node.op_type == "Conv")
    return [node.name for node in graph.node[:first]]


def _reader(quantization: Any, pictures: Iterable[Picture], check: Callable[[], None]) -> Any:  # noqa: ANN401
    """Return the pictures as ONNX Runtime asks for them; its packages have no types."""

    class Reader(quantization.CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._rest: Iterator[Picture] = iter(pictures)

        def get_next(self) -> dict[str, Picture] | None:
            check()
            found = next(self._rest, None)
            return None if found is None else {PICTURE: found}

    return Reader()
