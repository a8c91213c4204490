"""The queue of training runs: kept in the database, so that it goes on after a restart.

Each run waits for the process that queued it. A run of a process that has ended waits for the next one that
takes over. Taking, moving and putting back are each one writing transaction: two processes never take the
same run.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from core.domain.errors import RunError
from core.domain.run import Move, Run, RunStatus
from core.store.database import Database
from core.store.owner import Owner, is_alive
from core.store.run_rows import AnyRow, AnySelect, as_run, last_position, visible, visible_row, worked_on
from core.store.schema import epoch
from core.store.schema import run as table


class RunQueue:
    """The runs that wait, of all projects, first one first."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime], owner: Owner) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner

    def waiting(self) -> tuple[Run, ...]:
        """Return the runs that wait, in their order, without their histories."""
        with self._database.reading() as connection:
            return tuple(Run(**row._asdict()) for row in connection.execute(_waiting()))

    def take_over(self, alive: Callable[[Owner], bool] = is_alive) -> tuple[Run, ...]:
        """Let what waits for an ended process wait for this one; return these runs."""
        query = _waiting().add_columns(table.c.owner)
        with self._database.writing() as connection:
            rows = connection.execute(query).all()
            left = [row.id for row in rows if not worked_on(row.owner, alive)]
            connection.execute(update(table).where(table.c.id.in_(left)).values(owner=self._owner.key))
            found = connection.execute(_waiting().where(table.c.id.in_(left)))
            return tuple(Run(**row._asdict()) for row in found)

    def take(self) -> Run | None:
        """Return the first run that waits for this process, RUNNING from now on; None when none does."""
        mine = _waiting().where(table.c.owner == self._owner.key).limit(1)
        with self._database.writing() as connection:
            row = connection.execute(mine).one_or_none()
            if row is None:
                return None
            begun = row.started_at or self._clock()
            _set(connection, row.id, status=RunStatus.RUNNING, started_at=begun)
            return as_run(connection, visible_row(connection, row.id))

    def put_back(self, run_id: str) -> Run:
        """Return a paused, interrupted or failed run, QUEUED again, before those that have not begun.

        Without a checkpoint it begins anew: what its epochs achieved is forgotten, and nothing to keep.

        Raises:
            RunError: there is no such run, or it cannot go on.
        """
        with self._database.writing() as connection:
            row = visible_row(connection, run_id)
            if not Run(**row._asdict()).resumable:
                raise _cannot(row, "go on")
            if row.saved_at is None:
                connection.execute(delete(epoch).where(epoch.c.run_id == run_id))
            begun = row.started_at is not None
            position = _before_all(connection) if begun else last_position(connection)
            _set(
                connection,
                run_id,
                status=RunStatus.QUEUED,
                owner=self._owner.key,
                position=position,
                finished_at=None,
                error="",
                hint="",
            )
            return as_run(connection, visible_row(connection, run_id))

    def take_out(self, run_id: str) -> bool:
        """Set a waiting run PAUSED and return True; False when it does not wait (any more)."""
        change = update(table).where(table.c.id == run_id, table.c.status == RunStatus.QUEUED)
        with self._database.writing() as connection:
            return bool(connection.execute(change.values(status=RunStatus.PAUSED)).rowcount)

    def move(self, run_id: str, direction: Move) -> None:
        """Change places with the neighbour there, or go before all others; RunError unless it waits."""
        with self._database.writing() as connection:
            order = [row.id for row in connection.execute(_waiting())]
            if run_id not in order:
                raise _cannot(visible_row(connection, run_id), "change its place")
            place = order.index(run_id)
            wanted = {Move.UP: max(0, place - 1), Move.DOWN: place + 1, Move.FIRST: 0}[direction]
            order.insert(wanted, order.pop(place))
            for position, waiting in enumerate(order, start=last_position(connection)):
                _set(connection, waiting, position=position)


def _waiting() -> AnySelect:
    waits = visible().where(table.c.status == RunStatus.QUEUED)
    return waits.order_by(table.c.position, table.c.number)


def _before_all(connection: Connection) -> int:
    lowest = select(func.min(table.c.position)).where(table.c.status == RunStatus.QUEUED)
    return (connection.scalar(lowest) or 1) - 1


def _set(connection: Connection, run_id: str, **values: object) -> None:
    connection.execute(update(table).where(table.c.id == run_id).values(**values))


def _cannot(row: AnyRow, what: str) -> RunError:
    return RunError(
        f"The training run '{row.name}' cannot {what}: it is {row.status}.", hint="Look at it as it is now."
    )
