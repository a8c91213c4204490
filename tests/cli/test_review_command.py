"""`sightsmith review`: doubtful labels and the budget, in words, for scripts and as a table to fill in."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from core.cli import main
from core.domain.config import TrainConfig
from core.domain.dataset import Split
from core.domain.review import LabelCheck, LabelIssue
from core.domain.run import Run, RunStatus
from core.evaluation.report import build_report
from core.jobs.review_task import LabelChecker
from core.settings import Settings
from core.store.files import write_whole
from core.store.workspace import Workspace
from tests.evaluation.made import answered
from tests.store.made import CLASSES, PREPROCESSING, WEIGHTS, dataset_of

ANSWERS = [(0, 0), (0, 1), (1, 0), (1, 1)] * 2


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace with a finished run, whose labels have been checked."""
    settings = Settings.from_environment({}, home=tmp_path)
    with Workspace.open(settings) as workspace:
        project = workspace.projects.create("Bolts")
        dataset = dataset_of(workspace, project)
        workspace.datasets.add(dataset)
        run = workspace.runs.create(project.id, dataset, config=TrainConfig(), preset=None, token="one")
        predictions = answered(ANSWERS, 2)
        workspace.runs.save_result(
            run.id,
            report=build_report(run.id, CLASSES, predictions),
            predictions=predictions,
            weights=WEIGHTS,
            preprocessing=PREPROCESSING,
        )
        workspace.runs.finish(run.id, RunStatus.DONE)
        keep_check(workspace, settings, run, dataset.used()[0].sha256)
    return tmp_path


def keep_check(workspace: Workspace, settings: Settings, run: Run, sha256: str) -> None:
    issue = LabelIssue(
        sha256=sha256,
        path="bolt/0.jpg",
        split=Split.TRAIN,
        given=("bolt",),
        suggested=("nut",),
        score=0.93,
        given_probability=0.01,
        suggested_probability=0.99,
    )
    check = LabelCheck(pictures=3, untold=1, issues=(issue,), wrong_share=0.04, backbone="A network")
    write_whole(LabelChecker(workspace, settings, run).file, msgspec.json.encode(check))


def test_labels_and_budget_in_words(home: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["review", "Run 1", "--home", str(home)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Probably wrong: 1 of 3 labels.",
        "   93%  bolt/0.jpg: bolt, rather nut",
        "  Of 1 more nobody can tell: only one series shows their class.",
        "4 mistakes: none of them looked at yet.",
    ]


def test_everything_for_a_script(home: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["review", "Bolts / Run 1", "--json", "--home", str(home)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["probably_mislabelled"][0]["suggested"] == ["nut"]
    assert (told["mistakes"], told["not_looked_at"], told["accuracy"]["value"]) == (4, 4, 0.5)
    assert told["accuracy_estimated"] is None


def test_a_table_goes_out_and_comes_in(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    table = tmp_path / "review.csv"
    assert main(["review", "Run 1", "--csv", str(table), "--home", str(home)]) == 0
    lines = table.read_text("utf-8").splitlines()
    assert lines[1].startswith("bolt/0.jpg,")
    filled = (
        lines[1]
        .replace(",,,,,", ",model wrong,,,,")
        .replace("mislabelled,,,,,", "mislabelled,model wrong,,,,")
    )
    table.write_text("\n".join([lines[0], filled]), "utf-8")
    capsys.readouterr()
    assert main(["review", "Run 1", "--verdicts", str(table), "--home", str(home)]) == 2
    assert "--reviewer NAME" in capsys.readouterr().err
    command = ["review", "Run 1", "--verdicts", str(table), "--reviewer", "Ada", "--csv", str(table)]
    assert main([*command, "--home", str(home)]) == 0
    assert "model wrong,,,Ada," in table.read_text("utf-8")


def test_letters_beyond_a_to_z_survive_excel(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """Without a mark Excel took the list for its own code page; saved in that, it lost its letters here."""
    monkeypatch.setattr("locale.getencoding", lambda: "cp1252")
    table, out = tmp_path / "filled.csv", tmp_path / "review.csv"
    table.write_bytes("file;verdict;note\nnut/1.jpg;ambiguous;Käfer\n".encode("cp1252"))
    command = ["review", "Run 1", "--verdicts", str(table), "--reviewer", "Ada", "--csv", str(out), "--json"]
    assert main([*command, "--home", str(home)]) == 0
    told = capsys.readouterr()
    assert "“filled.csv” is not written in UTF-8; it was read as cp1252." in told.err
    assert json.loads(told.out)["labels_checked"] == 3
    assert out.read_bytes().startswith(b"\xef\xbb\xbffile,")
    assert ",ambiguous,,Käfer,Ada," in out.read_text("utf-8-sig")
