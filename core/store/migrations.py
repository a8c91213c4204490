"""From any older version of the tables to the present one, with everything that is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
from sqlalchemy import Connection, text

from core.domain.dataset import Sample, Split
from core.store import schema, sheets

_NEW_IN_2 = (
    "samples TEXT NOT NULL DEFAULT '{}'",
    "split_settings TEXT NOT NULL DEFAULT '{}'",
    "split_check TEXT",
    "parent_id TEXT REFERENCES dataset(id)",
    "edit TEXT",
    "author TEXT NOT NULL DEFAULT ''",
)
_NEW_IN_3 = ("position INTEGER", "saved_at TEXT", "expected TEXT", "trials TEXT NOT NULL DEFAULT '[]'")
_NEW_IN_4 = ("note TEXT NOT NULL DEFAULT ''", "starred BOOLEAN NOT NULL DEFAULT 0")
_NEW_IN_7 = ("purpose TEXT NOT NULL DEFAULT ''", "responsible TEXT NOT NULL DEFAULT ''")
_AS_BEFORE_3 = {  # settings that version 2 did not have, as what it did
    "head_solver": "adamw",
    "ema_decay": 0.0,
    "boundary_views": 0,
    "precision": "fp32",
}
_IMPORT = '{"kind":"import"}'  # version 1 knew no other way to a data set


def bring_up(connection: Connection, lying: Callable[[], Iterable[str]] = tuple) -> None:
    """Make the tables, or change those of an older version, on a connection that writes all or nothing.

    Another process may have done it since we looked. New tables remember the pictures that are ``lying``
    there. Versions 5 and 6 only have more tables: of verdicts; of these pictures, and of files left over.
    """
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version >= schema.VERSION:
        return
    schema.metadata.create_all(connection)
    if version == 0:
        _remember(connection, lying())
    if version == 1:
        _from_1_to_2(connection)
    if 1 <= version <= 2:
        _from_2_to_3(connection)
    if 1 <= version <= 3:
        _from_3_to_4(connection)
    if 1 <= version < 7:
        _from_6_to_7(connection)
    connection.exec_driver_sql(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {schema.VERSION}")


def _remember(connection: Connection, lying: Iterable[str]) -> None:
    rows = [{"sha256": sha256} for sha256 in lying]
    if rows:
        connection.execute(schema.earlier_picture.insert(), rows)


def _from_1_to_2(connection: Connection) -> None:
    """Samples move from rows to sheets; each version learns its parent, and each project where it stands."""
    for column in _NEW_IN_2:
        connection.exec_driver_sql(f"ALTER TABLE dataset ADD COLUMN {column}")
    versions = connection.exec_driver_sql(
        "SELECT id, project_id, issues FROM dataset ORDER BY project_id, version"
    ).all()
    newest: dict[str, str] = {}  # by project
    for version in versions:
        changed = {
            "id": version.id,
            "samples": msgspec.json.encode(_sheets_of_1(connection, version.id, version.issues)).decode(),
            "issues": sheets.keep_text(connection, version.issues.encode()),
            "parent": newest.get(version.project_id),
            "edit": _IMPORT,
        }
        connection.execute(_CHANGE, changed)
        newest[version.project_id] = version.id
    rows = [{"project_id": project, "dataset_id": dataset} for project, dataset in newest.items()]
    if rows:
        connection.execute(schema.current.insert(), rows)
    connection.exec_driver_sql("DROP TABLE sample")


def _from_2_to_3(connection: Connection) -> None:
    """Runs wait in an order and have checkpoints; their settings go on saying what was done."""
    for column in _NEW_IN_3:
        connection.exec_driver_sql(f"ALTER TABLE run ADD COLUMN {column}")
    connection.exec_driver_sql("UPDATE run SET position = number")
    for run in connection.exec_driver_sql("SELECT id, config FROM run").all():
        config = msgspec.json.encode(_config_of_2(msgspec.json.decode(run.config))).decode()
        connection.execute(_NEW_CONFIG, {"id": run.id, "config": config})


def _from_3_to_4(connection: Connection) -> None:
    """Runs can be given a note and a star."""
    for column in _NEW_IN_4:
        connection.exec_driver_sql(f"ALTER TABLE run ADD COLUMN {column}")


def _from_6_to_7(connection: Connection) -> None:
    """Projects tell what they are for, and who answers for them."""
    for column in _NEW_IN_7:
        connection.exec_driver_sql(f"ALTER TABLE project ADD COLUMN {column}")


def _config_of_2(config: dict[str, object]) -> dict[str, object]:
    """Return the settings in the words of version 3: "class_weights" became one way to balance."""
    kept = {name: value for name, value in config.items() if name != "class_weights"}
    balance = "weights" if config.get("class_weights") else "none"
    return {"balance": balance, **_AS_BEFORE_3, **kept}


_NEW_CONFIG = text("UPDATE run SET config = :config WHERE id = :id")
_CHANGE = text(
    "UPDATE dataset SET samples = :samples, issues = :issues, parent_id = :parent, edit = :edit"
    " WHERE id = :id"
)
_SAMPLES_OF_1 = text(
    'SELECT path, sha256, width, height, label, split, "group", excluded'
    " FROM sample WHERE dataset_id = :id ORDER BY position"
)


def _sheets_of_1(connection: Connection, dataset_id: str, issues: str) -> dict[str, str]:
    """Return the keys of a version's samples. Version 1 told a split that was given only by an issue."""
    given = '"split_folders"' in issues
    rows = [dict(row) for row in connection.execute(_SAMPLES_OF_1, {"id": dataset_id}).mappings()]
    samples = [
        Sample(**{**row, "split": Split(row["split"]), "excluded": bool(row["excluded"])}, given=given)
        for row in rows
    ]
    return sheets.keep_samples(connection, samples)
