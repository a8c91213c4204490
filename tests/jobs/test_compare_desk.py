"""Runs side by side: what the studio tells of two, of all, and what people may write about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.edit import Edit, EditKind
from core.domain.errors import DatasetError, RunError, StoreError
from core.domain.report import Predictions
from core.domain.run import Run, RunStatus, Stage, StageSeconds
from core.evaluation.curves import MACRO, MICRO
from core.evaluation.report import build_report
from core.jobs.studio import Studio
from core.settings import Settings
from tests.evaluation.made import answered, drawn_several
from tests.store.made import CLASSES, PREPROCESSING, WEIGHTS, child_of, dataset_of

Ended = Callable[..., Run]
HALF = [(0, 0), (0, 1), (1, 0), (1, 1)] * 5
ALL = [(0, 0), (0, 0), (1, 1), (1, 1)] * 5


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    opened = Studio.open(Settings(home=tmp_path / "home", weights=tmp_path / "weights"))
    yield opened
    opened.close()


@pytest.fixture
def dataset(studio: Studio) -> Dataset:
    project = studio.create_project("Bolts")
    made = dataset_of(studio._workspace, project)
    studio._workspace.datasets.add(made)
    return made


@pytest.fixture
def ended(studio: Studio, dataset: Dataset) -> Ended:
    """Make a run that has ended with these answers."""

    def make(
        predictions: Predictions,
        *,
        pictures: Dataset = dataset,
        classes: tuple[str, ...] = CLASSES,
        **settings: object,
    ) -> Run:
        runs = studio._workspace.runs
        run = runs.create(
            pictures.project_id,
            pictures,
            config=replace(TrainConfig(), **settings),
            preset=Preset.QUICK,
            token=str(len(runs.of_project(pictures.project_id))),
        )
        runs.start(run.id)
        runs.save_result(
            run.id,
            report=build_report(run.id, classes, predictions),
            predictions=predictions,
            weights=WEIGHTS,
            preprocessing=PREPROCESSING,
        )
        took = (StageSeconds(stage=Stage.HEAD, seconds=2.5), StageSeconds(stage=Stage.EVALUATE, seconds=1.5))
        runs.finish(run.id, RunStatus.DONE, stage_seconds=took)
        return run

    return make


def test_two_runs_are_compared_with_their_names_and_settings(studio: Studio, ended: Ended) -> None:
    first, second = ended(answered(HALF, 2)), ended(answered(ALL, 2), seed=4, dropout=0.5)
    found = studio.compare(first.id, second.id)
    assert (found.before.name, found.after.name) == ("Run 1", "Run 2")
    assert (found.before.roc, found.after.roc) == (None, None)
    assert (len(found.fixed), len(found.broken), found.pictures) == (10, 0, 20)
    assert [(one.title, one.before, one.after) for one in found.settings] == [
        ("Dropout", "0.2", "0.5"),
        ("Seed", "0", "4"),
    ]


def test_other_pictures_to_learn_from_are_told_before_the_settings(
    studio: Studio, dataset: Dataset, ended: Ended
) -> None:
    later = child_of(dataset, studio._workspace)
    studio._workspace.datasets.add(later)
    first, second = ended(answered(HALF, 2)), ended(answered(ALL, 2), pictures=later)
    (change,) = studio.compare(first.id, second.id).settings
    assert (change.title, change.before, change.after) == (
        "Version of the pictures",
        "version 1",
        "version 2",
    )


def test_renamed_classes_are_compared_by_their_newer_names(
    studio: Studio, dataset: Dataset, ended: Ended
) -> None:
    """A typo mended in one class's name, and the two runs did “not tell the same classes apart”."""
    rename = Edit(kind=EditKind.RENAME, classes=("nut",), label="hexnut")
    later = replace(child_of(dataset, studio._workspace, edit=rename), classes=("bolt", "hexnut"))
    studio._workspace.datasets.add(later)
    first = ended(answered(HALF, 2))
    second = ended(answered(ALL, 2), pictures=later, classes=later.classes)
    for pair, fixed in (((first, second), 10), ((second, first), 0)):
        found = studio.compare(*(run.id for run in pair))
        assert (found.classes, len(found.fixed), found.pictures) == (("bolt", "hexnut"), fixed, 20)
        assert [one.roc[1].name for one in (found.before, found.after)] == ["hexnut", "hexnut"]
    assert [line.comparable for line in studio.leaderboard(dataset.project_id)] == [True, True]
    studio.undo(dataset.project_id)
    assert [line.comparable for line in studio.leaderboard(dataset.project_id)] == [True, True]


