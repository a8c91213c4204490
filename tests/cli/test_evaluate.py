"""`sightsmith evaluate`: a run's own result, and the same run on other pictures."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.cli import main


def draw(folder: Path, *, seed: int, per_class: int, width: float = 3) -> Path:
    """Stripes across and stripes down, every picture another one."""
    random = np.random.default_rng(seed)
    for name in ("flat", "steep"):
        (folder / name).mkdir(parents=True)
        for number in range(per_class):
            wave = np.sin(np.arange(40) / (width + number % 2) + random.uniform(0, 6)) * 90 + 128
            square = np.repeat(wave[:, None], 40, axis=1) + random.normal(0, 8, (40, 40))
            drawn = (square if name == "flat" else square.T).clip(0, 255).astype(np.uint8)
            Image.fromarray(drawn).save(folder / name / f"{number:02}.png")
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, home: Path) -> dict[str, Any]:
    """What `train --json` printed; capsys is per test, so the output is caught by hand."""
    stripes = draw(tmp_path_factory.mktemp("data") / "judged stripes", seed=1, per_class=12)
    for file in sorted(stripes.rglob("*.png")):
        day = file.parent / f"day {int(file.stem) % 2}"
        day.mkdir(exist_ok=True)
        file.rename(day / file.name)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(["train", str(stripes), "--preset", "quick", "--home", str(home), "--json"]) == 0
    found: dict[str, Any] = json.loads(printed.getvalue())
    return found


@pytest.fixture
def more(tmp_path: Path) -> Path:
    """Six new pictures, of wider stripes, and two that cannot judge."""
    folder = draw(tmp_path / "more", seed=2, per_class=3, width=5)
    (folder / "owl").mkdir()
    (folder / "flat" / "00.png").rename(folder / "owl" / "00.png")
    (folder / "steep" / "broken.png").write_bytes(b"nothing")
    return folder


def test_without_more_pictures_it_tells_the_runs_own_result(
    trained: dict[str, Any], home: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["evaluate", trained["run_id"][:8], "--home", str(home), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == [
        "run",
        "project",
        "test",
        "pictures",
        "correct",
        "accuracy",
        "macro_f1",
        "macro_f1_range",
        "per_class",
        "confusion",
        "roc_auc",
        "average_precision",
        "rule",
        "left_out",
        "by_origin",
    ]
    low, high = told["macro_f1_range"]
    assert low <= told["macro_f1"] <= high
    assert told["roc_auc"][-1]["name"] == "micro average"
    assert (told["run"], told["project"], told["test"]) == (trained["run_id"], "judged stripes", "own")
    assert told["accuracy"].keys() == {"value", "low", "high"}
    assert told["accuracy"]["value"] == trained["test"]["accuracy"] == told["correct"] / told["pictures"]
    assert (told["per_class"], told["confusion"]) == (trained["per_class"], trained["confusion"])
    assert told["left_out"] == []


def test_people_read_it_as_sentences_and_a_table(
    trained: dict[str, Any], home: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["evaluate", trained["run_id"], "--home", str(home)]) == 0
    told = capsys.readouterr().out
    assert "new pictures" in told.splitlines()[0]
    assert "macro F1" in told
    assert "class  pictures  precision  recall    F1" in told
    assert "flat " in told


def test_on_other_pictures_it_tells_these_and_leaves_the_first_result(
    trained: dict[str, Any], home: Path, more: Path, capsys: pytest.CaptureFixture[str]
):
    asked = ["evaluate", trained["run_id"], "--on", str(more), "--home", str(home)]
    assert main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["test"], told["pictures"]) == ("more", 5)
    assert sum(map(sum, told["confusion"])) == 5
    assert {one["file"] for one in told["left_out"]} == {"owl/00.png", "steep/broken.png"}
    assert all(one["reason"] for one in told["left_out"])
    assert main(asked) == 0
    shown = capsys.readouterr()
    assert "its own test" in shown.out
    assert "left out: 1 file. The run does not know the class “owl”." in shown.out
    assert "Evaluating" in shown.err
    assert main(["evaluate", trained["run_id"], "--home", str(home), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"]["value"] == trained["test"]["accuracy"]


@pytest.mark.parametrize(
    ("more_words", "reason"),
    [
        (["--on", "/no/such.zip"], "There is no file or folder /no/such.zip."),
        (["--labels", "/no/labels.csv"], "Give them with --on DATA."),
        (["--unseen", "hospital"], "It is one of: folder."),
    ],
)
def test_bad_input_exits_with_two(
    trained: dict[str, Any],
    home: Path,
    capsys: pytest.CaptureFixture[str],
    more_words: list[str],
    reason: str,
):
    assert main(["evaluate", trained["run_id"], *more_words, "--home", str(home)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert reason in told.err


def test_where_no_picture_can_judge_the_reason_is_told(
    trained: dict[str, Any], home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    draw(tmp_path / "other", seed=3, per_class=1)
    for name in ("flat", "steep"):
        (tmp_path / "other" / name).rename(tmp_path / "other" / f"{name} owl")
    assert main(["evaluate", trained["run_id"], "--on", str(tmp_path / "other"), "--home", str(home)]) == 2
    assert "knows none of the classes “flat owl”, “steep owl”" in capsys.readouterr().err


def test_what_speaks_against_the_score_stands_below_it(trained, home, monkeypatch, capsys):
    monkeypatch.setattr(
        "core.cli.evaluate.doubts", lambda dataset: (f"{len(dataset.samples)} pictures leak.",)
    )
    assert main(["evaluate", trained["run_id"], "--home", str(home)]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "This score may be too good. 24 pictures leak."


def test_each_folder_is_judged_as_a_new_one(trained, home, capsys):
    asked = ["evaluate", trained["run_id"], "--unseen", "folder", "--home", str(home)]
    assert main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["test"] == "Each folder unseen"
    assert {one["name"] for one in told["by_origin"]} <= {"day 0", "day 1"}
    assert told["pictures"] + len(told["left_out"]) == 24
    assert all(one["reason"].startswith("No other folder shows its class") for one in told["left_out"])
    assert sum(one["pictures"] for one in told["by_origin"]) == told["pictures"]
    assert sum(one["correct"] for one in told["by_origin"]) == told["correct"]
    assert main(asked) == 0
    shown = capsys.readouterr().out
    assert "each judged on pictures from a folder of which it had seen nothing" in shown
    assert "folder  pictures  right" in shown
    assert "day 1 " in shown


def test_all_pictures_are_judged_in_turn(trained, home, capsys):
    assert main(["evaluate", trained["run_id"], "--in-turn", "--home", str(home)]) == 0
    assert "each judged on pictures it had not seen" in capsys.readouterr().out
