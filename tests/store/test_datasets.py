from __future__ import annotations

import dataclasses
import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from core.domain.dataset import Dataset
from core.domain.errors import StaleError, StoreError
from core.domain.project import Project
from core.settings import Settings
from core.store import datasets as datasets_module
from core.store import pictures as shelf_module
from core.store.workspace import Workspace
from tests.store.made import child_of, dataset_of, kept


def test_keeps_every_field_through_a_restart(
    workspace: Workspace, settings: Settings, dataset: Dataset
) -> None:
    workspace.close()
    with Workspace.open(settings) as again:
        assert again.datasets.get(dataset.id) == dataset
        assert again.datasets.current(dataset.project_id) == dataset


def test_what_was_recorded_last_is_current(workspace: Workspace, project: Project, dataset: Dataset) -> None:
    assert workspace.datasets.next_version(project.id) == 2
    second = child_of(dataset, workspace, pictures=6)
    workspace.datasets.add(second)
    assert workspace.datasets.current(project.id) == second
    assert workspace.datasets.get(dataset.id) == dataset


def test_a_project_without_pictures_has_no_data_set(workspace: Workspace, project: Project) -> None:
    assert workspace.datasets.current(project.id) is None
    assert workspace.datasets.get("nothing") is None
    assert workspace.datasets.next_version(project.id) == 1


def test_of_two_imports_at_once_one_is_told_to_come_again(
    workspace: Workspace, project: Project, dataset: Dataset
) -> None:
    late = dataclasses.replace(dataset, id="f" * 32, parent_id=dataset.id)
    with pytest.raises(StaleError, match="Version 1 of these pictures cannot be recorded"):
        workspace.datasets.add(late)
    assert workspace.datasets.current(project.id) == dataset


def test_of_two_first_imports_the_later_does_not_hide_the_earlier(
    workspace: Workspace, project: Project, dataset: Dataset
) -> None:
    """Both had begun in an empty project; the second became current, and undo could not reach the first."""
    late = dataset_of(workspace, project, pictures=6)
    assert (late.version, late.parent_id) == (2, None)
    with pytest.raises(StaleError, match="another change came first"):
        workspace.datasets.add(late)
    assert workspace.datasets.current(project.id) == dataset


def test_a_first_version_cannot_have_a_parent(workspace: Workspace, project: Project) -> None:
    with pytest.raises(StaleError):
        workspace.datasets.add(dataclasses.replace(dataset_of(workspace, project), parent_id="f" * 32))
    assert workspace.datasets.current(project.id) is None


def test_a_deleted_project_takes_no_pictures(workspace: Workspace, project: Project) -> None:
    made = dataset_of(workspace, project)
    workspace.projects.delete(project.id)
    with pytest.raises(StoreError, match="was deleted"):
        workspace.datasets.add(made)


def test_records_20_000_pictures_in_about_a_second(
    workspace: Workspace, settings: Settings, project: Project
) -> None:
    """The bound is loose, for a busy machine; a row-by-row insert takes far longer than it."""
    small = dataset_of(workspace, project, pictures=1)
    (one,) = small.samples
    samples = tuple(dataclasses.replace(one, path=f"bolt/{i}.jpg") for i in range(20_000))
    many = dataclasses.replace(small, samples=samples)
    begin = time.perf_counter()
    workspace.datasets.add(many)
    assert time.perf_counter() - begin < 5
    with Workspace.open(settings) as again:
        assert again.datasets.get(many.id) == many


def test_a_picture_is_found_by_its_content(workspace: Workspace) -> None:
    sha256 = kept(workspace, b"a picture")
    assert workspace.datasets.picture(sha256) == b"a picture"
    assert workspace.paths.picture(sha256).read_bytes() == b"a picture"


def test_a_picture_that_is_not_what_it_says_is_refused(workspace: Workspace) -> None:
    with pytest.raises(StoreError, match="changed while it was read"):
        workspace.datasets.keep_picture(b"a picture", hashlib.sha256(b"another").hexdigest())


def test_a_picture_damaged_since_is_mended_when_it_comes_again(workspace: Workspace) -> None:
    sha256 = kept(workspace, b"a picture")
    workspace.paths.picture(sha256).write_bytes(b"\0" * 9)
    kept(workspace, b"a picture")
    assert workspace.datasets.picture(sha256) == b"a picture"


