"""Every change to the pictures is a new version that can be taken back, and runs keep the one they learnt."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.dataset import Dataset, IssueKind, Split
from core.domain.edit import Edit, EditKind, SplitSettings
from core.domain.errors import DatasetError, StoreError
from core.domain.run import JobSnapshot, JobStatus
from core.jobs.looking import stored_look
from core.jobs.studio import Studio
from tests.jobs.conftest import draw_folder

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


def test_a_class_left_out_does_not_come_back_with_new_pictures(
    studio: Studio, finish: Finish, project_id: str, picture, tmp_path: Path
):
    """It came back with no picture in use, and training was refused because of it."""
    for number in range(4):
        (tmp_path / "plain").mkdir(exist_ok=True)
        picture(seed=number).save(tmp_path / "plain" / f"{number}.png")
    finish(studio.import_folder(project_id, tmp_path))
    gone = tuple(s.sha256 for s in now(studio, project_id).samples if s.label == "plain")
    studio.apply_edit(project_id, Edit(kind=EditKind.EXCLUDE, pictures=gone))
    (tmp_path / "flat").mkdir()
    picture(seed=77).save(tmp_path / "flat" / "77.png")
    finish(studio.import_folder(project_id, tmp_path))
    after = now(studio, project_id)
    assert after.classes == ("flat", "steep")
    assert {s.sha256 for s in after.samples if s.excluded} == set(gone)
    assert studio.why_not_trainable(project_id) is None


def test_the_same_zip_again_does_not_undo_a_rename(
    studio: Studio, finish: Finish, project_id: str, stripes: Path
):
    """The class first by name won, so that all pictures went back to their old class and split."""
    studio.apply_edit(project_id, Edit(kind=EditKind.RENAME, classes=("flat",), label="zebra"))
    before = {s.sha256: (s.label, s.split) for s in now(studio, project_id).samples}
    finish(studio.import_folder(project_id, stripes))
    after = now(studio, project_id)
    assert {s.sha256: (s.label, s.split) for s in after.samples} == before
    told = next(issue for issue in after.issues if issue.kind == IssueKind.DUPLICATE)
    assert "12 pictures came in another class" in told.message


def test_what_an_earlier_import_left_out_stays_told(
    studio: Studio, finish: Finish, project_id: str, picture, tmp_path: Path
):
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "broken.png").write_bytes(b"nothing")
    finish(studio.import_folder(project_id, tmp_path))
    (tmp_path / "flat" / "broken.png").unlink()
    picture(seed=5).save(tmp_path / "flat" / "5.png")
    finish(studio.import_folder(project_id, tmp_path))
    paths = [path for issue in now(studio, project_id).issues for path in issue.paths]
    assert any("broken.png" in path for path in paths)


def test_the_split_is_told_anew_after_a_change(studio: Studio, project_id: str):
    chosen = tuple(s.sha256 for s in now(studio, project_id).samples if s.split == Split.TEST)
    after = studio.apply_edit(project_id, Edit(kind=EditKind.EXCLUDE, pictures=chosen[:1]))
    shown = {sha256 for pair in (after.split_check.pairs if after.split_check else ()) for sha256 in pair}
    assert not shown & set(chosen[:1])


def test_dividing_again_looks_again_when_the_cache_was_emptied(studio: Studio, project_id: str, home: Path):
    for kept in (home / "cache" / "features").glob("*.npy"):
        kept.unlink()
    settings = SplitSettings(validation=0.25, test=0.25)
    after = studio.apply_edit(project_id, Edit(kind=EditKind.SPLIT, split_settings=settings))
    assert stored_look(studio._workspace, [s.sha256 for s in after.samples]) is not None


def test_a_change_made_while_an_import_worked_is_kept(
    studio: Studio, finish: Finish, project_id: str, picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The import was refused as stale, and the upload with it was gone."""
    from core.jobs import import_task

    (tmp_path / "flat").mkdir()
    picture(seed=9).save(tmp_path / "flat" / "9.png")
    real, edits = (
        import_task.draft_dataset,
        iter([Edit(kind=EditKind.RENAME, classes=("flat",), label="level")]),
    )

    def build_and_edit(*args, **kwargs):
        built = real(*args, **kwargs)
        if edit := next(edits, None):
            studio.apply_edit(project_id, edit)
        return built

    monkeypatch.setattr(import_task, "draft_dataset", build_and_edit)
    ended = finish(studio.import_folder(project_id, tmp_path))
    assert (ended.status, ended.error) == (JobStatus.DONE, "")
    after = now(studio, project_id)
    assert "level" in after.classes
    assert len(after.samples) == 25


def test_an_upload_for_a_deleted_project_is_removed(studio: Studio, stripes: Path):
    project = studio.create_project("Gone")
    studio.delete_project(project.id)
    archive = studio.staging() / "upload.zip"
    archive.write_bytes(b"PK")
    with pytest.raises(StoreError):
        studio.import_archive(project.id, archive, name="x")
    assert not archive.parent.exists()


def test_classes_are_taken_from_the_folders_inside_and_each_is_judged(
    studio: Studio, finish: Finish, tmp_path: Path
):
    for site, side in (("north", 40), ("south", 44)):
        draw_folder(tmp_path / "upload" / site, side=side)
    project = studio.create_project("Sites")
    finish(studio.import_folder(project.id, tmp_path / "upload"))
    before = now(studio, project.id)
    assert before.classes == ("north", "south")
    (mend,) = (issue.mend for issue in before.issues if issue.kind is IssueKind.TWO_READINGS)
    assert mend is not None
    after = studio.apply_edit(project.id, mend.edit)
    assert after.classes == ("flat", "steep")
    assert {(s.path.split("/")[1], s.label) for s in after.samples} == {("flat", "flat"), ("steep", "steep")}
    assert {dict(s.columns)["Folder"] for s in after.samples} == {"north", "south"}
    assert {(s.label, s.split) for s in after.used()} == {
        (name, part) for name in after.classes for part in Split
    }
    assert IssueKind.TWO_READINGS not in {issue.kind for issue in after.issues}
    assert studio.undo(project.id).classes == before.classes
