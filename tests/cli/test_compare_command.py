"""`sightsmith compare`: the verdict in words, everything else for scripts, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.cli import main
from core.cli.compare_command import comparison_of
from core.domain.config import TrainConfig
from core.domain.dataset import Split
from core.domain.edit import Edit, EditKind
from core.domain.report import Predictions
from core.domain.run import RunStatus
from core.evaluation.compare import Contender, compare
from core.evaluation.compare_words import LATER_LABELS
from core.evaluation.report import build_report
from core.jobs.studio import Studio
from core.settings import Settings
from core.store.workspace import Workspace
from tests.evaluation.made import answered, told_several
from tests.store.made import CLASSES, PREPROCESSING, WEIGHTS, child_of, dataset_of

HALF = [(0, 0), (0, 1), (1, 0), (1, 1)] * 5
ALL = [(0, 0), (0, 0), (1, 1), (1, 1)] * 5


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A workspace with two projects of one kind of run each and a third run; the ids by PROJECT / NAME."""
    home = tmp_path_factory.mktemp("compared")
    ids = {}
    with Workspace.open(Settings.from_environment({}, home=home)) as workspace:
        for name, kinds in (("Bolts", (HALF, ALL, ALL[:-1])), ("Nuts", (HALF,))):
            project = workspace.projects.create(name)
            dataset = dataset_of(workspace, project)
            workspace.datasets.add(dataset)
            for number, kind in enumerate(kinds):
                run = workspace.runs.create(
                    project.id,
                    dataset,
                    config=TrainConfig(seed=number),
                    preset=None,
                    token=f"{name} {number}",
                )
                predictions = answered(kind, 2)
                workspace.runs.save_result(
                    run.id,
                    report=build_report(run.id, CLASSES, predictions),
                    predictions=predictions,
                    weights=WEIGHTS,
                    preprocessing=PREPROCESSING,
                )
                workspace.runs.finish(run.id, RunStatus.DONE)
                ids[f"{name} / {run.name}"] = run.id
    return home, ids


