from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from core.domain.errors import StoreError
from core.store import database as module
from core.store import schema
from core.store.database import Database, open_database

A_PROJECT = "INSERT INTO project(id, name, credit, created_at) VALUES (1, 2, 3, 4)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sightsmith.sqlite"


def ask(database: Database, question: str) -> object:
    with database.reading() as connection:
        return connection.exec_driver_sql(question).scalar()


def write_and_fail(database: Database) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql(A_PROJECT)
        raise ZeroDivisionError


def test_what_is_committed_is_meant_to_last(path: Path) -> None:
    with closing(open_database(path)) as database:
        assert ask(database, "PRAGMA journal_mode") == "wal"
        assert ask(database, "PRAGMA synchronous") == 2
        assert ask(database, "PRAGMA foreign_keys") == 1
        assert ask(database, "PRAGMA busy_timeout") == 5_000


def test_opens_again_what_it_made(path: Path) -> None:
    open_database(path).close()
    with closing(open_database(path)) as database:
        assert ask(database, "PRAGMA user_version") == schema.VERSION


def test_an_error_takes_back_everything_that_was_written(path: Path) -> None:
    with closing(open_database(path)) as database:
        with pytest.raises(ZeroDivisionError):
            write_and_fail(database)
        assert ask(database, "SELECT count(*) FROM project") == 0


def test_many_programs_may_make_the_same_workspace_at_once(path: Path) -> None:
    failures: list[Exception] = []

    def make() -> None:
        try:
            open_database(path).close()
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_workspace_of_a_newer_version_is_left_alone(path: Path) -> None:
    open_database(path).close()
    with closing(sqlite3.connect(path)) as plain:
        plain.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="was made by a newer Sightsmith") as told:
        open_database(path)
    assert told.value.hint.startswith("Update Sightsmith")
    assert path.read_bytes() == before


def test_another_programs_file_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("CREATE TABLE songs (name)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="belongs to another program"):
        open_database(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_told(path: Path) -> None:
    path.write_bytes(b"once upon a time" * 100)
    with pytest.raises(StoreError, match="is damaged") as told:
        open_database(path)
    assert "Put it back from a copy" in told.value.hint


def test_a_damaged_database_is_told(path: Path) -> None:
    open_database(path).close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)  # every page but the first
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged"):
        open_database(path)


def test_a_record_that_cannot_be_read_is_told(path: Path) -> None:
    with closing(open_database(path)) as database:
        with database.writing() as connection:
            connection.exec_driver_sql(A_PROJECT)
            connection.exec_driver_sql(
                "INSERT INTO dataset(id, project_id, version, classes, issues, fingerprint, created_at,"
                " pictures, strip) VALUES (1, 1, 1, '{', '[]', '', '', 0, '[]')"
            )
        with pytest.raises(StoreError, match="is damaged"), database.reading() as connection:
            connection.execute(schema.dataset.select()).all()


def test_another_program_that_writes_is_waited_for_and_then_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ON_CONNECT", ("PRAGMA busy_timeout = 10",))
    with closing(open_database(path)) as database, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="Another program has been writing") as told, database.writing():
            pass
        assert told.value.hint == "Wait a moment and try again."
        assert ask(database, "SELECT count(*) FROM project") == 0  # reading goes on


def test_a_file_that_may_not_be_written_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_database(path).close()
    connect = sqlite3.connect

    def read_only(target: Path, **_options: object) -> sqlite3.Connection:
        return connect(f"file:{target}?mode=ro", uri=True, isolation_level=None)

    monkeypatch.setattr(sqlite3, "connect", read_only)
    with pytest.raises(StoreError, match="may not write") as told:
        open_database(path)
    assert "SIGHTSMITH_HOME" in told.value.hint


def test_a_folder_in_the_place_of_the_file_is_told(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError, match="may not write"):
        open_database(path)
