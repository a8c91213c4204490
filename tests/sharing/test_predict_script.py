"""What the little program beside an export makes of a picture."""

from __future__ import annotations

import ast
import io
import sys

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from core.data.decode import open_picture
from core.domain.certificate import ExportKind
from core.sharing.predict_script import NEEDS, VERIFY, predict_script, requirements

DISTRIBUTIONS = {"PIL": "pillow"}  # of modules that are called otherwise


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


@pytest.mark.parametrize("kind", list(ExportKind))
def test_everything_that_is_imported_is_told_as_needed(kind: ExportKind) -> None:
    """The programs beside both forms of PyTorch import numpy, which torch does not bring along."""
    nodes = [*ast.walk(ast.parse(predict_script(kind))), *ast.walk(ast.parse(VERIFY))]
    imported = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    foreign = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - {"predict"}
    assert {DISTRIBUTIONS.get(name, name) for name in foreign} == set(NEEDS[kind])
    assert f"It needs 3 packages: pip install {' '.join(NEEDS[kind])}\n" in predict_script(kind)


def test_the_versions_that_were_tried_can_be_installed_from_the_usual_index(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions = {"torch": "2.9.0+cpu", "numpy": "2.3.4", "pillow": "12.0.0"}
    monkeypatch.setattr("core.sharing.predict_script.metadata.version", versions.__getitem__)
    assert requirements(ExportKind.TORCHSCRIPT) == "torch==2.9.0\nnumpy==2.3.4\npillow==12.0.0\n"
