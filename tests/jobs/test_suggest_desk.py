"""Tried pictures added to the project under labels that a model suggested and a person confirmed."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from core.data.archive import FoundFile
from core.domain.dataset import IssueKind
from core.domain.edit import Edit, EditKind
from core.domain.errors import DiskFullError, PictureError, StaleError, StoreError
from core.domain.run import JobSnapshot, JobStatus
from core.domain.suggestions import Confirmed
from core.domain.trying import Source, TriedBatch
from core.jobs.studio import Studio
from core.jobs.suggested_import import HELPED_BY
from tests.jobs.made_run import finished_run, noise
from tests.store.made import CLASSES

Finish = Callable[[JobSnapshot], JobSnapshot]
BOLT, NUT = CLASSES
SEEDS = count(100)  # of pictures that no other test has


@pytest.fixture(scope="module")
def run_id(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A finished run of a small network of random weights, that answers every picture."""
    return finished_run(studio, tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def batch(studio: Studio, run_id: str, finish: Finish, tmp_path: Path) -> TriedBatch:
    """A folder of four pictures that the run has answered: two of one name."""
    for name in ("a.png", "c.png", "deep/c.png", "test/b.png"):
        noise(tmp_path / "new" / name, seed=next(SEEDS))
    job = finish(studio.try_batch(Source(id=run_id), tmp_path / "new", name="new"))
    answered = studio.tried_batch(job.project_id)
    assert answered is not None
    return answered


@pytest.fixture
def project_id(studio: Studio, run_id: str) -> Iterator[str]:
    """The run's project, which is afterwards as it was."""
    run = studio.run(run_id)
    assert run is not None
    before = studio.dataset(run.project_id)
    yield run.project_id
    while studio.dataset(run.project_id) != before:
        studio.undo(run.project_id)


def confirmed(batch: TriedBatch, *labels: str) -> list[Confirmed]:
    """The first pictures of the batch under these classes."""
    return [
        Confirmed(sha256=one.sha256, labels=(label,)) for one, label in zip(batch.tried, labels, strict=False)
    ]


def test_what_was_confirmed_is_one_version_and_tells_which_model_helped(studio, batch, project_id, finish):
    before = studio.dataset(project_id)
    job = studio.add_suggested(
        project_id, batch.id, confirmed(batch, BOLT, NUT, " rust ", BOLT), author="Ana"
    )
    assert finish(job).status is JobStatus.DONE
    now = studio.dataset(project_id)
    added = {s.path: s for s in now.samples if s.path.startswith("tried/")}
    labels = {path: sample.label for path, sample in added.items()}
    assert labels == {"tried/a.png": BOLT, "tried/c.png": NUT, "tried/c (2).png": "rust", "tried/b.png": BOLT}
    assert {s.columns for s in added.values()} == {((HELPED_BY, "Run 1"),)}
    assert not any(s.given for s in added.values()), "a folder called test is no wish to be judged on"
    assert (now.version, now.parent_id, now.author) == (before.version + 1, before.id, "Ana")
    assert job.title == "4 pictures of new"
    assert studio.suggestions(project_id).groups == ()
    studio.undo(project_id)
    assert sum(map(len, studio.suggestions(project_id).groups)) == 4, "to be looked through again"


def test_what_is_on_its_way_is_offered_to_no_other_tab(studio, batch, project_id, finish, monkeypatch):
    job = studio.add_suggested(project_id, batch.id, confirmed(batch, BOLT, NUT))
    monkeypatch.setattr(studio, "_goes_on", lambda job_id: job_id == job.id)
    found = studio.suggestions(project_id)
    assert sum(map(len, found.groups)) == 2
    assert list(found.filed.values()) == [(BOLT,), (NUT,)]
    with pytest.raises(StaleError, match="added already"):
        studio.add_suggested(project_id, batch.id, confirmed(batch, NUT, NUT))
    third = studio.add_suggested(project_id, batch.id, confirmed(batch, NUT, NUT, BOLT))
    assert third.title == "1 picture of new"
    finish(third)
    assert studio.adds_suggested(job.id)
    assert not studio.adds_suggested("other")
    labels = [s.label for s in studio.dataset(project_id).samples if s.path.startswith("tried/")]
    assert sorted(labels) == [BOLT, BOLT, NUT]


def test_what_an_import_could_not_bring_in_is_offered_again(studio, batch, project_id, finish, monkeypatch):
    def full(*_: object) -> None:
        raise DiskFullError("The disk is full.")

    monkeypatch.setattr(studio._workspace.datasets, "add", full)
    job = finish(studio.add_suggested(project_id, batch.id, confirmed(batch, BOLT)))
    assert job.status is JobStatus.FAILED
    assert sum(map(len, studio.suggestions(project_id).groups)) == 4


def test_a_picture_that_came_meanwhile_stays_as_it_is_and_is_told(studio, batch, project_id, finish):
    """What the project had from elsewhere gets neither another class nor the model's name."""
    same = FoundFile(name="a.png", location=batch.tried[0].location)
    finish(studio.import_files(project_id, [same], label=NUT))
    assert sum(map(len, studio.suggestions(project_id).groups)) == 3
    finish(studio.add_suggested(project_id, batch.id, confirmed(batch, BOLT, BOLT)))
    samples = {s.sha256: s for s in studio.dataset(project_id).samples}
    first, second = (samples[one.sha256] for one in batch.tried[:2])
    assert (first.label, first.columns) == (NUT, ())
    assert (second.label, second.columns) == (BOLT, ((HELPED_BY, "Run 1"),))


def test_a_file_that_is_gone_or_another_one_is_named_and_nothing_is_added(
    studio, batch, project_id, tmp_path
):
    (tmp_path / "new" / "a.png").unlink()
    noise(tmp_path / "new" / "c.png", seed=99)
    before = studio.dataset(project_id)
    left = set(studio._workspace.paths.staging.iterdir())
    with pytest.raises(
        PictureError, match=r"2 pictures are not there any more .*: “a.png”, “c.png”\. Nothing"
    ):
        studio.add_suggested(project_id, batch.id, confirmed(batch, BOLT, BOLT, BOLT))
    assert studio.dataset(project_id) == before
    assert set(studio._workspace.paths.staging.iterdir()) == left


def test_a_full_disk_leaves_nothing_behind(studio, batch, project_id, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    left = set(studio._workspace.paths.staging.iterdir())
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DiskFullError):
        studio.add_suggested(project_id, batch.id, confirmed(batch, BOLT))
    assert set(studio._workspace.paths.staging.iterdir()) == left


def test_what_was_put_away_is_told(studio, batch, project_id):
    studio.forget_batch(project_id)
    assert studio.suggestions(project_id) is None
    with pytest.raises(StoreError, match="not there any more"):
        studio.add_suggested(project_id, batch.id, confirmed(batch, BOLT))


def test_a_run_that_was_deleted_has_helped_all_the_same(studio, batch, run_id, project_id, finish, request):
    studio.delete_run(run_id)
    request.addfinalizer(lambda: studio.restore_run(run_id))
    assert sum(map(len, studio.suggestions(project_id).groups)) == 4
    finish(studio.add_suggested(project_id, batch.id, confirmed(batch, BOLT)))
    (added,) = [s for s in studio.dataset(project_id).samples if s.path.startswith("tried/")]
    assert added.columns == ((HELPED_BY, "a training run that is gone"),)


def test_a_class_that_was_renamed_since_is_suggested_under_its_new_name(studio, batch, project_id):
    answered = {one.answer.predicted for one in batch.tried}
    for name in answered:
        studio.apply_edit(project_id, Edit(kind=EditKind.RENAME, classes=(name,), label=f"new {name}"))
    suggested = {group[0].labels for group in studio.suggestions(project_id).groups}
    assert suggested == {(f"new {name}",) for name in answered}


def test_several_classes_of_a_picture_come_in_together(studio, batch, project_id, finish):
    both = replace(confirmed(batch, BOLT)[0], labels=(NUT, BOLT, NUT))
    assert finish(studio.add_suggested(project_id, batch.id, [both])).status is JobStatus.DONE
    (added,) = [s for s in studio.dataset(project_id).samples if s.path.startswith("tried/")]
    assert added.labels == (NUT, BOLT)
    told = {issue.kind for issue in studio.dataset(project_id).issues}
    assert IssueKind.NO_CLASS not in told


def test_one_picture_comes_in_under_its_right_class_and_tells_which_model_helped(
    studio, batch, run_id, project_id, finish
):
    first, second = batch.tried[:2]
    job = studio.add_tried(project_id, run_id, first, " rust ", author="Ana")
    assert finish(job).status is JobStatus.DONE
    now = studio.dataset(project_id)
    (added,) = [s for s in now.samples if s.sha256 == first.sha256]
    assert (added.path, added.labels, added.columns) == ("tried/a.png", ("rust",), ((HELPED_BY, "Run 1"),))
    assert (now.author, job.title) == ("Ana", "A picture of rust")
    assert first.sha256 in studio.suggestions(project_id).filed
    with pytest.raises(StaleError, match="in the project already, as “rust”"):
        studio.add_tried(project_id, run_id, first, NUT)
    finish(studio.add_tried(project_id, run_id, second, NUT))
    assert [s.path for s in studio.dataset(project_id).samples if s.sha256 == second.sha256] == [
        "tried/c.png"
    ]


def test_a_renamed_class_is_not_brought_back_by_its_old_name(studio, batch, run_id, project_id):
    """The classes to choose from were those that the model had learnt, so the old one came back."""
    assert studio.right_classes(project_id, run_id) == (BOLT, NUT)
    studio.apply_edit(project_id, Edit(kind=EditKind.RENAME, classes=(BOLT,), label="screw"))
    assert studio.right_classes(project_id, run_id) == ("screw", NUT)
    studio.apply_edit(project_id, Edit(kind=EditKind.MERGE, classes=("screw", NUT), label="part"))
    assert studio.right_classes(project_id, run_id) == ("part",)


def test_beside_a_run_that_was_deleted_the_classes_are_those_of_the_project(
    studio, batch, run_id, project_id, request
):
    studio.delete_run(run_id)
    request.addfinalizer(lambda: studio.restore_run(run_id))
    assert studio.right_classes(project_id, run_id) == studio.dataset(project_id).classes
