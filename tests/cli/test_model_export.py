"""`sightsmith model-export`: the file, its certificate, and an exit code that a script can go by."""

from __future__ import annotations

import json
import zipfile
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.cli import main
from core.domain.certificate import Certificate, ExportKind
from core.domain.run import JobStatus
from tests.ui.fake_share import certificate, exported


def given(monkeypatch: pytest.MonkeyPatch, folder: Path, made: Certificate) -> list[str]:
    """The beginning of a command line, with a studio behind it whose export has this certificate."""
    export = replace(exported(ExportKind.ONNX, folder, decision=None), certificate=made)
    studio = SimpleNamespace(export_model=lambda *_: None, exports=lambda run_id: (export,))
    monkeypatch.setattr("core.cli.share.opened_studio", lambda home: nullcontext(studio))
    monkeypatch.setattr("core.cli.share.find_run", lambda studio, run: SimpleNamespace(id="r2"))
    monkeypatch.setattr("core.cli.share.follow", lambda *_: SimpleNamespace(status=JobStatus.DONE))
    return ["model-export", "r2", "--as", "onnx"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [({}, 0), ({"holds": False}, 1), ({"holds": False, "pictures": 0, "agreement": None}, 0)],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_a_script_sees_that_a_file_does_not_answer_as_the_run_does(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, object],
    code: int,
    as_json: bool,
) -> None:
    """It ended as if all were well. The file is there all the same, with why not."""
    asked = given(monkeypatch, tmp_path, replace(certificate(ExportKind.ONNX), **changed))
    target = tmp_path / "copy.zip"
    assert main([*asked, "-o", str(target), *(["--json"] if as_json else [])]) == code
    assert target.read_bytes() == b"zip"
    told = capsys.readouterr().out
    assert "It answers all 60 test pictures as here." in (
        json.loads(told)["certificate"]["why"] if as_json else told
    )


def test_pictures_can_be_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = given(monkeypatch, tmp_path, certificate(ExportKind.ONNX))
    with zipfile.ZipFile(tmp_path / "onnx.zip", "w") as whole:
        for name in ("top/golden/1.png", "top/model.onnx"):
            whole.writestr(name, name)
    target = tmp_path / "copy.zip"
    assert main([*asked, "-o", str(target), "--without-pictures"]) == 0
    with zipfile.ZipFile(target) as made:
        assert made.namelist() == ["top/model.onnx"]
