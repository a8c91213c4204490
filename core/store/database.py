"""The SQLite file of the workspace: opened with care, read by many threads, written by one at a time."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError, NoResultFound

from core.domain.errors import DiskFullError, StoreError
from core.store import migrations, schema
from core.store.files import make_folder

_WAIT_MS = 5_000  # for another process that writes
_WRITES = "sightsmith_writes"
_ON_CONNECT = (
    f"PRAGMA busy_timeout = {_WAIT_MS}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",  # with WAL: what was committed stays through a power cut
)


class Database:
    """One workspace's tables. Within a process, writers queue; other processes are waited for 5 seconds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = Lock()
        self._engine = create_engine(URL.create("sqlite", database=str(path)))
        event.listen(self._engine, "connect", _on_connect)
        event.listen(self._engine, "begin", _on_begin)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one state of everything, whatever is written meanwhile."""
        with _told(self._path), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield the only writing connection; what happens on it lasts as a whole, or not at all."""
        writer = self._engine.execution_options(**{_WRITES: True})
        with self._writer, _told(self._path), writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_database(path: Path, *, lying: Callable[[], Iterable[str]] = tuple) -> Database:
    """Return the database at ``path``, made where there is none.

    ``lying`` tells the pictures that are there when it is made: another database may have named them.

    Raises:
        StoreError: the file is not Sightsmith's, is damaged, was made by a newer Sightsmith, or cannot be
            written. It is left as it is.
    """
    make_folder(path.parent)
    with _told(path), closing(sqlite3.connect(path, timeout=_WAIT_MS / 1000, isolation_level=None)) as plain:
        plain.execute("BEGIN")  # one look at the file, although another process may just be making it
        known = _version_of(plain, path)
        plain.execute("COMMIT")
        _prepare(plain, path)
    database = Database(path)
    if known < schema.VERSION:
        _bring_up(database, lying)
    return database


def _version_of(plain: sqlite3.Connection, path: Path) -> int:
    """Return the version of the tables, 0 for a new file; StoreError when the file is not for us."""
    mine = _ask(plain, "PRAGMA application_id") == schema.APPLICATION_ID
    if not mine and _ask(plain, "SELECT count(*) FROM sqlite_schema"):
        raise StoreError(
            f"{path} belongs to another program.",
            hint="Move that file away, or set SIGHTSMITH_HOME to another folder.",
        )
    version = int(_ask(plain, "PRAGMA user_version")) if mine else 0
    if version > schema.VERSION:
        raise StoreError(
            f"The workspace {path.parent} was made by a newer Sightsmith.",
            hint="Update Sightsmith, or set SIGHTSMITH_HOME to another folder.",
        )
    if _ask(plain, "PRAGMA quick_check(1)") != "ok":
        raise _damaged(path)
    return version


def _prepare(plain: sqlite3.Connection, path: Path) -> None:
    """Switch to write-ahead logging and prove that the file can be written."""
    if _ask(plain, "PRAGMA journal_mode") != "wal" and _ask(plain, "PRAGMA journal_mode = WAL") != "wal":
        raise StoreError(
            f"The folder {path.parent} cannot keep a database safely; it may be a network drive.",
            hint="Set SIGHTSMITH_HOME to a folder on this machine's own disk.",
        )
    plain.execute("BEGIN IMMEDIATE")
    plain.execute("PRAGMA user_version = 0")  # any write will do: it is taken back
    plain.execute("ROLLBACK")


def _bring_up(database: Database, lying: Callable[[], Iterable[str]]) -> None:
    """Make the tables, or change those of an older version: as a whole, or not at all."""
    try:
        with database.writing() as connection:
            migrations.bring_up(connection, lying)
    except BaseException:
        database.close()
        raise


def _ask(plain: sqlite3.Connection, question: str) -> Any:  # noqa: ANN401  a number or a text
    return plain.execute(question).fetchone()[0]


def _on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401  SQLAlchemy's own wrapper
    connection.isolation_level = None  # sqlite3 must not begin transactions of its own: _on_begin does
    cursor = connection.cursor()
    for pragma in _ON_CONNECT:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: Connection) -> None:
    # what reads first and writes later could be refused half-way; "immediate" waits at the start instead
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn the database's errors into a StoreError with a next step."""
    try:
        yield
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.OperationalError | sqlite3.DatabaseError):
            raise
        raise _in_words(error.orig, path) from error
    except sqlite3.DatabaseError as error:
        raise _in_words(error, path) from error
    except (msgspec.MsgspecError, zlib.error, NoResultFound) as error:  # a record that cannot be read
        raise _damaged(path) from error


def _in_words(error: sqlite3.Error, path: Path) -> StoreError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the upper bits only refine it
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreError(
                "Another program has been writing to the workspace for more than 5 seconds.",
                hint="Wait a moment and try again.",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return DiskFullError(
                f"Sightsmith may not write to {path}.",
                hint="Give your user the right to write there, or set SIGHTSMITH_HOME to another folder.",
            )
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return DiskFullError(
                f"The disk with {path.parent} {'is full' if code == sqlite3.SQLITE_FULL else 'fails'}.",
                hint="Free some space and try again. Nothing that was saved before is lost.",
            )
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return _damaged(path)
        case _:
            return StoreError(
                f"The database {path} cannot be used: {error}.", hint="Check the disk and try again."
            )


def _damaged(path: Path) -> StoreError:
    return StoreError(
        f"The database {path} is damaged.",
        hint="Put it back from a copy, or move it away to begin with an empty workspace; "
        "the pictures and results beside it are kept.",
    )
