"""The command line does what the screens do, and says it in a form that scripts can rely on."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli import main
from core.domain.config import TrainConfig
from core.domain.errors import Paused
from core.domain.run import Run, RunStatus
from core.settings import Settings
from core.sharing.settings_file import to_toml
from core.store.workspace import Workspace


@pytest.fixture(scope="module")
def stripes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes, stripes across and stripes down, in one folder."""
    folder = tmp_path_factory.mktemp("data") / "stripes"
    random = np.random.default_rng(0)
    for name in ("flat", "steep"):
        (folder / name).mkdir(parents=True)
        for number in range(12):
            wave = np.sin(np.arange(40) / 3 + random.uniform(0, 6)) * 90 + 128
            square = np.repeat(wave[:, None], 40, axis=1) + random.normal(0, 8, (40, 40))
            drawn = (square if name == "flat" else square.T).clip(0, 255).astype(np.uint8)
            Image.fromarray(drawn).save(folder / name / f"{number:02}.png")
    return folder


@pytest.fixture(scope="module")
def trained(stripes: Path, home: Path) -> dict[str, object]:
    """The object that `train --json` printed; capsys is per test, so the output is caught by hand."""
    import contextlib
    import io

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = main(
            ["train", str(stripes), "--preset", "quick", "--seed", "3", "--home", str(home), "--json"]
        )
    assert code == 0
    (line,) = printed.getvalue().splitlines()
    return json.loads(line)


def test_train_prints_one_object_with_everything_a_script_needs(trained: dict):
    assert trained["status"] == "done"
    assert trained["classes"] == ["flat", "steep"]
    assert sum(trained["counts"].values()) == 24
    assert {"head", "evaluate"} <= trained["seconds"].keys()  # the import has made the features
    for split in ("val", "test"):
        assert trained[split].keys() == {"accuracy", "accuracy_low", "accuracy_high", "macro_f1"}
        assert 0 <= trained[split]["accuracy_low"] <= trained[split]["accuracy"] <= 1
    assert sum(map(sum, trained["confusion"])) == trained["counts"]["test"]
    assert [score["name"] for score in trained["per_class"]] == ["flat", "steep"]


def test_runs_lists_the_run(trained: dict, home: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["runs", "--home", str(home), "--json"]) == 0
    run = json.loads(capsys.readouterr().out)["runs"][-1]  # the oldest
    assert run["run_id"] == trained["run_id"]
    assert (run["project"], run["status"], run["preset"]) == ("stripes", "done", "quick")


def test_resume_goes_on_with_a_run_that_was_interrupted(
    trained: dict, home: Path, capsys: pytest.CaptureFixture[str]
):
    with Workspace.open(Settings.from_environment({}, home=home)) as workspace:
        first = workspace.runs.get(trained["run_id"])
        assert first is not None
        dataset = workspace.datasets.get(first.dataset_id)
        assert dataset is not None
        left = workspace.runs.create(
            first.project_id, dataset, config=first.config, preset=first.preset, token="left"
        )
        workspace.runs.start(left.id)
        workspace.runs.end_without_result(left.id, RunStatus.INTERRUPTED, error="Closed.")
    assert main(["resume", left.id[:8], "--home", str(home), "--json"]) == 0
    resumed = json.loads(capsys.readouterr().out)
    assert (resumed["run_id"], resumed["status"]) == (left.id, "done")
    assert resumed["test"] == trained["test"]


def test_what_has_ended_is_not_resumed(trained: dict, home: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["resume", trained["run_id"], "--home", str(home)]) == 1
    assert "'Run 1' cannot go on: it is done." in capsys.readouterr().err


def test_a_run_that_is_paused_on_the_way_tells_how_to_go_on(
    trained: dict, stripes: Path, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch
):
    def full(workspace: Workspace, settings: Settings, run: Run, context: object) -> None:
        workspace.runs.pause(run.id, reason="The disk is full.", hint="Free some space.")
        raise Paused("The disk is full.", hint="Free some space.")

    monkeypatch.setattr("core.jobs.training_desk.train_run", full)
    assert main(["train", str(stripes), "--preset", "quick", "--home", str(home)]) == 1
    told = capsys.readouterr().err.splitlines()[-1]
    assert "The disk is full. Free some space. Go on with: sightsmith resume " in told


