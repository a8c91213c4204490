"""`sightsmith train`: on pictures that are new, or on those of a project that is there."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.cli import commands, main
from core.domain.project import Project
from tests.ui.fake_share import MOMENT


def project(name: str, project_id: str) -> Any:
    return SimpleNamespace(project=Project(id=project_id, name=name, created_at=MOMENT))


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was trained on, and which pictures came in before; a studio of three projects stands behind it."""
    done: list[tuple[str, str]] = []

    def imported(studio: object, data: str, *, labels: Path | None) -> Project:
        done.append((data, str(labels)))
        return project("new", "n1").project

    studio = SimpleNamespace(
        summaries=lambda: [project("Leaves", "1a2b"), project("Twice", "2a"), project("Twice", "2b")],
        plan=lambda preset, project_id, **_: None,
        start_run=lambda project_id, config, **_: done.append(("trained", project_id)),
    )
    monkeypatch.setattr(commands, "opened_studio", lambda home: nullcontext(studio))
    monkeypatch.setattr(commands, "import_data", imported)
    monkeypatch.setattr(commands, "_follow_to_the_end", lambda *_, **__: None)
    return done


@pytest.mark.parametrize("called", ["Leaves", "1a"])
def test_a_project_is_trained_on_by_name_or_id(trained: list[tuple[str, str]], called: str) -> None:
    """A saved settings file says `sightsmith train PROJECT --config FILE`, which no project could follow."""
    assert main(["train", called]) == 0
    assert trained == [("trained", "1a2b")]


def test_a_folder_comes_before_a_project_of_its_name(
    trained: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Leaves").mkdir()
    assert main(["train", "Leaves"]) == 0
    assert trained == [("Leaves", "None"), ("trained", "n1")]


def test_pictures_come_in_with_a_table_of_labels(trained: list[tuple[str, str]], tmp_path: Path) -> None:
    assert main(["train", str(tmp_path), "--labels", "labels.csv"]) == 0
    assert trained == [(str(tmp_path), "labels.csv"), ("trained", "n1")]


@pytest.mark.parametrize(
    ("called", "reason"),
    [
        ("Twice", "2 projects are meant by 'Twice'. Give an id instead: 2a, 2b."),
        ("Laeves", "There is no file or folder Laeves, and no project that is called so. Check the path."),
    ],
)
def test_what_is_not_known_is_told(
    trained: list[tuple[str, str]], capsys: pytest.CaptureFixture[str], called: str, reason: str
) -> None:
    assert main(["train", called]) == 2
    assert capsys.readouterr().err.strip() == f"sightsmith: {reason}"
    assert trained == []
