"""Every change to the pictures is a new version that can be taken back, and runs keep the one they learnt."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.dataset import Dataset, IssueKind, Split
from core.domain.edit import Edit, EditKind, SplitSettings
from core.domain.errors import DatasetError
from core.domain.run import JobSnapshot, JobStatus
from core.jobs.looking import stored_look
from core.jobs.studio import Studio

Finish = Callable[[JobSnapshot], JobSnapshot]


@pytest.fixture
def project_id(studio: Studio, finish: Finish, stripes: Path) -> str:
    project = studio.create_project("Stripes")
    assert finish(studio.import_folder(project.id, stripes)).status == JobStatus.DONE
    return project.id


def now(studio: Studio, project_id: str) -> Dataset:
    dataset = studio.dataset(project_id)
    assert dataset is not None
    return dataset


def test_an_import_measures_every_picture_and_looks_at_it(studio: Studio, project_id: str):
    dataset = now(studio, project_id)
    facts = studio.facts(project_id)
    assert set(facts) == {s.sha256 for s in dataset.samples}
    assert {f.format for f in facts.values()} == {"PNG"}
    assert dataset.edit is not None
    assert dataset.edit.kind == EditKind.IMPORT
    seen = stored_look(studio._workspace, [s.sha256 for s in dataset.samples])
    assert seen is not None, "edits find the features of the import, in the order of the samples"
    assert len(seen) == 24


def test_left_out_pictures_are_not_used_and_come_back(studio: Studio, project_id: str):
    chosen = tuple(s.sha256 for s in now(studio, project_id).samples[:3])
    after = studio.apply_edit(project_id, Edit(kind=EditKind.EXCLUDE, pictures=chosen), author="Ada")
    assert (after.version, after.author, len(after.used())) == (2, "Ada", 21)
    restored = studio.apply_edit(project_id, Edit(kind=EditKind.RESTORE, pictures=chosen))
    assert len(restored.used()) == 24


def test_undo_and_redo_walk_through_the_changes(studio: Studio, project_id: str):
    first = now(studio, project_id)
    studio.apply_edit(project_id, Edit(kind=EditKind.RENAME, classes=("flat",), label="level"))
    studio.apply_edit(project_id, Edit(kind=EditKind.MERGE, classes=("level", "steep"), label="stripes"))
    assert now(studio, project_id).classes == ("stripes",)
    assert IssueKind.ONE_CLASS in {issue.kind for issue in now(studio, project_id).issues}
    studio.undo(project_id)
    assert now(studio, project_id).classes == ("level", "steep")
    studio.undo(project_id)
    assert now(studio, project_id) == first
    studio.redo(project_id)
    assert now(studio, project_id).classes == ("level", "steep")
    assert [line.current for line in studio.history(project_id)] == [False, True, False]


def test_a_new_change_after_an_undo_goes_on_from_there(studio: Studio, project_id: str):
    studio.apply_edit(project_id, Edit(kind=EditKind.RENAME, classes=("flat",), label="level"))
    studio.undo(project_id)
    moved = now(studio, project_id).samples[0].sha256
    after = studio.apply_edit(project_id, Edit(kind=EditKind.MOVE, pictures=(moved,), label="odd"))
    assert after.classes == ("flat", "odd", "steep")
    studio.undo(project_id)
    assert now(studio, project_id).classes == ("flat", "steep")


def test_pictures_are_divided_again_as_asked(studio: Studio, project_id: str):
    settings = SplitSettings(validation=0.25, test=0.5, seed=1)
    after = studio.apply_edit(project_id, Edit(kind=EditKind.SPLIT, split_settings=settings))
    assert len(after.used(Split.TEST)) == 12
    assert len(after.used(Split.VALIDATION)) == 6
    assert after.split_settings == settings


def test_a_change_that_makes_no_sense_is_told_and_changes_nothing(studio: Studio, project_id: str):
    with pytest.raises(DatasetError):
        studio.apply_edit(project_id, Edit(kind=EditKind.MOVE, pictures=("0" * 64,), label="x"))
    assert now(studio, project_id).version == 1


def test_adding_pictures_keeps_what_was_decided(
    studio: Studio, finish: Finish, project_id: str, stripes: Path
):
    chosen = (now(studio, project_id).samples[0].sha256,)
    studio.apply_edit(project_id, Edit(kind=EditKind.EXCLUDE, pictures=chosen))
    before = {s.sha256: s for s in now(studio, project_id).samples}
    finish(studio.import_folder(project_id, stripes))
    after = {s.sha256: s for s in now(studio, project_id).samples}
    assert {k: (s.split, s.excluded, s.given) for k, s in after.items()} == {
        k: (s.split, s.excluded, s.given) for k, s in before.items()
    }


def test_checking_again_finds_the_same(studio: Studio, finish: Finish, project_id: str, home: Path):
    before = now(studio, project_id).issues
    for kept in (home / "cache" / "features").glob("*.npy"):
        kept.unlink()
    assert finish(studio.recheck(project_id)).status == JobStatus.DONE
    assert now(studio, project_id).issues == before


def test_what_is_exported_is_imported_again_as_it_was(
    studio: Studio, finish: Finish, project_id: str, tmp_path: Path
):
    studio.apply_edit(project_id, Edit(kind=EditKind.RENAME, classes=("flat",), label="level/flat"))
    studio.export_dataset(project_id, tmp_path / "stripes.zip")
    again = studio.create_project("Again")
    assert finish(studio.import_archive(again.id, tmp_path / "stripes.zip", name="x")).error == ""
    assert {s.sha256: (s.label, s.split) for s in now(studio, again.id).samples} == {
        s.sha256: (s.label, s.split) for s in now(studio, project_id).samples
    }
