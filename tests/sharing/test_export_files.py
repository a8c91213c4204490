"""What lies beside an export: how to ask it, where it comes from, and no picture that must not be seen."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.domain.certificate import Certificate, Differing, ExportKind, Origin
from core.sharing.export_files import write_about, write_copy
from core.sharing.export_readme import readme
from tests.sharing.made_export import RULE
from tests.ui.fake_share import certificate

ORIGIN = Origin(
    project="Leaves\nof 2025",
    run="Run 1",
    run_id="1a2b3c4d",
    trained_at=datetime(2025, 11, 20, 9, tzinfo=UTC),
    exported_at=datetime(2025, 11, 22, 10, 30, tzinfo=UTC),
    dataset_fingerprint="0123456789abcdef0123",
    learnt_from=1_240,
    backbone="EfficientNet-Lite0",
    licence="Apache-2.0",
    sightsmith="0.9",
)


def told(kind: ExportKind, **changed: Any) -> str:
    return " ".join(readme(certificate(kind), RULE | changed, ORIGIN).split())


@pytest.mark.parametrize("kind", [ExportKind.ONNX, ExportKind.ONNX_INT8, ExportKind.OPENVINO])
def test_says_what_goes_in_and_comes_out(kind: ExportKind) -> None:
    """Who asks it from C#, Java or JavaScript found neither names nor types, nor how a file becomes input."""
    found = told(kind, farthest=0.3)
    assert "in: picture, uint8 (height, width, 3), red green blue, of any size" in found
    assert "out: probabilities, float32 (2), of the classes in the order of labels.json" in found
    assert "distance, float32 (1), from what was learnt" in found
    assert "as long as both sides keep 64 pixels" in found
    assert "Resize it to" not in found
    assert "float32 (1), from" not in told(kind)


def test_a_form_that_does_not_resize_says_how_to() -> None:
    found = told(ExportKind.TORCH_EXPORT)
    assert "in: float32 (1, 3, 32, 32) from 0 to 255" in found
    assert "6. Resize it to 32 x 32 (predict.py: fit): squash, bicubic, as Pillow does." in found


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({}, "answer = the class with the highest probability sure = its probability"),
        ({"costs": [[0, 1], [5, 0]]}, "sum of probabilities[actual] * costs[actual][class]"),
        (
            {"several": True, "thresholds": [0.5, 0.5]},
            "every class whose probability p is not below its number",
        ),
    ],
)
def test_the_rule_is_told_in_any_language(changed: dict[str, Any], rule: str) -> None:
    assert rule in told(ExportKind.ONNX, **changed)


def test_says_who_made_it_when_and_from_what() -> None:
    found = told(ExportKind.ONNX)
    assert found.startswith("Leaves of 2025, Run 1: a trained picture classifier from Sightsmith, as ONNX.")
    assert "training run Run 1 (1a2b3c4d), trained on 2025-11-20. It learnt from 1,240 pictures" in found
    assert "Exported on 2025-11-22 by Sightsmith 0.9." in found
    assert "It is right about 93.0% of them (89.0% to 96.0% with 95 % confidence)." in found
    assert "tried on the computer where it was made, with onnxruntime 1.31.1." in found


def test_what_was_not_tried_is_not_told_as_tried() -> None:
    none = replace(certificate(ExportKind.ONNX), pictures=0, accuracy=None, why="There are no test pictures.")
    found = readme(none, RULE, ORIGIN)
    assert "Test: There are no test pictures.\n\nFILES" in found


def differing() -> Certificate:
    one = Differing(path="patients/Mrs Doe.jpg", here="bolt", there="nut")
    return replace(certificate(ExportKind.ONNX, holds=False), differing=(one,))


def test_programs_get_the_same_and_nobody_a_picture_s_name(tmp_path: Path) -> None:
    """README.txt named up to three pictures by where they lay."""
    write_about(tmp_path, differing(), RULE, ORIGIN)
    found = json.loads((tmp_path / "certificate.json").read_text(encoding="utf-8"))
    assert (found["origin"]["run_id"], found["origin"]["exported_at"]) == (
        "1a2b3c4d",
        "2025-11-22T10:30:00+00:00",
    )
    assert (found["certificate"]["kind"], found["certificate"]["holds"]) == ("onnx", False)
    assert found["certificate"]["accuracy"] == {"value": 0.93, "low": 0.89, "high": 0.96}
    for path in tmp_path.iterdir():
        assert "Doe" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("pictures", [True, False])
def test_pictures_can_be_left_out_of_a_copy(tmp_path: Path, pictures: bool) -> None:
    names = ["golden/golden/1.png", "golden/golden.json", "golden/model.onnx"]  # a project called golden
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as whole:
        for name in names:
            whole.writestr(name, name)
    copy = io.BytesIO()
    write_copy(tmp_path / "export.zip", copy, pictures=pictures)
    with zipfile.ZipFile(copy) as made:
        assert made.namelist() == (names if pictures else names[1:])
        assert made.read("golden/model.onnx") == b"golden/model.onnx"
