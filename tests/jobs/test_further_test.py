"""A finished run is judged on more pictures, beside its own result; what cannot judge is told."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.domain.choices import Augmentation
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Split
from core.domain.errors import Cancelled, RunError, StoreError
from core.domain.further_test import LEARNT_FROM, NEARLY_LEARNT
from core.domain.run import JobKind, JobSnapshot, JobStatus, Progress, Run, RunStatus, Stage
from core.jobs.further_test_task import SEVERAL_CLASSES, TestOrder, further_test
from core.jobs.import_task import from_folder
from core.jobs.runner import JobContext
from core.jobs.studio import Studio
from core.store.workspace import Workspace
from tests.jobs.conftest import draw_folder

Finish = Callable[[JobSnapshot], JobSnapshot]

TINY = TrainConfig(image_size=64, head_epochs=15, patience=15, augmentation=Augmentation.NONE)
TUNED = TrainConfig(
    image_size=64, head_epochs=5, patience=5, fine_tune_blocks=1, fine_tune_epochs=1, augmentation="none"
)


def finished(studio: Studio, project_id: str, config: TrainConfig) -> Run:
    started = studio.start_run(project_id, config, preset=None, token=f"{project_id} {config}")
    for thread in list(studio._runner._threads):
        thread.join(120)
    run = studio.run(started.id)
    assert run is not None
    assert run.status is RunStatus.DONE, run.error
    return run


@pytest.fixture(scope="module")
def project_id(studio: Studio, stripes: Path) -> str:
    torch.set_num_threads(1)
    project = studio.create_project("Stripes")
    studio.import_folder(project.id, stripes)
    for thread in list(studio._runner._threads):
        thread.join(120)
    return project.id


@pytest.fixture(scope="module")
def dataset(studio: Studio, project_id: str) -> Dataset:
    found = studio.dataset(project_id)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def run(studio: Studio, project_id: str) -> Run:
    return finished(studio, project_id, TINY)


@pytest.fixture
def more(tmp_path: Path) -> Path:
    """Eight new pictures, of wider stripes; the classes spelt a little differently."""
    random = np.random.default_rng(7)
    folder = tmp_path / "more"
    for name, axis in (("Flat", 0), ("STEEP", 1)):
        (folder / name).mkdir(parents=True)
        for number in range(4):
            wave = np.sin(np.arange(40) / 5 + random.uniform(0, 6)) * 90 + 128
            square = np.repeat(wave[:, None], 40, axis=1) + random.normal(0, 8, (40, 40))
            drawn = (square if axis == 0 else square.T).clip(0, 255).astype(np.uint8)
            Image.fromarray(drawn).convert("RGB").save(folder / name / f"new {number}.png")
    return folder


def kept(studio: Studio) -> set[str]:
    return {path.name for path in studio._workspace.paths.pictures.rglob("*") if len(path.name) == 64}


def workspace_of(studio: Studio) -> Workspace:
    return studio._workspace


def test_new_pictures_are_judged_beside_the_first_result(
    studio: Studio, finish: Finish, run: Run, more: Path
):
    own = studio.report(run.id)
    job = finish(studio.test_further(run.id, more))
    assert (job.kind, job.status, job.error) == (JobKind.TEST, JobStatus.DONE, "")
    assert job.title == "Run 1 on more"
    assert studio.report(run.id) == own
    test = studio.further_test(job.id)
    assert test is not None
    assert studio.further_tests(run.id) == (test,)
    assert (test.name, test.pictures, test.left_out, test.unknown_classes) == ("more", 8, (), ())
    report = studio.report(run.id, test=test.id)
    assert report.classes == own.classes
    assert (report.test.pictures, report.validation.pictures) == (8, 0)
    assert [one.support for one in report.test.per_class] == [4, 4]
    answers = studio.answers(run.id, Split.TEST, test=test.id)
    assert sum(answer.right for answer in answers) == report.test.correct
    assert len(studio.mistakes(run.id, test=test.id)) == 8 - report.test.correct
    assert studio.picture(answers[0].sha256) == (more / answers[0].path).read_bytes()
    assert studio.facts_of(answers[0].sha256) is not None
    studio.delete_further_test(test.id)
    assert studio.further_tests(run.id) == ()
    with pytest.raises(StoreError):
        studio.picture(answers[0].sha256)


@pytest.mark.parametrize("config", [TINY, TUNED], ids=["head", "tuned"])
def test_answers_are_bit_for_bit_those_of_the_runs_own_evaluation(
    studio: Studio, project_id: str, config: TrainConfig
):
    judged = finished(studio, project_id, config)
    predictions = workspace_of(studio).runs.predictions(judged.id)
    places = [(sha, workspace_of(studio).paths.picture(sha)) for sha in predictions.sha256]
    found = studio.answerer(judged.id).seen(places)
    assert found.probabilities.dtype == np.float32
    assert np.array_equal(found.probabilities, predictions.probabilities)
    assert found.strangeness is not None
    assert predictions.strangeness is not None
    assert found.strangeness == pytest.approx(predictions.strangeness, abs=1e-6)


def test_pictures_judged_before_may_judge_again_but_not_those_that_were_learnt_from(
    studio: Studio, finish: Finish, run: Run, dataset: Dataset, stripes: Path
):
    job = finish(studio.test_further(run.id, stripes))
    assert job.status == JobStatus.DONE, job.error
    test = studio.further_test(job.id)
    assert test is not None
    learnt = {s.path for s in (*dataset.used(Split.TRAIN), *dataset.used(Split.VALIDATION))}
    assert dict(test.left_out) == dict.fromkeys(learnt, LEARNT_FROM)
    assert (test.learnt_from, test.reasons) == (len(learnt), {})
    own, further = studio.report(run.id).test, studio.report(run.id, test=test.id).test
    assert further == own
    studio.delete_further_test(test.id)
    assert kept(studio) == {sample.sha256 for sample in dataset.samples}


def test_a_picture_that_was_learnt_from_judges_nothing_after_a_messenger_has_sent_it(
    studio: Studio, finish: Finish, run: Run, dataset: Dataset, more: Path, stripes: Path
):
    """Saved again in another size it has other bytes: it counted as a new picture, answered rightly."""
    learnt = Image.open(stripes / dataset.used(Split.TRAIN)[0].path)
    learnt.resize((80, 80)).save(more / "Flat" / "sent.jpg", quality=85)
    before = kept(studio)
    job = finish(studio.test_further(run.id, more))
    test = studio.further_test(job.id)
    assert test is not None, job.error
    assert (test.pictures, test.left_out) == (8, (("Flat/sent.jpg", NEARLY_LEARNT),))
    assert test.reasons == {NEARLY_LEARNT: 1}
    assert len(kept(studio) - before) == 8  # what judges nothing is not kept
    studio.delete_further_test(test.id)
    alone = more.parent / "alone"
    (alone / "flat").mkdir(parents=True)
    shutil.copy(more / "Flat" / "sent.jpg", alone / "flat")
    job = finish(studio.test_further(run.id, alone))
    assert job.error.startswith("1 picture was learnt from, or nearly the same as one that was, and no other")
    assert kept(studio) == before


def test_a_zip_tells_every_file_that_was_left_out(
    studio: Studio, finish: Finish, run: Run, dataset: Dataset, more: Path, stripes: Path
):
    learnt = dataset.used(Split.TRAIN)[0].path
    shutil.copy(stripes / learnt, more / "Flat" / "learnt.png")
    shutil.copy(more / "Flat" / "new 0.png", more / "Flat" / "new 0 copy.png")
    (more / "STEEP" / "broken.png").write_bytes((more / "STEEP" / "new 0.png").read_bytes()[:90])
    (more / "owl").mkdir()
    shutil.copy(more / "STEEP" / "new 1.png", more / "owl" / "owl.png")
    (more / "notes.txt").write_text("taken in spring")
    archive = studio.staging() / "upload.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(more.rglob("*")):
            packed.write(path, path.relative_to(more))
    job = finish(studio.test_further(run.id, archive, name="more.zip"))
    assert job.status == JobStatus.DONE, job.error
    assert not archive.parent.exists()
    test = studio.further_test(job.id)
    assert test is not None
    reasons = dict(test.left_out)
    assert (test.name, test.pictures, test.unknown_classes) == ("more.zip", 8, ("owl",))
    assert reasons["Flat/learnt.png"] == LEARNT_FROM
    assert reasons["owl/owl.png"] == "The run does not know the class “owl”."
    assert reasons["Flat/new 0.png"] == "The same picture stands there once more: it is judged once."
    assert reasons["STEEP/broken.png"]
    assert reasons["notes.txt"] == "No pictures, by their names."
    assert len(reasons) == 5
    studio.delete_further_test(test.id)


def test_a_table_of_labels_may_name_the_classes(studio: Studio, finish: Finish, run: Run, more: Path):
    folder = more.parent / "by table"
    folder.mkdir()
    rows = ["file,classes,site"]
    for number, path in enumerate(sorted(more.rglob("*.png"))):
        shutil.copy(path, folder / f"{number}.png")
        rows.append(f"{number}.png,{'flat|steep' if number == 0 else path.parent.name.lower()},x{number}")
    (folder / "labels.csv").write_text("\n".join(rows))
    job = finish(studio.test_further(run.id, folder))
    test = studio.further_test(job.id)
    assert test is not None
    assert (test.pictures, test.left_out) == (7, (("0.png", SEVERAL_CLASSES),))
    kept = workspace_of(studio).further_tests.samples(run.id, test.id)
    assert [sample.columns for sample in kept] == [(("site", f"x{number}"),) for number in range(1, 8)]
    found = studio.slices(run.id, Split.TEST, test=test.id)
    assert (found.pictures, found.correct) == (7, studio.report(run.id, test=test.id).test.correct)
    finish(studio.draw_map(run.id, Split.TEST, test=test.id))
    drawn = studio.picture_map(run.id, Split.TEST, test=test.id)
    assert drawn is not None
    assert sorted(point.path for point in drawn.points) == [f"{number}.png" for number in range(1, 8)]
    studio.delete_further_test(test.id)


def test_where_no_picture_is_left_the_reason_is_told(
    studio: Studio, finish: Finish, run: Run, dataset: Dataset, more: Path, stripes: Path
):
    (more / "Flat").rename(more / "owl")
    (more / "STEEP").rename(more / "bat")
    job = finish(studio.test_further(run.id, more))
    assert (job.status, job.error) == (JobStatus.FAILED, "The run knows none of the classes “bat”, “owl”.")
    assert job.hint.startswith("The run knows “flat”, “steep”")
    old = more.parent / "old"
    for sample in dataset.used(Split.TRAIN):
        (old / sample.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(stripes / sample.path, old / sample.path)
    job = finish(studio.test_further(run.id, old))
    assert job.status == JobStatus.FAILED
    assert "were learnt from, and no other is left" in job.error
    for path in [path for path in old.rglob("*") if path.is_file()][1:]:
        path.unlink()
    job = finish(studio.test_further(run.id, old))
    assert job.error == "1 picture was learnt from, and no other is left to judge the run on."
    assert studio.further_tests(run.id) == ()


class Stops(JobContext):
    """Is asked to stop once a stage has begun to move."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(JobSnapshot(id="t", kind=JobKind.TEST, project_id="p", title="t"))
        self._stage = stage

    def publish(self, progress: Progress) -> None:
        super().publish(progress)
        if progress.stage is self._stage and progress.done:
            self.stop()


