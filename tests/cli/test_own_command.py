"""The command that is offered for copying is one that works where it is copied to."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from core.cli.own_command import own_command
from core.settings import Settings

USUAL = Settings.from_environment({}).home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("sightsmith", "sightsmith.exe"):
        (tmp_path / name).touch()
    return tmp_path


def test_the_program_stands_with_its_full_path(folder: Path) -> None:
    """Started by start.py, `sightsmith` is in .venv, where no terminal looks: "command not found"."""
    told = own_command(["serve", "1a2b"], home=USUAL, python=folder / "python", windows=False)
    assert told == shlex.join([str(folder / "sightsmith"), "serve", "1a2b"])


def test_another_workspace_is_named(folder: Path, tmp_path: Path) -> None:
    told = own_command(["runs"], home=tmp_path / "my home", python=folder / "python", windows=False)
    assert shlex.split(told)[1:] == ["runs", "--home", str(tmp_path / "my home")]


def test_without_such_a_program_its_name_stands_alone(tmp_path: Path) -> None:
    assert own_command(["runs"], home=USUAL, python=tmp_path / "python", windows=False) == "sightsmith runs"


def test_both_terminals_of_windows_understand_it(folder: Path) -> None:
    plain = own_command(["runs"], home=Path("my home"), python=folder / "python.exe", windows=True)
    assert plain == f'{folder / "sightsmith.exe"} runs --home "my home"'
    spaced = folder / "my programs"
    spaced.mkdir()
    (spaced / "sightsmith.exe").touch()
    told = own_command(["runs"], home=USUAL, python=spaced / "python.exe", windows=True)
    assert told.splitlines() == [f'cd "{spaced}"', ".\\sightsmith.exe runs"]