def test_predict_answers_for_one_picture_by_the_beginning_of_the_id(
    trained: dict, home: Path, stripes: Path, capsys: pytest.CaptureFixture[str]
):
    picture = stripes / "flat" / "03.png"
    assert main(["predict", trained["run_id"][:6], str(picture), "--home", str(home), "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)["answers"]
    assert answer["path"] == "03.png"
    assert answer["predicted"] in ("flat", "steep")
    assert answer["named"] is None
    assert 0.5 <= answer["confidence"] <= 1


def test_predict_writes_a_table_for_a_folder_and_names_what_it_left_out(
    trained: dict, home: Path, stripes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "=1+1.png").write_bytes((stripes / "flat" / "00.png").read_bytes())
    (folder / "broken.png").write_bytes(b"nothing")
    table = tmp_path / "answers.csv"
    assert main(["predict", trained["run_id"], str(folder), "--home", str(home), "--csv", str(table)]) == 0
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert [row["picture"] for row in rows] == ["'=1+1.png"]
    assert "broken.png" in capsys.readouterr().err


def test_a_package_is_asked_where_a_run_is(
    trained: dict, home: Path, stripes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    package = tmp_path / "stripes.sightsmith"
    assert main(["pack", trained["run_id"], "-o", str(package), "--home", str(home), "--json"]) == 0
    packed = json.loads(capsys.readouterr().out)
    assert (packed["file"], packed["bytes"]) == (str(package), package.stat().st_size)
    answers = []
    for asked in (trained["run_id"], str(package)):
        elsewhere = tmp_path / "elsewhere" if asked == str(package) else home
        assert main(["predict", asked, str(stripes / "flat"), "--home", str(elsewhere), "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out)["answers"])
    assert answers[0] == answers[1]


def test_a_damaged_package_exits_with_two(
    home: Path, stripes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    package = tmp_path / "cut.sightsmith"
    package.write_bytes(b"PK")
    assert main(["predict", str(package), str(stripes / "flat"), "--home", str(home)]) == 2
    assert "no model package" in capsys.readouterr().err


def test_model_export_tells_its_certificate(
    trained: dict, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    target = tmp_path / "stripes.zip"
    arguments = ["model-export", trained["run_id"], "--as", "onnx", "-o", str(target)]
    assert main([*arguments, "--home", str(home), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bytes"] == target.stat().st_size
    certificate = told["certificate"]
    assert (certificate["kind"], certificate["holds"], certificate["differing"]) == ("onnx", True, [])
    assert certificate["agreement"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["train", "/no/such/folder"], "There is no file or folder"),
        (["train", "sample:digits", "--backbone", "efficientnet_light0"], "efficientnet_lite0"),
        (["predict", "feedbeef", "/no/such/picture.png"], "There is no file or folder"),
        (["predict", "/no/such.sightsmith", "."], "There is no file /no/such.sightsmith"),
    ],
)
def test_bad_input_exits_with_two_and_one_line(
    arguments: list[str], reason: str, home: Path, capsys: pytest.CaptureFixture[str]
):
    assert main([*arguments, "--home", str(home)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert reason in told.err.splitlines()[-1]


def test_an_unknown_run_is_bad_input(home: Path, stripes: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["predict", "ffff0000", str(stripes), "--home", str(home)]) == 2
    assert "No training run is called 'ffff0000', or has an id that begins so." in capsys.readouterr().err


def test_a_workspace_that_cannot_be_used_exits_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "file").write_text("not a folder")
    assert main(["runs", "--home", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.startswith("sightsmith: ")


def test_train_takes_settings_from_a_file(stripes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "slow.toml"
    file.write_text(to_toml(TrainConfig(image_size=64, head_penalty=5.0, seed=4)), encoding="utf-8")
    arguments = ["train", str(stripes), "--config", str(file), "--home", str(tmp_path / "home"), "--json"]
    assert main(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    with Workspace.open(Settings(home=tmp_path / "home", weights=tmp_path)) as workspace:
        run = workspace.runs.get(told["run_id"])
    assert run is not None
    assert (run.config.image_size, run.config.head_penalty, run.config.seed) == (64, 5.0, 4)
    assert run.preset is None


@pytest.mark.parametrize(
    ("text", "more", "reason"),
    [
        ("image_size = 3", [], "Picture size is 3; the least is 64."),
        ("seed = 1", ["--preset", "quick"], "--config brings the preset and the backbone along."),
        (None, [], "cannot be read as a text file"),
    ],
)
def test_settings_that_cannot_be_used_are_told_before_anything_is_imported(
    text: str | None, more: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "settings.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    home = tmp_path / "home"
    assert main(["train", "sample:digits", "--config", str(file), *more, "--home", str(home)]) == 2
    assert reason in capsys.readouterr().err
    assert not home.exists()
