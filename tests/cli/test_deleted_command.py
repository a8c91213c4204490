"""`sightsmith deleted`: what was deleted, the way back, and the way out for good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.settings import Settings
from core.store.workspace import Workspace
from tests.store.made import dataset_of


@pytest.fixture
def deleted(tmp_path: Path) -> str:
    """A deleted project; its id."""
    with Workspace.open(Settings.from_environment({}, home=tmp_path)) as workspace:
        project = workspace.projects.create("Bolts")
        workspace.datasets.add(dataset_of(workspace, project))
        workspace.projects.delete(project.id)
        return project.id


def ask(
    capsys: pytest.CaptureFixture[str], home: Path, *words: str, as_json: bool = True
) -> tuple[int, Any, str]:
    code = main(["deleted", *words, "--home", str(home), *(["--json"] if as_json else [])])
    told = capsys.readouterr()
    return code, json.loads(told.out) if as_json and told.out else told.out, told.err


def test_lists_what_was_deleted(tmp_path: Path, deleted: str, capsys: pytest.CaptureFixture[str]) -> None:
    size = 4 * len(b"picture 0")
    line = {"id": deleted, "kind": "project", "name": "Bolts", "project": "Bolts", "runs": 0, "bytes": size}
    assert ask(capsys, tmp_path) == (0, {"deleted": [line]}, "")
    code, told, _ = ask(capsys, tmp_path, as_json=False)
    assert (code, told) == (0, f"{deleted[:8]}  project       0.0 MB  Bolts\n")


def test_brings_back_and_says_so_where_the_name_was_taken(
    tmp_path: Path, deleted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Workspace.open(Settings.from_environment({}, home=tmp_path)) as workspace:
        workspace.projects.create("Bolts")
    code, told, _ = ask(capsys, tmp_path, "--bring-back", deleted[:8], as_json=False)
    assert (code, told) == (0, "'Bolts' is back as 'Bolts (2)': the name was taken.\n")
    assert ask(capsys, tmp_path, as_json=False)[1] == "Nothing is deleted.\n"


def test_removes_for_good(tmp_path: Path, deleted: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = ask(capsys, tmp_path, "--remove", deleted[:8])
    assert (code, told) == (0, {"removed": "'Bolts' was removed for good.", "deleted": []})
    assert [path for path in (tmp_path / "pictures").rglob("*") if path.is_file()] == []
    code, _, error = ask(capsys, tmp_path, "--bring-back", deleted[:8])
    assert code == 2
    assert f"Nothing that was deleted has an id that begins with {deleted[:8]!r}." in error
