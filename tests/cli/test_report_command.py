"""`sightsmith report`: a page or a card, in the place that was asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.cli import main
from core.domain.config import TrainConfig
from core.domain.dataset import Split
from core.domain.run import RunStatus
from core.evaluation.report import build_report
from core.settings import Settings
from core.store.workspace import Workspace
from tests.evaluation.made import answered
from tests.store.made import CLASSES, PREPROCESSING, WEIGHTS, dataset_of


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A workspace with a run; its folder and the run's id."""
    home = tmp_path_factory.mktemp("reported")
    with Workspace.open(Settings.from_environment({}, home=home)) as workspace:
        project = workspace.projects.create("Bolts")
        dataset = dataset_of(workspace, project)
        workspace.datasets.add(dataset)
        run = workspace.runs.create(project.id, dataset, config=TrainConfig(), preset=None, token="t")
        predictions = answered([(0, 0), (0, 1), (1, 1), (1, 1)] * 5, 2, split=Split.TEST)
        workspace.runs.save_result(
            run.id,
            report=build_report(run.id, CLASSES, predictions),
            predictions=predictions,
            weights=WEIGHTS,
            preprocessing=PREPROCESSING,
        )
        workspace.runs.finish(run.id, RunStatus.DONE)
        return str(home), run.id


def test_a_page_without_pictures(reported, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    home, run = reported
    target = tmp_path / "told.html"
    told = ["report", run[:8], "-o", str(target), "--without-pictures", "--json", "--home", home]
    assert main(told) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"run_id": run, "file": str(target), "bytes": target.stat().st_size}
    assert "Right on about" in target.read_text(encoding="utf-8")
    by_any_program = tmp_path / "any.txt"
    by_any_program.touch()
    assert target.stat().st_mode == by_any_program.stat().st_mode  # made to be passed on


def test_a_card_gets_a_name_of_its_own(
    reported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    home, run = reported
    monkeypatch.chdir(tmp_path)
    assert main(["report", run, "--card", "--home", home]) == 0
    card = tmp_path / f"Run-1-{run[:8]}-card.md"
    assert card.read_text(encoding="utf-8").startswith("---\nlicense: other\n")
    assert f"{card}  0.00 MB" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_told(reported, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    home, run = reported
    taken = tmp_path / "file"
    taken.touch()
    assert main(["report", run, "--card", "-o", str(taken / "card.md"), "--home", home]) == 1
    told = capsys.readouterr().err.strip()
    assert told.startswith(f"sightsmith: {taken / 'card.md'} cannot be written: ")
    assert told.endswith("Choose another place, or free some space there.")  # and no other workspace
