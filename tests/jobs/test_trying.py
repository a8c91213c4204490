"""New pictures shown to a finished run: single ones, and a zip or a folder in the background."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.data.archive import FoundFile
from core.domain.decision import Decision
from core.domain.errors import PackageError, RunError, StoreError
from core.domain.report import Doubt
from core.domain.run import JobStatus
from core.domain.trying import Source
from core.jobs.studio import Studio
from core.jobs.try_shelf import Shelf
from tests.jobs.made_run import finished_run, noise
from tests.store.made import CLASSES


@pytest.fixture(scope="module")
def run_id(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A finished run of a small network of random weights, that answers every picture."""
    return finished_run(studio, tmp_path_factory.mktemp("pictures"))


def cut_off(path: Path) -> Path:
    whole = noise(path, seed=9).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def test_single_pictures_are_answered_and_bad_files_told(studio, run_id):
    staging = studio.staging()
    good, bad = noise(staging / "0.png", seed=1), cut_off(staging / "1.png")
    trial = studio.try_files(
        [FoundFile(name="IMG_1.png", location=good), FoundFile(name="IMG_2.png", location=bad)],
        staging=staging,
    )
    first, second = studio.tried(trial, Source(id=run_id))
    (expected,) = studio.answerer(run_id).answer([("IMG_1.png", good)])
    assert (first.answer.predicted, first.answer.path) == (expected.predicted, "IMG_1.png")
    assert first.answer.confidence == pytest.approx(expected.confidence, abs=1e-5)
    with Image.open(first.thumbnail) as small:
        assert max(small.size) <= 128
    assert second.answer is None
    assert second.thumbnail is None
    assert second.problem
    assert studio.tried(trial, Source(id=run_id)) is studio.tried(trial, Source(id=run_id)), "answered once"
    studio.forget_trial(trial)
    assert not staging.exists()
    assert studio.tried(trial, Source(id=run_id)) is None


def test_a_rule_that_was_changed_counts_at_once(studio, run_id):
    staging = studio.staging()
    picture = FoundFile(name="a.png", location=noise(staging / "a.png", seed=1))
    trial = studio.try_files([picture], staging=staging)
    assert studio.tried(trial, Source(id=run_id))[0].answer.doubt is None
    studio.decide(run_id, Decision(least_sure=1.0))
    try:
        assert studio.tried(trial, Source(id=run_id))[0].answer.doubt is Doubt.NOT_SURE
    finally:
        studio.decide(run_id, Decision())
        studio.forget_trial(trial)


def test_a_zip_is_answered_whatever_its_folders(studio, run_id, finish, tmp_path):
    staging = studio.staging()
    archive = staging / "upload"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(noise(tmp_path / "a.png", seed=1), "deep/er/a.png")
        packed.write(noise(tmp_path / "b.png", seed=2), "b.png")
        packed.write(cut_off(tmp_path / "c.png"), f"{CLASSES[0].upper()}/c.png")
        packed.writestr("notes.txt", "nothing")
    job = finish(studio.try_batch(Source(id=run_id), archive, name="new.zip"))
    assert job.status is JobStatus.DONE
    batch = studio.tried_batch(job.project_id)
    told = {one.name: one for one in batch.tried}
    cut = f"{CLASSES[0].upper()}/c.png"
    assert set(told) == {"b.png", "deep/er/a.png", cut}
    assert [name for name, one in told.items() if one.problem] == [cut]
    assert told["b.png"].answer.predicted in CLASSES
    assert batch.class_folders == (CLASSES[0],)
    assert batch.found == 3
    assert [issue.paths for issue in batch.left_out] == [("notes.txt",)]
    assert not archive.exists()
    assert told["b.png"].location.is_file(), "as long as it can be looked at"
    assert studio.sorted_bytes(job.project_id) == sum(
        one.location.stat().st_size for one in told.values() if one.answer
    )
    studio.export_sorted(job.project_id, tmp_path / "sorted.zip")
    with zipfile.ZipFile(tmp_path / "sorted.zip") as packed:
        assert len(packed.namelist()) == 1 + sum(one.answer is not None for one in told.values())
    studio.forget_batch(job.project_id)
    assert not staging.exists()
    assert studio.tried_batch(job.project_id) is None
    with pytest.raises(StoreError, match="not there any more"):
        studio.export_sorted(job.project_id, tmp_path / "again.zip")


