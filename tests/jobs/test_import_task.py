"""Imports add a whole version or nothing, and say what was left out."""

import hashlib
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.data.archive import FoundFile
from core.domain.dataset import IssueKind, Split
from core.domain.edit import Edit, EditKind
from core.domain.errors import StoreError
from core.domain.run import JobKind, JobSnapshot, JobStatus
from core.jobs.import_task import ImportOrder, from_folder, import_pictures
from core.jobs.keeping import keeping
from core.jobs.runner import JobContext
from core.jobs.studio import Studio

Finish = Callable[[JobSnapshot], JobSnapshot]


def zip_of(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder.parent))
    return target


def kept_pictures(home: Path) -> int:
    return sum(path.is_file() for path in (home / "pictures").rglob("*"))


def test_a_zip_becomes_the_first_version(studio: Studio, finish: Finish, stripes: Path, tmp_path: Path):
    project = studio.create_project("Stripes")
    archive = zip_of(stripes, tmp_path / "stripes.zip")
    assert finish(studio.import_archive(project.id, archive, name="x")).status == JobStatus.DONE
    dataset = studio.dataset(project.id)
    assert dataset is not None
    assert (dataset.version, dataset.classes, len(dataset.samples)) == (1, ("flat", "steep"), 24)
    assert all(count > 0 for by_split in dataset.counts().values() for count in by_split.values())
    assert archive.exists(), "the user's own file is only read"


def test_an_upload_in_staging_is_removed_afterwards(
    studio: Studio, finish: Finish, stripes: Path, home: Path
):
    project = studio.create_project("Stripes")
    archive = zip_of(stripes, studio.staging() / "upload.zip")
    finish(studio.import_archive(project.id, archive, name="x"))
    assert not archive.parent.exists()


def test_a_folder_on_disk_is_only_read(studio: Studio, finish: Finish, stripes: Path):
    project = studio.create_project("Stripes")
    before = sorted(stripes.rglob("*"))
    finish(studio.import_folder(project.id, stripes))
    assert sorted(stripes.rglob("*")) == before
    assert studio.dataset(project.id) is not None


def test_loose_files_join_one_class_of_the_next_version(
    studio: Studio, finish: Finish, stripes: Path, picture, tmp_path: Path
):
    project = studio.create_project("Stripes")
    finish(studio.import_folder(project.id, stripes))
    first = studio.dataset(project.id)
    files = []
    for number in range(5):
        picture(seed=number).save(tmp_path / f"{number}.png")
        files.append(FoundFile(name=f"{number}.png", location=tmp_path / f"{number}.png"))
    finish(studio.import_files(project.id, files, label="plain"))
    second = studio.dataset(project.id)
    assert first is not None
    assert second is not None
    assert (second.version, second.classes) == (2, ("flat", "plain", "steep"))
    splits = {s.sha256: s.split for s in second.samples}
    assert all(splits[s.sha256] == s.split for s in first.samples), "known pictures keep their split"


def test_more_pictures_change_the_split_check_no_more_than_any_edit_would(
    studio: Studio, finish: Finish, stripes: Path, picture, tmp_path: Path
):
    """Every old picture counted as placed by the user, so that none took turns, until the next edit."""
    for number in range(6):
        (tmp_path / "plain").mkdir(exist_ok=True)
        picture(seed=100 + number).save(tmp_path / "plain" / f"{number}.png")
    project = studio.create_project("Stripes")
    finish(studio.import_folder(project.id, stripes))
    first = studio.dataset(project.id)
    finish(studio.import_folder(project.id, tmp_path))
    second = studio.dataset(project.id)
    edited = studio.apply_edit(project.id, Edit(kind=EditKind.RENAME, classes=("plain",), label="noise"))
    assert first is not None
    assert second is not None
    assert first.split_check is not None
    assert second.split_check is not None
    assert edited.split_check is not None
    assert first.split_check.folds is not None
    assert second.split_check.folds == edited.split_check.folds
    assert second.split_check == edited.split_check


def test_the_same_pictures_again_are_told_and_not_doubled(studio: Studio, finish: Finish, stripes: Path):
    project = studio.create_project("Stripes")
    finish(studio.import_folder(project.id, stripes))
    finish(studio.import_folder(project.id, stripes))
    again = studio.dataset(project.id)
    assert again is not None
    assert len(again.samples) == 24
    assert IssueKind.DUPLICATE in {issue.kind for issue in again.issues}


