"""A whole run with the bundled backbone: it learns, keeps its result, and ends in one final status."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.domain.choices import Augmentation, Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Split
from core.domain.decision import Cost
from core.domain.errors import ConfigError, DatasetError, PictureError
from core.domain.report import Answer, Doubt
from core.domain.run import JobKind, JobSnapshot, Run, RunStatus, Stage
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.jobs.train_task import train_run

Finish = Callable[[JobSnapshot], JobSnapshot]

TINY = TrainConfig(image_size=64, head_epochs=15, patience=15, augmentation=Augmentation.NONE)
TUNED = replace(TINY, fine_tune_blocks=2, fine_tune_epochs=1, augmentation=Augmentation.LIGHT)


@pytest.fixture(scope="module")
def project_id(studio: Studio, stripes: Path) -> str:
    torch.set_num_threads(1)
    project = studio.create_project("Stripes")
    job = studio.import_folder(project.id, stripes)
    for thread in list(studio._runner._threads):
        thread.join(300)
    assert studio.job(job.id) is not None
    return project.id


@pytest.fixture(scope="module")
def runs(studio: Studio, project_id: str) -> dict[str, Run]:
    """One run of the head alone and one that fine-tunes as well, both finished."""
    started = {
        name: studio.start_run(project_id, config, preset=None, token=name)
        for name, config in (("head", TINY), ("tuned", TUNED))
    }
    for thread in list(studio._runner._threads):
        thread.join(120)
    ended = {name: studio.run(run.id) for name, run in started.items()}
    return {name: run for name, run in ended.items() if run is not None}


@pytest.mark.parametrize("name", ["head", "tuned"])
def test_a_run_learns_and_is_evaluated_on_pictures_it_never_saw(
    studio: Studio, runs: dict[str, Run], name: str
):
    run = runs[name]
    assert (run.status, run.error) == (RunStatus.DONE, "")
    report = studio.report(run.id)
    assert report.test.accuracy is not None
    assert report.test.accuracy.value >= 0.75  # stripes across against stripes down
    dataset = studio.dataset_of_run(run)
    assert dataset is not None
    assert report.test.pictures == len(dataset.used(Split.TEST))
    assert report.validation.pictures == len(dataset.used(Split.VALIDATION))


@pytest.mark.parametrize("name", ["head", "tuned"])
def test_a_run_tells_a_picture_of_something_else(
    studio: Studio, runs: dict[str, Run], name: str, tmp_path: Path
):
    run = runs[name]
    noise = np.random.default_rng(0).integers(0, 256, size=(64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    known = studio.answers(run.id, Split.VALIDATION)
    answers = list(studio.answerer(run.id).answer([("noise", tmp_path / "noise.png")]))
    assert isinstance(answers[0], Answer)
    assert answers[0].path == "noise"
    assert answers[0].doubt is Doubt.UNLIKE
    assert all(answer.doubt is None for answer in known)


def test_a_wish_is_kept_with_the_run_and_changes_what_it_answers(studio: Studio, runs: dict[str, Run]):
    run = runs["head"]
    first = studio.decision(run.id)
    assert first.farthest is not None
    strict = replace(first, least_sure=1.01, most_wrong=0.01)
    studio.decide(run.id, strict)
    assert {answer.doubt for answer in studio.answers(run.id, Split.TEST)} <= set(Doubt)
    assert studio.prospect(run.id, strict).test.answered == 0
    studio.decide(run.id, studio.rule(run.id, most_wrong=None))
    assert studio.decision(run.id) == first
    assert studio.rule(run.id, most_wrong=None, unlike=False).farthest is None


def test_costs_change_the_answer(studio: Studio, runs: dict[str, Run]):
    run = runs["head"]
    classes = studio.report(run.id).classes
    dear = Cost(actual=classes[0], said=classes[1], cost=1e9)
    decision = replace(studio.decision(run.id), costs=(dear,))
    price = studio.price(run.id, decision)
    assert price is not None
    changed = studio.changed(run.id, decision)
    assert len(changed) == price.changed > 0
    assert all(answer.predicted == classes[0] and answer.label is not None for answer in changed)


def test_stages_and_epochs_are_written_down(runs: dict[str, Run]):
    first, run = runs["head"], runs["tuned"]
    assert [took.stage for took in first.stage_seconds] == [
        Stage.WEIGHTS,
        Stage.PIXELS,
        Stage.FEATURES,
        Stage.HEAD,
        Stage.EVALUATE,
    ]
    # the second run finds what the pretrained network says of every picture
    assert [took.stage for took in run.stage_seconds] == [
        Stage.WEIGHTS,
        Stage.HEAD,
        Stage.PIXELS,
        Stage.FINE_TUNE,
        Stage.EVALUATE,
    ]
    assert [row.epoch for row in run.history] == list(range(1, len(run.history) + 1))
    assert run.history[-1].stage == Stage.FINE_TUNE
    assert run.best_epoch in {row.epoch for row in run.history}
    assert {"torch", "timm"} <= {name for name, _ in run.versions}


@pytest.mark.parametrize("name", ["head", "tuned"])
def test_a_loaded_run_answers_as_its_evaluation_did(studio: Studio, runs: dict[str, Run], name: str):
    run = runs[name]
    dataset = studio.dataset_of_run(run)
    assert dataset is not None
    paths = studio._workspace.paths
    evaluated = {a.sha256: a for a in studio.answers(run.id, Split.TEST)}
    named = [(s.sha256, paths.picture(s.sha256)) for s in dataset.used(Split.TEST)]
    for answer in studio.answerer(run.id).answer(named):
        assert isinstance(answer, Answer)
        assert answer.predicted == evaluated[answer.path].predicted
        assert answer.confidence == pytest.approx(evaluated[answer.path].confidence, abs=1e-5)


def test_a_picture_that_cannot_be_read_is_named_and_the_others_answered(
    studio: Studio, runs: dict[str, Run], stripes: Path, tmp_path: Path
):
    (tmp_path / "bad.jpg").write_bytes(b"nothing")
    good = stripes / "flat" / "00.png"
    first, second = studio.answerer(runs["head"].id).answer([("bad.jpg", tmp_path / "bad.jpg"), ("ok", good)])
    assert isinstance(first, PictureError)
    assert "bad.jpg" in first.message
    assert isinstance(second, Answer)


def test_the_same_seed_gives_the_same_numbers(studio: Studio, runs: dict[str, Run], project_id: str):
    again = studio.start_run(project_id, TINY, preset=None, token="again")
    for thread in list(studio._runner._threads):
        thread.join(120)
    repeated = studio.run(again.id)
    assert repeated is not None
    assert [row.val_loss for row in repeated.history] == [row.val_loss for row in runs["head"].history]


def test_stopping_keeps_and_evaluates_the_best_epoch(studio: Studio, project_id: str):
    """The stop comes with the first word of fine-tuning, when the head has its epochs behind it."""
    dataset = studio.dataset(project_id)
    assert dataset is not None
    run = studio._workspace.runs.create(
        project_id, dataset, config=TUNED, preset=None, name="stopped", token="stopped"
    )

    class StopsWhenTuning(JobContext):
        def publish(self, progress):
            super().publish(progress)
            if progress.stage == Stage.FINE_TUNE:
                self.stop()

    context = StopsWhenTuning(JobSnapshot(id=run.id, kind=JobKind.TRAIN, project_id=project_id, title="x"))
    train_run(studio._workspace, studio.settings, run, context)
    stopped = studio.run(run.id)
    assert stopped is not None
    assert stopped.status == RunStatus.STOPPED
    assert {row.stage for row in stopped.history} == {Stage.HEAD}
    assert studio.report(run.id).test.pictures


@pytest.mark.parametrize(("closing", "status"), [(False, RunStatus.DISCARDED), (True, RunStatus.INTERRUPTED)])
def test_ended_before_the_first_epoch_there_is_nothing_to_keep(
    studio: Studio, project_id: str, closing: bool, status: RunStatus
):
    run_id = _run_with_context(studio, project_id, lambda c: c.abandon() if closing else c.stop())
    ended = studio.run(run_id)
    assert ended is not None
    assert ended.status == status
    assert ended.error


def _run_with_context(studio: Studio, project_id: str, prepare: Callable[[JobContext], None]) -> str:
    from core.domain.errors import Cancelled

    dataset = studio.dataset(project_id)
    assert dataset is not None
    token = f"ended-{len(studio.runs(project_id))}"
    run = studio._workspace.runs.create(
        project_id, dataset, config=TINY, preset=None, name="ended", token=token
    )
    context = JobContext(JobSnapshot(id=run.id, kind=JobKind.TRAIN, project_id=project_id, title="x"))
    prepare(context)
    with pytest.raises(Cancelled):
        train_run(studio._workspace, studio.settings, run, context)
    return run.id


def test_a_double_click_starts_one_run(studio: Studio, project_id: str, finish: Finish):
    before = len(studio.runs(project_id))
    first, second = (studio.start_run(project_id, TINY, preset=None, token="double") for _ in range(2))
    job = studio.job(first.id)
    assert job is not None
    finish(job)
    assert first.id == second.id
    assert len(studio.runs(project_id)) == before + 1


def test_settings_that_cannot_work_are_told_before_anything_starts(studio: Studio, project_id: str):
    before = len(studio.runs(project_id))
    with pytest.raises(ConfigError, match="Dropout is 2"):
        studio.start_run(project_id, replace(TINY, dropout=2.0), preset=None, token="wrong")
    with pytest.raises(ConfigError, match="at least 75"):
        studio.start_run(project_id, replace(TINY, backbone="inception_v3"), preset=None, token="small")
    assert len(studio.runs(project_id)) == before


def test_a_project_without_pictures_cannot_be_trained(studio: Studio):
    project = studio.create_project("Empty")
    with pytest.raises(DatasetError, match="no pictures yet"):
        studio.plan(Preset.QUICK, project.id)


def test_missing_weights_fail_the_run_with_what_to_do(
    studio: Studio, project_id: str, finish: Finish, monkeypatch: pytest.MonkeyPatch
):
    """The network guard of the tests refuses the download, as a machine without internet does."""
    from core.domain.errors import WeightsError

    def offline(*args, **kwargs):
        raise WeightsError("ResNet-18 is not on this computer.", hint="Use EfficientNet-Lite0.")

    monkeypatch.setattr("core.jobs.train_inputs.load_weights", offline)
    run = studio.start_run(project_id, replace(TINY, backbone="resnet18"), preset=None, token="offline")
    job = studio.job(run.id)
    assert job is not None
    finish(job)
    failed = studio.run(run.id)
    assert failed is not None
    assert (failed.status, failed.hint) == (RunStatus.FAILED, "Use EfficientNet-Lite0.")


def test_weights_are_kept_without_pickles(studio: Studio, runs: dict[str, Run], home: Path):
    folder = home / "runs" / runs["head"].id
    assert {path.suffix for path in folder.iterdir()} == {".json", ".parquet", ".safetensors"}