def test_a_folder_is_only_read(studio, run_id, finish, tmp_path):
    noise(tmp_path / "new" / "a.png", seed=1)
    job = finish(studio.try_batch(Source(id=run_id), tmp_path / "new", name="new"))
    assert job.status is JobStatus.DONE
    assert len(studio.tried_batch(job.project_id).tried) == 1
    studio.forget_batch(job.project_id)
    assert (tmp_path / "new" / "a.png").is_file()


def test_what_holds_no_picture_leaves_nothing_behind(studio, run_id, finish, tmp_path):
    (tmp_path / "a.txt").write_text("no picture")
    staging = studio.staging()
    job = finish(studio.try_batch(Source(id=run_id), tmp_path, name="texts", staging=staging))
    assert job.status is JobStatus.FAILED
    assert "There is no picture in “texts”" in job.error
    assert not staging.exists()


def test_a_run_that_is_gone_is_told(studio):
    staging = studio.staging()
    with pytest.raises(RunError):
        studio.try_batch(Source(id="0" * 32), staging / "upload", name="a.zip")
    assert not staging.exists()


@pytest.fixture
def package_id(studio, run_id, tmp_path) -> Iterator[str]:
    """The run's model, as it came from somebody else."""
    studio.package(run_id, tmp_path / "model.sightsmith")
    package = studio.import_package(tmp_path / "model.sightsmith").id
    yield package
    studio.delete_package(package)


def test_a_package_answers_as_the_run_that_it_was_made_of(studio, run_id, package_id):
    """A model that somebody had brought in was listed, and could never be asked anything."""
    staging = studio.staging()
    files = [FoundFile(name=f"{n}.png", location=noise(staging / f"{n}.png", seed=n)) for n in range(3)]
    trial = studio.try_files(files, staging=staging)
    source = Source(id=package_id, packaged=True)
    found = studio.tried(trial, source)
    here = studio.tried(trial, Source(id=run_id))
    assert [one.answer for one in found] == [one.answer for one in here]
    assert studio.tried(trial, source) is found, "answered once"
    studio.delete_package(package_id)
    with pytest.raises(PackageError):
        studio.tried(trial, source)
    studio.forget_trial(trial)


def test_a_folder_is_answered_by_a_package_in_a_place_of_its_own(studio, package_id, finish, tmp_path):
    noise(tmp_path / "new" / CLASSES[0] / "a.png", seed=1)
    source = Source(id=package_id, packaged=True)
    job = finish(studio.try_batch(source, tmp_path / "new", name="new"))
    assert (job.status, job.project_id) == (JobStatus.DONE, package_id)
    batch = studio.tried_batch(package_id)
    assert (batch.source, batch.class_folders) == (source, (CLASSES[0],))
    assert batch.tried[0].answer.predicted in CLASSES
    studio.delete_package(package_id)
    assert studio.tried_batch(package_id) is None


def test_a_package_that_is_gone_is_told(studio):
    staging = studio.staging()
    with pytest.raises(PackageError):
        studio.try_batch(Source(id="0" * 32, packaged=True), staging / "upload", name="a.zip")
    assert not staging.exists()


def test_the_oldest_makes_way_with_its_files(tmp_path):
    shelf: Shelf[int] = Shelf(most=2)
    folders = {key: tmp_path / key for key in "abc"}
    for number, (key, folder) in enumerate(folders.items()):
        folder.mkdir()
        shelf.keep(key, number, folder)
        shelf.get("a")
    assert [shelf.get(key) for key in "abc"] == [0, None, 2]
    assert [folder.exists() for folder in folders.values()] == [True, False, True]
    shelf.clear()
    assert not folders["a"].exists()


def test_two_projects_keep_their_last_folders_apart(studio, run_id, finish, tmp_path):
    other = finished_run(studio, tmp_path / "pictures")
    for seed, run in enumerate((run_id, other), start=70):
        noise(tmp_path / run / "a.png", seed=seed)
        assert finish(studio.try_batch(Source(id=run), tmp_path / run, name=run)).status is JobStatus.DONE
    places = [studio.run(run).project_id for run in (run_id, other)]
    assert [studio.tried_batch(place).source.id for place in places] == [run_id, other]
