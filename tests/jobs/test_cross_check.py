"""Every picture of a finished run is judged once, by a model that has not seen it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.data.folds import in_turn
from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from core.domain.dataset import Split
from core.domain.errors import Cancelled, RunError
from core.domain.run import JobSnapshot, JobStatus, Progress, Run, RunStatus, Stage
from core.domain.slices import Origin, Trait
from core.jobs import fine_tuning
from core.jobs.cross_check import NAME, _TurnContext
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.training.tuning import Workplace

Finish = Callable[[JobSnapshot], JobSnapshot]

TINY = TrainConfig(image_size=64, augmentation=Augmentation.NONE)
TUNED = replace(TINY, fine_tune_blocks=1, fine_tune_epochs=1)


@pytest.fixture(scope="module")
def project_id(studio: Studio, stripes: Path) -> str:
    torch.set_num_threads(1)
    project = studio.create_project("Stripes in turn")
    studio.import_folder(project.id, stripes)
    for thread in list(studio._runner._threads):
        thread.join(120)
    return project.id


def trained(studio: Studio, project_id: str, config: TrainConfig) -> Run:
    started = studio.start_run(project_id, config, preset=None, token=f"{project_id} {config}")
    for thread in list(studio._runner._threads):
        thread.join(120)
    run = studio.run(started.id)
    assert run is not None
    assert run.status is RunStatus.DONE, run.error
    return run


@pytest.mark.parametrize("config", [TINY, TUNED], ids=["head", "tuned"])
def test_every_picture_is_judged_once_and_the_run_stays_as_it_is(
    studio: Studio, finish: Finish, project_id: str, config: TrainConfig
):
    run = trained(studio, project_id, config)
    before, weights = studio.report(run.id), studio._workspace.runs.weights(run.id)
    job = finish(studio.cross_check(run.id))
    assert job.status is JobStatus.DONE, job.error
    (test,) = studio.further_tests(run.id)
    dataset = studio.dataset_of_run(run)
    assert dataset is not None
    assert test.name == NAME
    assert test.turns == len(in_turn(dataset.used(), seed=run.config.seed)) > 2
    assert sorted(a.sha256 for a in studio.answers(run.id, Split.TEST, test=test.id)) == sorted(
        sample.sha256 for sample in dataset.used()
    )
    found = studio.report(run.id, test=test.id).test
    assert found.pictures == len(dataset.used())
    assert found.accuracy is not None
    assert found.accuracy.value > 0.7  # stripes across against stripes down
    assert studio.report(run.id) == before
    assert studio._workspace.runs.weights(run.id) == weights
    assert studio.run(run.id) == run
    studio.delete_further_test(test.id)
    assert studio.picture(dataset.samples[0].sha256)


def test_an_unknown_run_is_told(studio: Studio):
    with pytest.raises(RunError):
        studio.cross_check("none")


def test_two_checks_of_one_run_at_once_keep_their_activations_apart(
    studio: Studio, project_id: str, monkeypatch: pytest.MonkeyPatch
):
    """They were named after the run: each wrote into what the other one learnt from."""
    run = trained(studio, project_id, TUNED)
    meant = threading.Barrier(2, timeout=60)
    files: list[Path] = []

    def begin(_material: object, _pixels: object, place: Workplace, **_how: object) -> None:
        files.append(place.file)
        meant.wait()  # both are under way
        raise Cancelled

    monkeypatch.setattr(fine_tuning, "tune", begin)
    jobs = [studio.cross_check(run.id) for _ in range(2)]
    for thread in list(studio._runner._threads):
        thread.join(120)
    assert {studio.job(job.id).status for job in jobs} == {JobStatus.STOPPED}
    assert len(set(files)) == 2


def test_progress_is_that_of_all_turns():
    whole = JobContext(JobSnapshot(id="j", kind="test", project_id="p", title="t"))
    turn = _TurnContext(whole, 2, of=4)
    turn.publish(Progress(stage=Stage.HEAD, share=0.5, seconds_left=10.0))
    progress = whole.snapshot.progress
    assert progress is not None
    assert progress.share == pytest.approx(2.5 / 4)
    assert progress.seconds_left == pytest.approx(10 + 20)  # the rest of this turn, and one more
    whole.stop()
    assert turn.stopped()
    assert turn.discarded()
    assert not turn.paused()


def test_series_count_as_one_over_all_turns(studio: Studio, finish: Finish, project_id: str):
    run = trained(studio, project_id, TINY)
    job = finish(studio.cross_check(run.id))
    predictions = studio._workspace.further_tests.predictions(run.id, job.id)
    dataset = studio.dataset_of_run(run)
    assert dataset is not None
    series = {sample.path: sample.group for sample in dataset.used()}
    if any(series.values()):
        assert predictions.groups is not None
        assert len(np.unique(predictions.groups)) == len({g or p for p, g in series.items()})
    else:
        assert predictions.groups is None


HOSPITAL = Origin(trait=Trait.COLUMN, column="hospital")


@pytest.fixture(scope="module")
def from_three_hospitals(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two classes from three hospitals, and one that only a single hospital has; none alike."""
    folder, random = tmp_path_factory.mktemp("hospitals") / "pictures", np.random.default_rng(0)
    lines = ["file,class,hospital"]
    for label, tint, pictures in (("red", (1, 0.3, 0.3), 12), ("blue", (0.3, 0.3, 1), 12), ("grey", 1, 4)):
        (folder / label).mkdir(parents=True)
        for number in range(pictures):
            patches = (random.uniform(40, 255, (8, 8, 1)) * np.ones(3) * tint).astype(np.uint8)
            Image.fromarray(patches).resize((48, 48), Image.Resampling.NEAREST).save(
                folder / label / f"{number}.png"
            )
            place = "Linz" if label == "grey" else ("Brno", "Graz", "Linz")[number % 3]
            lines.append(f"{label}/{number}.png,{label},{place}")
    table = folder.parent / "labels.csv"
    table.write_text("\n".join(lines))
    project = studio.create_project("Three hospitals")
    studio.import_folder(project.id, folder, labels=table)
    for thread in list(studio._runner._threads):
        thread.join(120)
    return project.id