@pytest.mark.parametrize("stage", [Stage.IMPORT, Stage.WEIGHTS, Stage.EVALUATE])
def test_stopped_anywhere_it_leaves_nothing_behind(studio: Studio, run: Run, more: Path, stage: Stage):
    before, staging = kept(studio), studio.staging()
    order = TestOrder(
        id="d" * 32,
        run_id=run.id,
        name="more",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        staging=staging,
        read=from_folder(more),
    )
    with pytest.raises(Cancelled):
        further_test(workspace_of(studio), studio.settings, order, Stops(stage))
    assert kept(studio) == before
    assert studio.further_tests(run.id) == ()
    assert not staging.exists()


def test_a_run_that_is_gone_takes_its_upload_with_it(studio: Studio):
    archive = studio.staging() / "upload.zip"
    archive.write_bytes(b"PK")
    with pytest.raises(RunError, match="does not exist any more"):
        studio.test_further("f" * 32, archive)
    assert not archive.parent.exists()


def test_several_classes_are_judged_by_all_labels_of_a_table(
    studio: Studio, finish: Finish, more: Path, tmp_path: Path
):
    torch.set_num_threads(1)
    both = draw_folder(tmp_path / "both")
    rows = ["file,classes"]
    for number, path in enumerate(sorted(both.rglob("*.png"))):
        name = path.relative_to(both).as_posix()
        rows.append(f"{name},{'flat|steep' if number % 6 == 0 else path.parent.name}")
    (both / "labels.csv").write_text("\n".join(rows))
    project = studio.create_project("Both")
    finish(studio.import_folder(project.id, both))
    run = finished(studio, project.id, TINY)
    table = tmp_path / "table.csv"
    named = [path.relative_to(more).as_posix() for path in sorted(more.rglob("*.png"))]
    table.write_text(
        "\n".join(["file,classes", *(f"{n},{'Flat|Steep' if 'new 0' in n else 'Flat'}" for n in named)])
    )
    job = finish(studio.test_further(run.id, more, labels=table))
    test = studio.further_test(job.id)
    assert test is not None, job.error
    scores = studio.report(run.id, test=test.id).test
    assert (scores.several, scores.pictures) == (True, 8)
    assert [one.support for one in scores.per_class] == [8, 2]
    shown = studio.answers_about(run.id, Split.TEST, name="steep", shown=True, named=True, test=test.id)
    missed = studio.answers_about(run.id, Split.TEST, name="steep", shown=True, named=False, test=test.id)
    assert len(shown) + len(missed) == 2
