"""What the little program beside an export makes of a picture."""

from __future__ import annotations

import ast
import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from core.data.decode import open_picture
from core.domain.certificate import ExportKind
from core.sharing.predict_script import predict_script


def grey(values: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    """Ask the function of that name, without the program around it, which needs a model."""
    program = ast.parse(predict_script(ExportKind.ONNX))
    (wanted,) = (one for one in program.body if isinstance(one, ast.FunctionDef) and one.name == "grey")
    names: dict[str, object] = {"np": np}
    exec(compile(ast.Module([wanted], []), "predict.py", "exec"), names)  # noqa: S102 - our own program
    made = names["grey"](values)  # type: ignore[operator]
    assert isinstance(made, np.ndarray)
    return made


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        (0, 1, np.float32),
        (0, 1.02, np.float32),
        (0, 4, np.float32),
        (0, 4.5, np.float32),
        (-3.5, 7.25, np.float32),
        (-0.5, -0.5, np.float32),
        (0, 1e9, np.float32),
        (-7, -7, np.int32),
        (-(2**30), 2**30, np.int32),
        (0, 4095, np.uint16),
        (0, 65_535, np.uint16),
    ],
)
def test_deep_grey_becomes_the_same_bytes_as_in_training(low: float, high: float, kind: type) -> None:
    values: npt.NDArray[np.generic] = np.linspace(low, high, 256).astype(kind).reshape(16, 16)
    target = io.BytesIO()
    Image.fromarray(values).save(target, "TIFF")
    learnt = np.asarray(open_picture(target.getvalue()))[..., 0]
    assert np.array_equal(grey(values), learnt)
