"""A trained model in one of the forms that other programs read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from core.data.decode import open_reduced
from core.domain.certificate import ExportKind
from core.domain.errors import PackageError
from core.models.openvino import save_as_ir
from core.sharing.onnx_export import write_int8, write_onnx
from core.sharing.portable import Portable, portable_of
from core.sharing.predict_script import FILES
from core.sharing.predictor import TrainedModel
from core.sharing.torch_exports import write_torch_export, write_torchscript


def write_model(
    model: TrainedModel,
    kind: ExportKind,
    folder: Path,
    *,
    rule: Mapping[str, object],
    examples: Sequence[Path] = (),
    check: Callable[[], None],
) -> None:
    """Write the model's own files. ``examples`` are training pictures, which 8-bit numbers are fitted to.

    ``check`` is called between steps, and may raise.

    Raises:
        PackageError: this network cannot be written in this form.
    """
    portable = portable_of(model)
    check()
    target = folder / FILES[kind][0]
    try:
        match kind:
            case ExportKind.ONNX:
                write_onnx(portable, target, rule=rule)
            case ExportKind.ONNX_INT8:
                _write_int8(portable, target, model.preprocessing.image_size, rule, examples, check)
            case ExportKind.OPENVINO:
                _write_openvino(portable, target, rule)
            case ExportKind.TORCH_EXPORT:
                write_torch_export(portable, target, side=model.preprocessing.image_size)
            case ExportKind.TORCHSCRIPT:
                write_torchscript(portable, target)
    except (RuntimeError, ValueError, TypeError, LookupError, NotImplementedError) as problem:
        first = str(problem).strip().partition("\n")[0][:200]
        raise PackageError(
            f"This network cannot be written as {kind}: {first}", hint="Choose another form."
        ) from problem


def _write_int8(
    portable: Portable,
    target: Path,
    side: int,
    rule: Mapping[str, object],
    examples: Sequence[Path],
    check: Callable[[], None],
) -> None:
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place) / "whole.onnx"
        write_onnx(portable, whole, rule=rule)
        pictures = (np.array(open_reduced(path, at_least=side)) for path in examples)
        write_int8(whole, target, pictures, check=check)


def _write_openvino(portable: Portable, target: Path, rule: Mapping[str, object]) -> None:
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place) / "whole.onnx"
        write_onnx(portable, whole, rule=rule)
        save_as_ir(whole, target)
