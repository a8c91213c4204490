"""What reviewers said about pictures: written once, taken back by a mark, never removed or changed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, insert, select, update

from core.domain.errors import RunError
from core.domain.review import Judgement, Verdict
from core.store.database import Database
from core.store.run_rows import visible_row
from core.store.schema import run
from core.store.schema import verdict as table

LONGEST_NOTE: Final = 2_000
LONGEST_NAME: Final = 100  # of a reviewer

_FIELDS = ("id", "run_id", "sha256", "path", "kind", "labels", "note", "reviewer", "moment")


class Verdicts:
    """The verdicts on the pictures of all runs.

    Reviewers work side by side: each has verdicts and an undo of his own, and none replaces another's.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def add(
        self,
        run_id: str,
        said: Mapping[str, Judgement],
        *,
        paths: Mapping[str, str],
        reviewer: str,
        moments: Mapping[str, datetime] | None = None,
    ) -> tuple[Verdict, ...]:
        """Return new verdicts of one reviewer, by content hash; all of them are one step to undo.

        ``moments``: when each was said, in UTC; without them, all are said now.

        Raises:
            RunError: there is no such run, or a note or the reviewer's name is too long.
        """
        who = " ".join(reviewer.split())
        _check_lengths(who, [judgement.note for judgement in said.values()])
        step, now = uuid.uuid4().hex, self._clock()
        rows = [
            {
                "id": uuid.uuid4().hex,
                "step": step,
                "run_id": run_id,
                "sha256": sha256,
                "path": paths[sha256],
                "kind": judgement.kind,
                "labels": judgement.labels,
                "note": judgement.note.strip(),
                "reviewer": who,
                "moment": moments[sha256] if moments else now,
            }
            for sha256, judgement in said.items()
        ]
        with self._database.writing() as connection:
            project_id = visible_row(connection, run_id).project_id
            if rows:
                left = update(table).where(_his(run_id, who), table.c.undone)
                connection.execute(left.values(left_behind=True))
                connection.execute(insert(table), rows)
        return tuple(
            Verdict(project_id=project_id, **{name: row[name] for name in _FIELDS})  # type: ignore[arg-type]
            for row in rows
        )

    def latest(self, run_id: str) -> tuple[Verdict, ...]:
        """Return the newest verdict of each reviewer on each picture, in the order in which they came."""
        found = self._found(table.c.run_id == run_id, ~table.c.undone)
        newest = {(one.sha256, one.reviewer): one for one in found}
        return tuple(one for one in found if newest[one.sha256, one.reviewer] is one)

    def of_other_runs(self, run_id: str) -> tuple[Verdict, ...]:
        """Return all verdicts on the project's other runs, in the order in which they came.

        Raises RunError: there is no such run.
        """
        with self._database.reading() as connection:
            project_id = visible_row(connection, run_id).project_id
        others = (run.c.project_id == project_id, run.c.id != run_id, ~run.c.deleted)
        return tuple(self._found(*others, ~table.c.undone))

    def ever_said(self, run_id: str) -> tuple[Verdict, ...]:
        """Return all verdicts in the order in which they came, also overtaken ones and those taken back."""
        return tuple(self._found(table.c.run_id == run_id))

    def undo(self, run_id: str, reviewer: str) -> int:
        """Take back the reviewer's last step; return on how many pictures, 0 where there is none.

        What he said of these pictures before counts again.
        """
        return self._turn(run_id, reviewer, undo=True)

    def redo(self, run_id: str, reviewer: str) -> int:
        """Let the step count again that the reviewer took back last, unless he said something new since."""
        return self._turn(run_id, reviewer, undo=False)

    def _found(self, *wanted: ColumnElement[bool]) -> list[Verdict]:
        query = (
            select(run.c.project_id, *(table.c[name] for name in _FIELDS))
            .join(run, run.c.id == table.c.run_id)
            .where(*wanted)
            .order_by(table.c.number)
        )
        with self._database.reading() as connection:
            return [Verdict(**row._asdict()) for row in connection.execute(query)]

    def _turn(self, run_id: str, reviewer: str, *, undo: bool) -> int:
        his = _his(run_id, " ".join(reviewer.split()))
        with self._database.writing() as connection:
            step = (_last_said if undo else _first_undone)(connection, his)
            if step is None:
                return 0
            change = update(table).where(his, table.c.step == step).values(undone=undo)
            return int(connection.execute(change).rowcount)


def _his(run_id: str, reviewer: str) -> ColumnElement[bool]:
    return (table.c.run_id == run_id) & (table.c.reviewer == reviewer)


def _last_said(connection: Connection, his: ColumnElement[bool]) -> str | None:
    query = select(table.c.step).where(his, ~table.c.undone).order_by(table.c.number.desc()).limit(1)
    return connection.scalar(query)


def _first_undone(connection: Connection, his: ColumnElement[bool]) -> str | None:
    query = select(table.c.step).where(his, table.c.undone, ~table.c.left_behind)
    return connection.scalar(query.order_by(table.c.number).limit(1))


def _check_lengths(reviewer: str, notes: Sequence[str]) -> None:
    if len(reviewer) > LONGEST_NAME:
        raise RunError(
            f"A reviewer's name has up to {LONGEST_NAME} characters; this one has {len(reviewer)}.",
            hint="Make it shorter.",
        )
    longest = max((len(note.strip()) for note in notes), default=0)
    if longest > LONGEST_NOTE:
        raise RunError(
            f"A note has up to {LONGEST_NOTE:,} characters; this one has {longest:,}.",
            hint="Make it shorter.",
        )