def test_one_picture_that_comes_again_is_told_as_one(studio: Studio, finish: Finish, stripes: Path):
    project = studio.create_project("Stripes")
    finish(studio.import_folder(project.id, stripes))
    again = next(path for path in sorted((stripes / "flat").iterdir()) if path.is_file())
    file = FoundFile(name=again.name, location=again)
    finish(studio.import_files(project.id, [file], label="flat"))
    dataset = studio.dataset(project.id)
    assert dataset is not None
    told = next(issue for issue in dataset.issues if "in this project already" in issue.message)
    assert told.message == "1 new picture was in this project already."
    assert told.consequence == "It stays as it is here, once; your own changes are kept."


def test_unreadable_files_are_named_and_the_rest_goes_on(
    studio: Studio, finish: Finish, stripes: Path, tmp_path: Path
):
    folder = tmp_path / "mixed"
    for name in ("flat", "steep"):
        (folder / name).mkdir(parents=True)
        for number in range(4):
            source = stripes / name / f"{number:02}.png"
            (folder / name / f"{number}.PNG").write_bytes(source.read_bytes())
    (folder / "flat" / "broken.png").write_bytes((stripes / "flat" / "00.png").read_bytes()[:200])
    project = studio.create_project("Mixed")
    finish(studio.import_folder(project.id, folder))
    dataset = studio.dataset(project.id)
    assert dataset is not None
    assert len(dataset.samples) == 8
    unreadable = [issue for issue in dataset.issues if issue.kind == IssueKind.UNREADABLE]
    assert [path for issue in unreadable for path in issue.paths] == ["flat/broken.png"]


def test_a_file_left_out_is_not_taken_for_the_picture_that_was_called_the_same(
    studio: Studio, finish: Finish, stripes: Path, tmp_path: Path
):
    """The finding showed the good picture of the first upload, and offered to leave that one out."""
    project = studio.create_project("Stripes")
    finish(studio.import_folder(project.id, stripes))
    later = tmp_path / "later"
    (later / "flat").mkdir(parents=True)
    (later / "steep").mkdir()
    (later / "flat" / "00.png").write_bytes((stripes / "flat" / "00.png").read_bytes()[:200])
    for name in ("01.png", "02.png"):
        (later / "steep" / name).write_bytes((stripes / "steep" / name).read_bytes() + b" ")
    table = tmp_path / "labels.csv"
    rows = ["flat/00.png,flat", "steep/01.png,steep", "steep/02.png,flat", "steep/02.png,steep"]
    table.write_text("\n".join(["file,class", *rows]))
    finish(studio.import_folder(project.id, later, labels=table))
    dataset = studio.dataset(project.id)
    assert dataset is not None
    assert len(dataset.samples) == 25
    kinds = {IssueKind.UNREADABLE: ("flat/00.png",), IssueKind.CONFLICTING_LABEL: ("steep/02.png",)}
    issues = [issue for issue in dataset.issues if issue.kind in kinds and len(issue.paths) == 1]
    assert {issue.kind: issue.paths for issue in issues} == kinds
    assert [(issue.pictures, issue.mend) for issue in issues] == [((), None), ((), None)]


def test_a_missing_class_is_missing_no_more_when_it_has_pictures(
    studio: Studio, finish: Finish, stripes: Path, tmp_path: Path
):
    """The finding that the first upload's owls cannot be used stayed for ever, and was wrong then."""

    def told() -> bool:
        dataset = studio.dataset(project.id)
        assert dataset is not None
        return any("'owl' is missing" in issue.message for issue in dataset.issues)

    first, later = tmp_path / "first", tmp_path / "later"
    shutil.copytree(stripes, first)
    (later / "owl").mkdir(parents=True)
    (first / "owl").mkdir()
    (first / "owl" / "1.png").write_bytes(b"no picture")
    for path in sorted((stripes / "flat").glob("*.png"))[:3]:
        (later / "owl" / path.name).write_bytes(path.read_bytes() + b" ")
    project = studio.create_project("Owls")
    finish(studio.import_folder(project.id, first))
    assert told()
    finish(studio.import_folder(project.id, later))
    assert not told()
    finish(studio.import_folder(project.id, first))  # the same broken file: the class is there all the same
    assert not told()


def test_nothing_usable_fails_with_the_reason_and_leaves_nothing(
    studio: Studio, finish: Finish, tmp_path: Path, home: Path
):
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "a.png").write_bytes(b"no picture")
    project = studio.create_project("Nothing")
    before = kept_pictures(home)
    ended = finish(studio.import_folder(project.id, tmp_path))
    assert ended.status == JobStatus.FAILED
    assert ended.error
    assert ended.hint
    assert studio.dataset(project.id) is None
    assert kept_pictures(home) == before


