"""How runs lie in the tables, and the checks that every change of one begins with."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from core.domain.errors import RunError
from core.domain.run import EpochRow, Run
from core.store.owner import Owner
from core.store.schema import dataset, epoch, project
from core.store.schema import run as table

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

COLUMNS = [table.c[field.name] for field in fields(Run) if field.name in table.c]
EPOCH_FIELDS = tuple(field.name for field in fields(EpochRow))
_MEASURED = tuple(name for name in EPOCH_FIELDS if name not in ("epoch", "stage"))


def visible() -> AnySelect:
    """Return the question for the runs that are not deleted, nor their project."""
    gone = table.c.deleted | project.c.deleted
    return select(*COLUMNS).join(project, project.c.id == table.c.project_id).where(~gone)


def visible_row(connection: Connection, run_id: str) -> AnyRow:
    """Return the run's row; RunError when there is none, or it or its project was deleted."""
    row = connection.execute(visible().where(table.c.id == run_id)).one_or_none()
    if row is None:
        raise unknown()
    return row


def as_run(connection: Connection, row: AnyRow) -> Run:
    """Return the run with its history."""
    query = select(*(epoch.c[name] for name in EPOCH_FIELDS))
    rows = connection.execute(query.where(epoch.c.run_id == row.id).order_by(epoch.c.epoch))
    return Run(**row._asdict(), history=tuple(_epoch_row(one) for one in rows))


def next_name(connection: Connection, project_id: str) -> str:
    """Return "Run 3" for the third run of a project, or the next one after it that no run has.

    Deleted ones count, so that no name comes twice: an address that was sent names a run.
    """
    taken = connection.scalars(select(table.c.name).where(table.c.project_id == project_id)).all()
    return next(name for number in count(len(taken) + 1) if (name := f"Run {number}") not in taken)


def last_position(connection: Connection) -> int:
    """Return the place behind all that wait."""
    return (connection.scalar(select(func.max(table.c.position))) or 0) + 1


def worked_on(key: str, alive: Callable[[Owner], bool]) -> bool:
    """Whether the process that a run's row names as its owner still lives."""
    owner = Owner.from_key(key)
    return owner is not None and alive(owner)


def check_pictures(connection: Connection, project_id: str, dataset_id: str) -> None:
    """Raise RunError when the project or the data set is gone."""
    query = select(dataset.c.id).join(project, project.c.id == dataset.c.project_id)
    query = query.where(dataset.c.id == dataset_id, project.c.id == project_id, ~project.c.deleted)
    if connection.execute(query).one_or_none() is None:
        raise RunError("The pictures to learn from are gone.", hint="Open the project again.")


def check_going(connection: Connection, run_id: str) -> None:
    """Raise RunError when the run neither waits nor is being worked on."""
    row = connection.execute(select(table.c.name, table.c.status).where(table.c.id == run_id)).one_or_none()
    if row is None:
        raise unknown()
    if not row.status.active:
        raise RunError(f"The training run '{row.name}' has already ended: it is {row.status}.")


def unknown() -> RunError:
    """Return the error for an id that nothing has."""
    return RunError("This training run does not exist any more.", hint="Choose another one from the list.")


def _epoch_row(row: AnyRow) -> EpochRow:
    values = row._asdict()
    lost = {name: math.nan for name in _MEASURED if values[name] is None}  # SQLite keeps NaN as NULL
    return EpochRow(**values | lost)
