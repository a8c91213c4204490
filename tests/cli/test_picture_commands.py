"""Import, check and export without a browser."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.cli import main
from core.settings import Settings
from core.store.workspace import Workspace


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of twelve noisy pictures, and beside them a broken file, a copy and a note."""
    folder = tmp_path_factory.mktemp("data") / "pets"
    random = np.random.default_rng(0)
    for name, bright in (("cat", 90), ("dog", 160)):
        (folder / name).mkdir(parents=True)
        for number in range(12):
            noise = random.normal(bright, 40, (48, 64, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(noise).save(folder / name / f"{number:02}.png")
    shutil.copy(folder / "cat" / "00.png", folder / "cat" / "copy.png")
    (folder / "dog" / "broken.png").write_bytes((folder / "dog" / "00.png").read_bytes()[:200])
    (folder / "notes.txt").write_text("bought in spring")
    return folder


class Ask:
    """Runs a command in one workspace and returns the object that it prints."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._home = home
        self._capsys = capsys

    def __call__(self, *words: str | Path) -> dict[str, Any]:
        code = main([*map(str, words), "--home", str(self._home), "--json"])
        told = self._capsys.readouterr()
        assert code == 0, told.err
        (line,) = told.out.splitlines()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def plain(self, *words: str | Path) -> tuple[int, str, str]:
        """Return the exit code, and what was printed and told as an error."""
        code = main([*map(str, words), "--home", str(self._home)])
        told = self._capsys.readouterr()
        return code, told.out, told.err


@pytest.fixture
def ask(home: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    return Ask(home, capsys)


@pytest.fixture(scope="module")
def imported(pets: Path, home: Path) -> dict[str, Any]:
    """What `import --json` printed; capsys is per test, so the output is caught by hand."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = main(["import", str(pets), "--name", "My pets", "--home", str(home), "--json"])
    assert code == 0
    found: dict[str, Any] = json.loads(printed.getvalue())
    return found


def test_import_tells_what_came_in_and_what_was_left_out(imported: dict[str, Any]) -> None:
    assert (imported["project"], imported["version"], imported["imported"]) == ("My pets", 1, 24)
    assert imported["counts"].keys() == {"cat", "dog"}
    assert sum(sum(splits.values()) for splits in imported["counts"].values()) == 24
    assert all(min(splits.values()) > 0 for splits in imported["counts"].values())
    reasons = {one["file"]: one["reason"] for one in imported["left_out"]}
    assert reasons.keys() == {"cat/copy.png", "dog/broken.png", "notes.txt"}
    assert all(reasons.values())


def test_import_tells_every_issue_in_stable_words(imported: dict[str, Any]) -> None:
    assert {"duplicate", "unreadable"} <= {issue["kind"] for issue in imported["issues"]}
    for issue in imported["issues"]:
        assert issue.keys() == {"kind", "severity", "message", "hint", "paths"}


def test_check_tells_the_same_as_the_import(ask: Ask, imported: dict[str, Any]) -> None:
    assert ask("check", "My pets") == imported
    assert ask("check", imported["project_id"][:8]) == imported


@pytest.mark.usefixtures("imported")
def test_check_speaks_to_people_as_well(ask: Ask) -> None:
    code, told, _ = ask.plain("check", "My pets")
    assert code == 0
    assert "version 1: 24 pictures in 2 classes." in told
    assert "cat: " in told


def test_more_pictures_go_into_a_project(ask: Ask, pets: Path, tmp_path: Path) -> None:
    few = tmp_path / "few"
    shutil.copytree(pets / "cat", few / "cat")
    first = ask("import", few, "--name", "Growing")
    (few / "owl").mkdir()
    for number in range(3):
        Image.effect_noise((64, 48), 60 + number).convert("RGB").save(few / "owl" / f"{number}.png")
    second = ask("import", few, "--into", "Growing")
    assert second["project_id"] == first["project_id"]
    assert (second["version"], second["imported"]) == (2, 3)
    assert sum(second["counts"]["owl"].values()) == 3


def test_a_table_of_labels_names_the_classes(ask: Ask, pets: Path, tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    names = [f"{path.parent.name}/{path.name}" for path in sorted(pets.glob("*/[01]?.png"))]
    splits = ("train", "validation", "test")
    rows = [f"{name},kind {number % 2},{splits[number % 3]}" for number, name in enumerate(names)]
    table.write_text("\n".join(["file,class,split", *rows]))
    found = ask("import", pets, "--labels", table, "--name", "By table")
    assert found["counts"] == {
        name: {"train": 4, "validation": 4, "test": 4} for name in ("kind 0", "kind 1")
    }


@pytest.mark.usefixtures("imported")
def test_what_was_exported_is_imported_again_with_its_splits(ask: Ask, tmp_path: Path) -> None:
    target = tmp_path / "pets.zip"
    code, told, _ = ask.plain("export", "My pets", target)
    assert (code, told) == (0, f"24 pictures written to {target}.\n")
    with zipfile.ZipFile(target) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("labels.csv").decode())))
    assert {row["file"] for row in rows} == set(archive.namelist()) - {"labels.csv"}
    assert {row["class"] for row in rows} == {"cat", "dog"}
    again = ask("import", target, "--name", "Back again")
    assert again["counts"] == ask("check", "My pets")["counts"]


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("check", "My cats"), "There is no project 'My cats'. There are: "),
        (("export", "nothing", "x.zip"), "There is no project 'nothing'."),
        (("import", "/no/such/folder"), "There is no file or folder /no/such/folder."),
        (("import", "sample:digits", "--into", "My pets"), "Leave --into and --labels away."),
        (("import", "{pets}", "--labels", "/no/labels.csv"), "There is no file or folder /no/labels.csv."),
    ],
)
def test_bad_input_exits_with_two(ask: Ask, pets: Path, words: tuple[str, ...], reason: str) -> None:
    code, told, error = ask.plain(*(word.format(pets=pets) for word in words))
    assert (code, told) == (2, "")
    assert reason in error


def test_a_failed_import_leaves_no_project(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "hollow").mkdir()
    code, _, error = ask.plain("import", tmp_path / "hollow", "--name", "Hollow")
    assert code == 2
    assert "sightsmith: There is no picture that can be used." in error
    assert "There is no project 'Hollow'." in ask.plain("check", "Hollow")[2]
    assert ask("deleted") == {"deleted": []}  # nobody wants it back


def test_a_name_that_two_projects_have_is_not_guessed(ask: Ask, home: Path, tmp_path: Path) -> None:
    with Workspace.open(Settings(home=home, weights=tmp_path)) as workspace:
        ids = [workspace.projects.create("Twin").id[:8] for _ in range(2)]
    code, _, error = ask.plain("check", "Twin")
    assert code == 2
    assert all(one in error for one in ids)
    code, _, error = ask.plain("check", ids[0])
    assert code == 2
    assert (
        f"The project 'Twin' has no pictures yet. Add some with: sightsmith import DATA --into {ids[0]}"
        in error
    )