def test_the_verdict_and_the_figures_in_words(compared, capsys: pytest.CaptureFixture[str]):
    home, _ = compared
    assert main(["compare", "Bolts / Run 1", "Run 2", "--home", str(home)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "Run 2 is better: it fixes 10 and breaks 0 of 20; so clear a difference comes by luck in about 2 of "
        "1,000 cases."
    )
    assert lines[1].startswith("Difference: +50.0 percentage points on these pictures; in truth between +")
    assert "  Run 1  right on 10 of 20: 50.0 % (29.9 % to 70.1 %)" in lines
    assert "  fixed 10, broken 0, still wrong 0, right both times 10" in lines
    assert "  Seed: 0 -> 1" in lines


def test_one_object_for_scripts(compared, capsys: pytest.CaptureFixture[str]):
    home, ids = compared
    first, second = ids["Bolts / Run 1"], ids["Bolts / Run 2"]
    assert main(["compare", first[:8], second, "--json", "--home", str(home)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert found.keys() == {
        "verdict",
        "pictures",
        "groups",
        "before",
        "after",
        "difference",
        "difference_low",
        "difference_high",
        "p_value",
        "more_pictures",
        "fixed",
        "broken",
        "still_wrong",
        "both_right",
        "settings",
        "corrected_labels",
    }
    assert (found["before"]["run_id"], found["after"]["run_id"]) == (first, second)
    assert (found["pictures"], found["both_right"], len(found["fixed"])) == (20, 10, 10)
    assert found["p_value"] == pytest.approx(2 / 2**10)
    assert found["fixed"][0]["actual"] == "nut"
    assert found["fixed"][0]["before"]["predicted"] == "bolt"
    assert found["corrected_labels"] is False
    assert found["settings"] == [{"setting": "Seed", "before": "0", "after": "1"}]


@pytest.mark.parametrize(
    ("runs", "reason"),
    [
        (("Run 1", "Run 2"), "2 training runs are meant by 'Run 1'. Give an id instead: "),
        (("Run 7", "Run 2"), "No training run is called 'Run 7', or has an id that begins so."),
        (("Run 2", "Run 2"), "A run cannot be compared with itself."),
        (("Run 2", "Run 3"), "Run 2 was judged on 20 pictures, Run 3 on 19; 19 are the same."),
    ],
)
def test_what_cannot_be_compared_is_bad_input(
    compared, runs: tuple[str, str], reason: str, capsys: pytest.CaptureFixture[str]
):
    home, _ = compared
    assert main(["compare", *runs, "--home", str(home)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert reason in told.err


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A workspace with a run, and one after a review had found that picture 4 is a nut; and their ids."""
    home = tmp_path_factory.mktemp("reviewed")
    with Workspace.open(Settings.from_environment({}, home=home)) as workspace:
        project = workspace.projects.create("Bolts")
        first = dataset_of(workspace, project, pictures=12)
        samples = tuple(replace(one, split=Split.TEST, excluded=False) for one in first.samples)
        first = replace(first, samples=samples)
        workspace.datasets.add(first)
        move = Edit(kind=EditKind.MOVE, pictures=(samples[4].sha256,), label="nut")
        edit = Edit(kind=EditKind.CORRECT, parts=(move,))
        right = tuple(replace(one, label="nut") if one is samples[4] else one for one in samples)
        second = replace(child_of(first, workspace, edit=edit), samples=right)
        workspace.datasets.add(second)
        said = [CLASSES.index(one.label) for one in right]
        ids = []
        for dataset, answers in ((first, [1 - said[0], *said[1:]]), (second, said)):
            judged = Predictions(
                paths=tuple(one.path for one in dataset.samples),
                sha256=tuple(one.sha256 for one in dataset.samples),
                splits=(Split.TEST,) * 12,
                labels=np.array([CLASSES.index(one.label) for one in dataset.samples]),
                probabilities=np.eye(2, dtype=np.float32)[answers],
            )
            run = workspace.runs.create(
                project.id, dataset, config=TrainConfig(), preset=None, token=dataset.id
            )
            workspace.runs.save_result(
                run.id,
                report=build_report(run.id, CLASSES, judged),
                predictions=judged,
                weights=WEIGHTS,
                preprocessing=PREPROCESSING,
            )
            workspace.runs.finish(run.id, RunStatus.DONE)
            ids.append(run.id)
    return home, ids[0], ids[1]


@pytest.mark.parametrize("newer_first", [False, True])
def test_runs_between_which_labels_were_put_right_are_judged_by_the_later_ones(
    reviewed, newer_first: bool, capsys: pytest.CaptureFixture[str]
):
    """What the page Compare tells was refused: no test picture with another label was the same."""
    home, older, newer = reviewed
    runs = (newer, older) if newer_first else (older, newer)
    assert main(["compare", *runs, "--home", str(home)]) == 0
    told = capsys.readouterr().out
    assert LATER_LABELS in told
    assert "right on 11 of 12" in told, "the older run had said already what picture 4 is"
    assert "right on 12 of 12" in told
    assert main(["compare", *runs, "--json", "--home", str(home)]) == 0
    assert json.loads(capsys.readouterr().out)["corrected_labels"] is True


def test_series_are_told(compared, monkeypatch, capsys: pytest.CaptureFixture[str]):
    home, ids = compared
    plain = Studio.compare
    monkeypatch.setattr(Studio, "compare", lambda *asked: replace(plain(*asked), groups=8))
    assert main(["compare", ids["Bolts / Run 1"], ids["Bolts / Run 2"], "--home", str(home)]) == 0
    assert "those of 8 series and single pictures." in capsys.readouterr().out


def test_several_classes_are_lists():
    before = told_several([("a", (0.9, 0.8))], "ab")
    after = told_several([("a", (0.9, 0.2))], "ab")
    one, two = (
        Contender(run_id=name, name=name, classes=("a", "b"), predictions=predictions)
        for name, predictions in (("one", before), ("two", after))
    )
    (fixed,) = comparison_of(compare(one, two))["fixed"]
    assert (fixed["actual"], fixed["before"]["predicted"], fixed["after"]["predicted"]) == (
        ["a"],
        ["a", "b"],
        ["a"],
    )