def test_threads_may_keep_the_same_pictures_at_once(workspace: Workspace) -> None:
    contents = [f"picture {i}".encode() * 50 for i in range(60)]
    failures: list[Exception] = []

    def keep_all() -> None:
        try:
            for content in contents:
                kept(workspace, content)
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=keep_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    names = [path for path in workspace.paths.pictures.rglob("*") if path.is_file()]
    assert sorted(path.read_bytes() for path in names) == sorted(contents)


def test_pictures_reach_the_disk_before_the_database_names_them(
    workspace: Workspace, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = dataset_of(workspace, project)
    kept(workspace, b"of another import")
    flushed: list[Path] = []

    def note(paths: Iterable[Path]) -> None:
        assert workspace.datasets.current(project.id) is None
        flushed.extend(paths)

    monkeypatch.setattr(shelf_module, "flush_files", note)
    workspace.datasets.add(made)
    assert sorted(flushed) == sorted(workspace.paths.picture(s.sha256) for s in made.samples)


def test_a_data_set_with_a_picture_that_was_never_kept_is_refused(
    workspace: Workspace, project: Project
) -> None:
    made = dataset_of(workspace, project)
    lost = dataclasses.replace(made.samples[0], sha256="0" * 64)
    with pytest.raises(StoreError, match="is missing from the workspace"):
        workspace.datasets.add(dataclasses.replace(made, samples=(*made.samples, lost)))
    assert workspace.datasets.current(project.id) is None


def test_a_stopped_import_leaves_no_picture_that_no_data_set_names(
    workspace: Workspace, dataset: Dataset
) -> None:
    fresh, named = kept(workspace, b"fresh"), dataset.samples[0].sha256
    workspace.datasets.drop_pictures([fresh, named])
    assert not workspace.paths.picture(fresh).exists()
    assert workspace.datasets.picture(named) == b"picture 0"


def test_nothing_is_recorded_while_pictures_are_dropped(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped import saw them unnamed, another recorded them, and then the first removed them."""
    fresh = kept(workspace, b"fresh")
    locked: list[bool] = []
    monkeypatch.setattr(
        shelf_module.PictureShelf, "drop", lambda *_: locked.append(_is_locked(workspace)) or set()
    )
    workspace.datasets.drop_pictures([fresh])
    assert locked == [True]


def test_a_picture_dropped_just_before_it_is_recorded_is_missed(
    workspace: Workspace, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the pictures are there was asked before the version was recorded, and not again."""
    made = dataset_of(workspace, project)
    writing = workspace._database.writing

    def writing_after_another() -> AbstractContextManager[Connection]:
        monkeypatch.undo()
        workspace.datasets.drop_pictures([made.samples[0].sha256])
        return writing()

    monkeypatch.setattr(workspace._database, "writing", writing_after_another)
    with pytest.raises(StoreError, match="is missing from the workspace"):
        workspace.datasets.add(made)
    assert workspace.datasets.current(project.id) is None


def _is_locked(workspace: Workspace) -> bool:
    """Return whether another program would have to wait before it could write."""
    with closing(sqlite3.connect(workspace.paths.database, timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        other.execute("ROLLBACK")
        return False


def test_a_data_set_that_fails_half_way_is_not_there_at_all(
    workspace: Workspace, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = dataset_of(workspace, project)

    def full_disk(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(datasets_module, "_point", full_disk)  # the last step of all
        with pytest.raises(StoreError):
            workspace.datasets.add(made)
    assert workspace.datasets.current(project.id) is None
    assert workspace.datasets.history(project.id) == ()
    workspace.datasets.add(made)
    assert workspace.datasets.current(project.id) == made


@pytest.mark.parametrize("damage", ["UPDATE sheet SET content = x'00'", "DELETE FROM sheet"])
def test_a_damaged_version_is_told(
    workspace: Workspace, settings: Settings, dataset: Dataset, damage: str
) -> None:
    with workspace._database.writing() as connection:
        connection.exec_driver_sql(damage)
    with Workspace.open(settings) as again, pytest.raises(StoreError, match="is damaged"):
        again.datasets.get(dataset.id)