def test_a_stopped_import_leaves_nothing_behind(studio: Studio, picture, tmp_path: Path, home: Path):
    for number in range(30):
        (tmp_path / "a").mkdir(exist_ok=True)
        picture(seed=1000 + number).save(tmp_path / "a" / f"{number}.png")
    project = studio.create_project("Stopped")
    before = kept_pictures(home)
    job = studio.import_folder(project.id, tmp_path)
    studio.stop(job.id)
    for thread in list(studio._runner._threads):
        thread.join(60)
    ended = studio.job(job.id)
    assert ended is not None
    if ended.status == JobStatus.STOPPED:  # on a fast machine it may be through before it hears the word
        assert studio.dataset(project.id) is None
        assert kept_pictures(home) == before


def test_split_folders_are_respected(studio: Studio, finish: Finish, stripes: Path, tmp_path: Path):
    for number, path in enumerate(sorted(stripes.rglob("*.png"))):
        target = tmp_path / ("test" if number % 3 == 0 else "train") / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    project = studio.create_project("Given")
    finish(studio.import_folder(project.id, tmp_path))
    dataset = studio.dataset(project.id)
    assert dataset is not None
    assert {s.path.split("/")[0] for s in dataset.used(Split.TEST)} == {"test"}
    assert len(dataset.used(Split.TEST)) == 8
    assert dataset.used(Split.VALIDATION)


def test_an_unknown_sample_set_is_told(studio: Studio):
    with pytest.raises(StoreError, match="unicorns"):
        studio.import_sample("unicorns")


def test_several_classes_are_read_and_stay_when_more_pictures_come(
    studio: Studio, finish: Finish, stripes: Path, tmp_path: Path
):
    names = sorted(path.relative_to(stripes).as_posix() for path in stripes.rglob("*.png"))
    rows = [
        f"{name},{name.split('/')[0]}|{'odd' if place % 2 else 'even'}" for place, name in enumerate(names)
    ]
    table = tmp_path / "labels.csv"
    table.write_text("\n".join(["file,classes", *rows]))
    project = studio.create_project("Several")
    finish(studio.import_folder(project.id, stripes, labels=table))
    first = studio.dataset(project.id)
    assert first is not None
    assert first.several
    assert first.classes == ("even", "flat", "odd", "steep")
    finish(studio.import_folder(project.id, stripes))  # the folders say one class of each only
    second = studio.dataset(project.id)
    assert second is not None
    assert second.version == 2
    assert [s.labels for s in second.samples] == [s.labels for s in first.samples]
    again = next(issue for issue in second.issues if "were in this project already" in issue.message)
    assert "24 pictures came in another class this time." in again.message


def test_further_columns_of_a_table_are_kept_and_may_come_later(
    studio: Studio, finish: Finish, stripes: Path, tmp_path: Path
):
    names = sorted(path.relative_to(stripes).as_posix() for path in stripes.rglob("*.png"))
    project = studio.create_project("Columns")
    finish(studio.import_folder(project.id, stripes))
    table = tmp_path / "labels.csv"
    table.write_text(
        "\n".join(["file,class,site", *(f"{name},{name.split('/')[0]},North" for name in names)])
    )
    finish(studio.import_folder(project.id, stripes, labels=table))
    table.write_text(table.read_text().replace("North", "South"))
    finish(studio.import_folder(project.id, stripes, labels=table))
    found = studio.dataset(project.id)
    assert found is not None
    assert found.version == 3
    assert {sample.columns for sample in found.samples} == {(("site", "North"),)}  # what is there stays
    rename = Edit(kind=EditKind.RENAME, classes=("flat",), label="level")
    renamed = studio.apply_edit(project.id, rename)
    assert {sample.columns for sample in renamed.samples} == {(("site", "North"),)}


def test_an_import_that_fails_leaves_the_pictures_of_another_one(
    studio: Studio, picture, tmp_path: Path, home: Path
):
    (tmp_path / "a").mkdir()
    for number in range(3):
        picture(seed=2000 + number).save(tmp_path / "a" / f"{number}.png")
    contents = [path.read_bytes() for path in (tmp_path / "a").iterdir()]
    before = kept_pictures(home)
    order = ImportOrder(
        project_id="0" * 32,  # deleted meanwhile
        dataset_id="d" * 32,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        title="x",
        staging=studio.staging(),
        read=from_folder(tmp_path),
    )
    context = JobContext(JobSnapshot(id="x", kind=JobKind.IMPORT, project_id="0" * 32, title="x"))
    with keeping(studio._workspace) as keep:
        for content in contents:
            keep(content, hashlib.sha256(content).hexdigest())
        with pytest.raises(StoreError, match="was deleted"):
            import_pictures(studio._workspace, studio.settings, order, context)
        assert kept_pictures(home) == before + 3