def test_merged_classes_are_one_in_both_runs(studio: Studio, dataset: Dataset, ended: Ended) -> None:
    """The older run told nuts from hexnuts, which counts no more; its place in the list is not comparable."""
    merge = Edit(kind=EditKind.MERGE, classes=("nut", "hexnut"), label="nut")
    later = child_of(dataset, studio._workspace, edit=merge)
    studio._workspace.datasets.add(later)
    nuts_taken_for_hexnuts = [(0, 0), (1, 2), (2, 1), (1, 0)] * 5
    first = ended(answered(nuts_taken_for_hexnuts, 3), classes=("bolt", "nut", "hexnut"))
    second = ended(answered([(0, 0), (1, 1), (1, 1), (1, 1)] * 5, 2), pictures=later)
    for pair in ((first, second), (second, first)):
        found = studio.compare(*(run.id for run in pair))
        assert (found.classes, len(found.fixed) + len(found.broken), len(found.both_right)) == (
            CLASSES,
            5,
            15,
        )
    assert [line.comparable for line in studio.leaderboard(dataset.project_id)] == [True, False]


def judged(dataset: Dataset, said: Mapping[int, str]) -> Predictions:
    """Return right answers to all pictures of a data set, but for those that are told by their place."""
    labels = [one.label for one in dataset.samples]
    answers = [said.get(place, label) for place, label in enumerate(labels)]
    pairs = [tuple(map(dataset.classes.index, pair)) for pair in zip(labels, answers, strict=True)]
    hashes = tuple(one.sha256 for one in dataset.samples)
    return replace(answered(pairs, len(dataset.classes)), sha256=hashes)


def relabelled(dataset: Dataset, labels: Mapping[int, str], version: Dataset) -> Dataset:
    """Return ``version`` with the pictures of ``dataset``, of which these have other labels."""
    samples = tuple(
        replace(one, label=labels.get(place, one.label)) for place, one in enumerate(dataset.samples)
    )
    return replace(version, samples=samples, classes=tuple(sorted({one.label for one in samples})))


def test_whichever_run_is_the_second_both_are_judged_by_the_newer_labels(
    studio: Studio, ended: Ended
) -> None:
    """With the run on older pictures as the second, both were judged by the older labels, told as the newer.

    Picture 4 really was a nut, which the first run said already; nuts were renamed before it was corrected.
    """
    workspace = studio._workspace
    first = replace(dataset_of(workspace, studio.create_project("Nuts"), pictures=12), split_check=None)
    first = replace(first, samples=tuple(replace(one, excluded=False) for one in first.samples))
    workspace.datasets.add(first)
    rename = Edit(kind=EditKind.RENAME, classes=("nut",), label="hexnut")
    second = relabelled(
        first, dict.fromkeys(range(1, 12, 2), "hexnut"), child_of(first, workspace, edit=rename)
    )
    workspace.datasets.add(second)
    fourth = first.samples[4].sha256
    move = Edit(kind=EditKind.MOVE, pictures=(fourth,), label="hexnut")
    correct = Edit(kind=EditKind.CORRECT, parts=(move,))
    third = relabelled(second, {4: "hexnut"}, child_of(second, workspace, edit=correct))
    workspace.datasets.add(third)
    older = ended(judged(first, {4: "nut", 6: "nut"}), pictures=first)
    newer = ended(judged(third, {4: "bolt"}), pictures=third, classes=third.classes)
    found = studio.compare_corrected(older.id, newer.id)
    assert (found.before.correct, found.after.correct, found.classes) == (11, 11, ("bolt", "hexnut"))
    for one, run, pairs in ((found.before, older, 4 * 7 + 3), (found.after, newer, 5 * 7 - 2)):
        assert [curve.name for curve in one.roc] == ["bolt", "hexnut", MACRO, MICRO]
        assert one.roc[0].auc == pytest.approx(pairs / 35)  # of 5 bolts and 7 hexnuts
        assert (one.roc[0].auc == pytest.approx(studio.report(run.id).test.roc[0].auc)) == (run is newer)
    assert [one.after.sha256 for one in found.broken] == [fourth]
    found = studio.compare_corrected(newer.id, older.id)
    assert (found.before.correct, found.after.correct) == (11, 11)
    assert [one.after.sha256 for one in found.fixed] == [fourth]


