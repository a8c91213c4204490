"""Projects: made, renamed, deleted with a way back, and summed up for their cards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, Select, insert, select, update

from core.domain.errors import StoreError
from core.domain.project import Project, ProjectSummary
from core.domain.run import RunStatus
from core.store.database import Database
from core.store.schema import current, dataset, run
from core.store.schema import project as table

LONGEST_NAME = 200
LONGEST_TEXT = 2_000  # of what is said about a project
_ACTIVE = [status for status in RunStatus if status.active]
_COLUMNS = [table.c[field.name] for field in fields(Project)]


class Projects:
    """All projects of the workspace, in the order in which they were made."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str, credit: str = "", *, purpose: str = "", responsible: str = "") -> Project:
        """Return a new project. Names may repeat; StoreError when the name is empty or too long."""
        made = Project(
            id=uuid4().hex,
            name=_checked(name),
            created_at=self._clock(),
            credit=credit,
            purpose=purpose,
            responsible=responsible,
        )
        values = {field.name: getattr(made, field.name) for field in fields(Project)}
        with self._database.writing() as connection:
            connection.execute(insert(table), values)
        return made

    def all(self) -> tuple[Project, ...]:
        """Return every project that is not deleted, oldest first."""
        query = select(*_COLUMNS).where(~table.c.deleted).order_by(table.c.number)
        with self._database.reading() as connection:
            return tuple(Project(**row._asdict()) for row in connection.execute(query))

    def get(self, project_id: str) -> Project | None:
        """Return the project; None when there is none, or it was deleted."""
        query = select(*_COLUMNS).where(table.c.id == project_id, ~table.c.deleted)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Project(**row._asdict())

    def rename(self, project_id: str, name: str) -> None:
        """Give the project another name."""
        change = update(table).where(table.c.id == project_id, ~table.c.deleted)
        with self._database.writing() as connection:
            if not connection.execute(change.values(name=_checked(name))).rowcount:
                raise _gone()

    def describe(
        self, project_id: str, *, purpose: str | None = None, responsible: str | None = None
    ) -> None:
        """Say what the project's models are for, or who answers for them; what is None stays as it is.

        Raises StoreError: there is no such project, or one of them is too long.
        """
        said = {"purpose": purpose, "responsible": responsible}
        told = {name: text.strip() for name, text in said.items() if text is not None}
        longest = max(map(len, told.values()), default=0)
        if longest > LONGEST_TEXT:
            raise StoreError(
                f"This has {longest:,} characters; the most is {LONGEST_TEXT:,}.", hint="Make it shorter."
            )
        change = update(table).where(table.c.id == project_id, ~table.c.deleted)
        with self._database.writing() as connection:
            if told and not connection.execute(change.values(told)).rowcount:
                raise _gone()

    def delete(self, project_id: str) -> None:
        """Take the project, its pictures and its runs out of sight; ``restore`` brings all of it back.

        Raises:
            StoreError: there is no such project, or a training run of it is waiting or going.
        """
        with self._database.writing() as connection:
            _refuse_while_active(connection, project_id)
            change = update(table).where(table.c.id == project_id, ~table.c.deleted).values(deleted=True)
            if not connection.execute(change).rowcount:
                raise _gone()

    def restore(self, project_id: str) -> str:
        """Bring a deleted project back, and return its name: another one where that is taken by now."""
        with self._database.writing() as connection:
            name = connection.scalar(select(table.c.name).where(table.c.id == project_id))
            if name is None:
                raise _gone()
            others = select(table.c.name).where(table.c.id != project_id, ~table.c.deleted)
            free = free_name(name, set(connection.scalars(others)))
            change = update(table).where(table.c.id == project_id)
            connection.execute(change.values(deleted=False, name=free))
        return free

    def summaries(self) -> tuple[ProjectSummary, ...]:
        """Return what the cards of all projects show, newest project first."""
        query: Select[*tuple[Any, ...]] = (
            select(*_COLUMNS, current.c.dataset_id, dataset.c.pictures, dataset.c.classes, dataset.c.strip)
            .outerjoin(current, current.c.project_id == table.c.id)
            .outerjoin(dataset, dataset.c.id == current.c.dataset_id)
            .where(~table.c.deleted)
            .order_by(table.c.number.desc())
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            runs = connection.execute(_RUNS).all()
        return tuple(_summary(row, [one for one in runs if one.project_id == row.id]) for row in rows)


_RUNS: Select[*tuple[Any, ...]] = (
    select(run.c.project_id, run.c.id, run.c.status, run.c.accuracy, run.c.dataset_id, dataset.c.version)
    .join(dataset, dataset.c.id == run.c.dataset_id)
    .where(~run.c.deleted)
    .order_by(run.c.number)
)


def free_name(name: str, taken: Collection[str]) -> str:
    """Return the name, with a number behind it where it is taken: "Leaves (2)"."""
    numbered = (f"{name} ({number})" for number in count(2))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def _summary(row: Row[*tuple[Any, ...]], runs: Sequence[Row[*tuple[Any, ...]]]) -> ProjectSummary:
    best = _best([one for one in runs if one.accuracy is not None], row.dataset_id)
    return ProjectSummary(
        project=Project(**{field.name: getattr(row, field.name) for field in fields(Project)}),
        pictures=row.pictures or 0,
        classes=len(row.classes or ()),
        strip=row.strip or (),
        runs=len(runs),
        active=any(one.status.active for one in runs),
        best_run_id=best.id if best else None,
        best_accuracy=best.accuracy if best else None,
    )


def _best(judged: Sequence[Row[*tuple[Any, ...]]], dataset_id: str | None) -> Row[*tuple[Any, ...]] | None:
    """Return the best run on the version in use or, where none has a result, on the newest one that has.

    A better result on earlier pictures may come from what has been mended since: a leak, or wrong labels.
    """
    return max(
        judged,
        key=lambda one: (one.dataset_id == dataset_id, one.version, one.accuracy.value),
        default=None,
    )


def _refuse_while_active(connection: Connection, project_id: str) -> None:
    query = select(run.c.name, table.c.name.label("project")).join(table, table.c.id == run.c.project_id)
    going = connection.execute(
        query.where(run.c.project_id == project_id, run.c.status.in_(_ACTIVE), ~run.c.deleted)
    ).first()
    if going is not None:
        raise StoreError(
            f"'{going.project}' cannot be deleted while its training run '{going.name}' is not finished.",
            hint="Stop the run first, or wait for its end.",
        )


def _checked(name: str) -> str:
    wanted = " ".join(name.split())
    if not wanted:
        raise StoreError("A project needs a name.", hint="Say in a word or two what its pictures show.")
    if len(wanted) > LONGEST_NAME:
        raise StoreError(
            f"The name has {len(wanted)} characters; the most is {LONGEST_NAME}.",
            hint="Choose a shorter one.",
        )
    return wanted


def _gone() -> StoreError:
    return StoreError("This project does not exist any more.", hint="Choose another one from the list.")