def test_each_hospital_is_judged_by_models_that_have_not_met_it(
    studio: Studio, finish: Finish, from_three_hospitals: str
):
    run = trained(studio, from_three_hospitals, TINY)
    (choice,) = (one for one in studio.origins(run.id) if one.origin == HOSPITAL)
    assert choice.kinds == 3
    job = finish(studio.cross_check(run.id, unseen=HOSPITAL))
    assert job.status is JobStatus.DONE, job.error
    (test,) = studio.further_tests(run.id)
    assert (test.name, test.unseen, test.origins) == ("Each “hospital” unseen", HOSPITAL, 3)
    assert not test.in_turn
    assert test.pictures == 24  # of the class that one hospital has, nobody else could tell
    assert {file.split("/")[-2] for file, _ in test.left_out} == {"grey"}
    assert test.reasons == {
        "No other “hospital” shows its class, or only in pictures that are nearly the same (Linz).": 4
    }
    predictions = studio._workspace.further_tests.predictions(run.id, job.id)
    assert len(np.unique(predictions.groups)) == 3
    slices = studio.by_origin(run.id, job.id)
    assert {one.value: one.pictures for one in slices} == {"Brno": 8, "Graz": 8, "Linz": 8}
    assert sum(one.correct for one in slices) == studio.report(run.id, test=job.id).test.correct
    assert [one.correct for one in slices] == sorted(one.correct for one in slices)
    assert studio.slices(run.id, Split.TEST, test=job.id).pictures == 24
    studio.delete_further_test(test.id)
    assert studio.by_origin(run.id, "") == ()


def test_what_cannot_be_judged_unseen_is_told(studio: Studio, finish: Finish, project_id: str):
    run = trained(studio, project_id, TINY)
    assert studio.origins(run.id) == ()
    job = finish(studio.cross_check(run.id, unseen=Origin(trait=Trait.CAMERA)))
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert "each class needs pictures of two kinds of camera" in job.error