def test_what_cannot_be_compared_is_refused(studio: Studio, dataset: Dataset, ended: Ended) -> None:
    first, second = ended(answered(HALF, 2)), ended(answered(ALL[:-1], 2))
    with pytest.raises(DatasetError, match="Run 1 was judged on 20 pictures, Run 2 on 19; 19 are the same"):
        studio.compare(first.id, second.id)
    with pytest.raises(RunError, match="cannot be compared with itself"):
        studio.compare(first.id, first.id)
    with pytest.raises(RunError, match="does not exist any more"):
        studio.compare(first.id, "gone")
    waiting = studio._workspace.runs.create(
        dataset.project_id, dataset, config=TrainConfig(), preset=None, token="waiting"
    )
    with pytest.raises(RunError, match="'Run 3' has no result: it is queued"):
        studio.compare(first.id, waiting.id)


def test_the_leaderboard_begins_with_the_best(studio: Studio, dataset: Dataset, ended: Ended) -> None:
    ended(answered(HALF, 2))
    ended(answered(ALL, 2), backbone="resnet18")
    ended(answered([*ALL[:-1], (1, 0)], 2))
    board = studio.leaderboard(dataset.project_id)
    assert [(line.name, line.pictures, line.comparable) for line in board] == [
        ("Run 2", 20, True),
        ("Run 3", 20, True),
        ("Run 1", 20, True),
    ]
    best = board[0]
    assert (best.backbone, best.preset, best.seconds) == ("resnet18", Preset.QUICK, 4.0)
    assert best.accuracy is not None
    assert (best.accuracy.value, best.macro_f1, best.several) == (1.0, 1.0, False)


def test_other_test_pictures_are_not_comparable_with_the_best(
    studio: Studio, dataset: Dataset, ended: Ended
) -> None:
    ended(answered(HALF, 2))
    ended(answered(ALL[:4], 2))
    ended(answered(HALF[:4], 2))
    board = studio.leaderboard(dataset.project_id)
    assert [(line.name, line.comparable) for line in board] == [
        ("Run 2", True),
        ("Run 3", True),
        ("Run 1", False),
    ]
    ended(drawn_several(30, 2, skill=9.0))
    assert [line.several for line in studio.leaderboard(dataset.project_id)].count(True) == 1


def test_equally_good_runs_come_newest_first(studio: Studio, dataset: Dataset, ended: Ended) -> None:
    for _ in range(3):
        ended(answered(ALL, 2))
    assert [line.name for line in studio.leaderboard(dataset.project_id)] == ["Run 3", "Run 2", "Run 1"]


def test_a_damaged_result_comes_last_and_breaks_nothing(
    studio: Studio, dataset: Dataset, ended: Ended
) -> None:
    ended(answered(HALF, 2))
    broken = ended(answered(ALL, 2))
    file = studio._workspace.paths.run(broken.id) / "predictions.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    board = studio.leaderboard(dataset.project_id)
    assert [(line.name, line.accuracy is None, line.comparable) for line in board] == [
        ("Run 1", False, True),
        ("Run 2", True, False),
    ]
    with pytest.raises(StoreError, match="damaged"):
        studio.compare(board[0].run_id, broken.id)


def test_a_project_without_results_has_an_empty_leaderboard(studio: Studio, dataset: Dataset) -> None:
    assert studio.leaderboard(dataset.project_id) == ()


def test_a_name_a_note_and_a_star_are_seen_at_once(studio: Studio, dataset: Dataset, ended: Ended) -> None:
    run = ended(answered(ALL, 2))
    studio.leaderboard(dataset.project_id)
    studio.rename_run(run.id, "With the new lamp")
    studio.note_run(run.id, "Ben took these.")
    studio.star_run(run.id, True)
    (line,) = studio.leaderboard(dataset.project_id)
    assert (line.name, line.note, line.starred) == ("With the new lamp", "Ben took these.", True)
    assert line.created_at - run.created_at < timedelta(seconds=1)
