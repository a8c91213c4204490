"""A finished run's slices and its map, in a real workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from core.data.rows import RowStore
from core.domain.config import TrainConfig
from core.domain.dataset import Split
from core.domain.errors import RunError
from core.domain.report import Predictions
from core.domain.run import JobKind, JobSnapshot, JobStatus, Run
from core.jobs.map_task import Mapper, sampled
from core.jobs.studio import Studio
from core.training.features import feature_key
from tests.jobs.made_run import ended_run
from tests.store.made import dataset_of


@pytest.fixture(scope="module")
def run_id(studio: Studio) -> str:
    """A run that takes every third picture for the other class; its features are known already."""
    project = studio.create_project("Bolts")
    workspace = studio._workspace
    dataset = dataset_of(workspace, project, pictures=60)
    workspace.datasets.add(dataset)
    predictions = answered(dataset)
    run = ended_run(studio, dataset, predictions, config=TrainConfig())
    know_features(studio, run, predictions.sha256)
    return run.id


def know_features(studio: Studio, run: Run, hashes: Sequence[str]) -> None:
    """Keep features as a training would have: the pictures themselves are no pictures."""
    spec, preprocessing = Mapper(studio._workspace, studio.settings, run, Split.TEST)._look()
    key = feature_key(spec.key, spec.weights_sha256, preprocessing)
    store = RowStore(studio._workspace.paths.cache("features") / key, row_shape=(16,), dtype=np.float32)
    store.append(hashes, np.random.default_rng(0).random((len(hashes), 16)).astype(np.float32))


def answered(dataset) -> Predictions:
    judged = [sample for sample in dataset.used() if sample.split is not Split.TRAIN]
    labels = np.array([dataset.classes.index(sample.label) for sample in judged])
    probabilities = np.full((len(judged), 2), 0.1, np.float32)
    told = np.where(np.arange(len(judged)) % 3 == 0, 1 - labels, labels)
    probabilities[np.arange(len(judged)), told] = 0.9
    return Predictions(
        paths=tuple(sample.path for sample in judged),
        sha256=tuple(sample.sha256 for sample in judged),
        splits=tuple(sample.split for sample in judged),
        labels=labels,
        probabilities=probabilities,
    )


def test_slices_know_the_run_and_its_pictures(studio, run_id):
    report = studio.slices(run_id, Split.TEST)
    scores = studio.report(run_id).test
    assert (report.pictures, report.correct) == (scores.pictures, scores.correct)


def test_the_pictures_of_a_slice_come_with_the_wrong_ones_first(studio, run_id):
    predictions = studio._workspace.runs.predictions(run_id)
    rows = [row for row, split in enumerate(predictions.splits) if split is Split.TEST][:3]
    found = studio.slice_answers(run_id, rows)
    assert {one.path for one in found} == {predictions.paths[row] for row in rows}
    assert [one.right for one in found] == sorted(one.right for one in found)
    assert studio.slice_answers(run_id, ()) == ()


def test_a_map_is_drawn_once_and_kept(studio, run_id, finish):
    assert studio.picture_map(run_id, Split.TEST) is None
    assert studio.map_under_way(run_id, Split.TEST) is None
    ended = finish(studio.draw_map(run_id, Split.TEST))
    assert (ended.kind, ended.status, ended.error) == (JobKind.MAP, JobStatus.DONE, "")
    found = studio.picture_map(run_id, Split.TEST)
    scores = studio.report(run_id).test
    assert (len(found.points), found.pictures) == (scores.pictures, scores.pictures)
    assert sum(point.right for point in found.points) == scores.correct
    assert {(point.label, point.right) for point in found.points} == {
        (one.label, one.right) for one in studio.answers(run_id, Split.TEST)
    }
    assert studio.map_under_way(run_id, Split.TEST) == ended
    assert studio.picture_map(run_id, Split.VALIDATION) is None


def test_a_damaged_map_is_drawn_again(studio, run_id, finish):
    finish(studio.draw_map(run_id, Split.TEST))
    run = studio.run(run_id)
    Mapper(studio._workspace, studio.settings, run, Split.TEST).file.write_text("{")
    assert studio.picture_map(run_id, Split.TEST) is None
    finish(studio.draw_map(run_id, Split.TEST))
    assert studio.picture_map(run_id, Split.TEST) is not None


def test_a_map_makes_way_for_a_training(studio, run_id, monkeypatch):
    """``start_run`` stops what ``_looks`` tells."""
    project = studio.run(run_id).project_id
    going = JobSnapshot(id="m", kind=JobKind.MAP, project_id=project, title="", status=JobStatus.RUNNING)
    monkeypatch.setattr(studio._runner, "snapshots", lambda: (going,))
    assert list(studio._looks()) == [going]


def test_a_backbone_that_is_not_ready_is_replaced_by_the_bundled_one(studio, run_id):
    run = studio.run(run_id)
    own = replace(run, config=replace(run.config, backbone="mobilenet_v2", image_size=96))
    assert looking(studio, own) == ("mobilenet_v2", 96)
    for config in ({"backbone": "resnet50"}, {"backbone": "mobilenet_v2", "pretrained": False}):
        other = replace(run, config=replace(run.config, **config))
        assert looking(studio, other) == ("efficientnet_lite0", 224)


def looking(studio: Studio, run: Run) -> tuple[str, int]:
    spec, preprocessing = Mapper(studio._workspace, studio.settings, run, Split.TEST)._look()
    return spec.key, preprocessing.image_size


def test_a_run_that_is_gone_is_told(studio):
    with pytest.raises(RunError, match="does not exist"):
        studio.slices("0" * 32, Split.TEST)
    with pytest.raises(RunError, match="does not exist"):
        studio.picture_map("0" * 32, Split.TEST)


def test_of_very_many_pictures_some_are_drawn_by_lot():
    names = [str(number) for number in range(50)]
    found = sampled([*names, "3"], 20)
    assert len(set(found)) == 20
    assert found == sampled(names, 20)
    assert sampled(["b", "a", "b"]) == ["b", "a"]
