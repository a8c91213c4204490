"""`sightsmith predict` where a picture may show several classes: all that are found are told."""

from __future__ import annotations

import csv
import io
import json
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.cli import main
from core.domain.report import Answer, Doubt

ANSWERS = (
    Answer(
        path="both.png",
        label=None,
        predicted="lamp",
        confidence=0.9,
        named=("cat", "lamp"),
        several=True,
        sure=0.72,
    ),
    Answer(
        path="none.png",
        label=None,
        predicted="cat",
        confidence=0.03,
        several=True,
        doubt=Doubt.NOT_SURE,
        sure=0.96,
    ),
)


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The beginning of a command line, with a studio behind it that always gives the same two answers."""
    studio = SimpleNamespace(answerer=lambda run_id: SimpleNamespace(answer=lambda named: iter(ANSWERS)))
    monkeypatch.setattr("core.cli.commands.opened_studio", lambda home: nullcontext(studio))
    monkeypatch.setattr("core.cli.commands.find_run", lambda studio, run: SimpleNamespace(id="r1"))
    return ["predict", "r1", str(tmp_path)]


def test_all_classes_are_told(asked, capsys):
    """Only the likeliest one was, so that a lamp beside a cat was a lamp alone.

    How sure it is of nothing was told as how likely the likeliest class is: "nothing that it knows  3.0%".
    """
    assert main(asked) == 0
    assert capsys.readouterr().out.splitlines() == [
        "cat, lamp  72.0%  both.png",
        "nothing that it knows  96.0% (not sure)  none.png",
    ]


def test_scripts_get_all_classes_under_the_name_that_the_service_uses(asked, capsys):
    assert main([*asked, "--json"]) == 0
    both, none = json.loads(capsys.readouterr().out)["answers"]
    assert (both["predicted"], both["named"], both["sure"]) == (None, ["cat", "lamp"], 0.72)
    assert (none["predicted"], none["named"], none["sure"], none["confidence"]) == (None, [], 0.96, None)
    assert none["doubt"] == "not sure"


def test_a_table_has_all_classes_in_one_cell(asked, tmp_path):
    table = tmp_path / "answers.csv"
    assert main([*asked, "--csv", str(table)]) == 0
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert [row["predicted"] for row in rows] == ["cat|lamp", ""]
    assert [row["confidence"] for row in rows] == ["0.720000", "0.960000"]


def test_letters_that_an_old_code_page_lacks_are_printed(asked, monkeypatch):
    """On Windows, redirected into a file, the first of them ended the command by a traceback."""
    file = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", file)
    monkeypatch.setattr(sys.modules[__name__], "ANSWERS", (replace(ANSWERS[0], path="łuk.png"),))
    assert main(asked) == 0
    file.flush()
    assert file.buffer.getvalue().decode("utf-8").strip() == "cat, lamp  72.0%  łuk.png"


def test_pictures_are_copied_into_a_folder_per_answer(asked, tmp_path, capsys):
    for name in ("both.png", "none.png"):
        (tmp_path / name).write_bytes(name.encode())
    out = tmp_path / "sorted"
    assert main([*asked, "--sort-into", str(out)]) == 0
    copied = {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*.png")}
    assert copied == {"cat, lamp/both.png": b"both.png", "_Not sure/none.png": b"none.png"}
    assert (out / "answers.csv").is_file()
    capsys.readouterr()
    assert main([*asked, "--sort-into", str(out)]) == 2
    assert "Name a new folder for --sort-into." in capsys.readouterr().err
