"""Training runs: a journal that stays true through crashes, restarts and double clicks.

A run is made QUEUED and becomes RUNNING. From there it ends, or it is PAUSED or INTERRUPTED and can go on.
What has ended as DONE, STOPPED or DISCARDED never changes again; the first two are recorded only when the
whole result is on the disk.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select, update

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.errors import RunError
from core.domain.report import Interval
from core.domain.run import EpochRow, Run, RunStatus, StageSeconds, Trial
from core.store.checkpoints import Checkpoints
from core.store.database import Database
from core.store.owner import Owner, is_alive
from core.store.projects import free_name
from core.store.results import Results
from core.store.run_labels import RunLabels, names_of_others
from core.store.run_rows import (
    COLUMNS,
    EPOCH_FIELDS,
    as_run,
    check_going,
    check_pictures,
    last_position,
    next_name,
    unknown,
    visible,
    visible_row,
    worked_on,
)
from core.store.schema import epoch
from core.store.schema import run as table


class Runs(RunLabels):
    """The training runs of all projects, with their history and their results."""

    def __init__(
        self,
        database: Database,
        results: Results,
        checkpoints: Checkpoints,
        *,
        clock: Callable[[], datetime],
        owner: Owner,
    ) -> None:
        super().__init__(database, results, checkpoints, clock)
        self._owner = owner

    def create(  # noqa: PLR0913 - reads like a form, and everything on it is named
        self,
        project_id: str,
        dataset: Dataset,
        *,
        config: TrainConfig,
        preset: Preset | None,
        token: str,
        name: str = "",
        expected: Interval | None = None,
    ) -> Run:
        """Return a new queued run, or the one that this token already made, also from 50 threads at once.

        Without a name it is "Run 1", "Run 2" and so on; no name comes twice, also after deletions, unless
        the first was removed for good. ``expected`` is what a forecast told for its test pictures.

        Raises:
            RunError: the project or the data set is gone.
        """
        made = Run(
            id=uuid4().hex,
            project_id=project_id,
            name=name,
            dataset_id=dataset.id,
            dataset_fingerprint=dataset.fingerprint,
            preset=preset,
            config=config,
            status=RunStatus.QUEUED,
            created_at=self._clock(),
            expected=expected,
        )
        with self._database.writing() as connection:
            same = connection.execute(select(*COLUMNS).where(table.c.token == token)).one_or_none()
            if same is not None:
                return as_run(connection, same)
            check_pictures(connection, project_id, dataset.id)
            named = replace(made, name=name or next_name(connection, project_id))
            values = {column.name: getattr(named, column.name) for column in COLUMNS}
            own = {"token": token, "owner": self._owner.key, "position": last_position(connection)}
            connection.execute(insert(table), values | own)
        return named

    def get(self, run_id: str) -> Run | None:
        """Return the run with its history; None when there is none, or it or its project was deleted."""
        with self._database.reading() as connection:
            row = connection.execute(visible().where(table.c.id == run_id)).one_or_none()
            return None if row is None else as_run(connection, row)

    def of_project(self, project_id: str) -> tuple[Run, ...]:
        """Return the project's runs, newest first, without their histories."""
        query = visible().where(table.c.project_id == project_id).order_by(table.c.number.desc())
        with self._database.reading() as connection:
            return tuple(Run(**row._asdict()) for row in connection.execute(query))

    def start(self, run_id: str, *, device: str = "", versions: tuple[tuple[str, str], ...] = ()) -> None:
        """Set the run RUNNING, worked on by this process from now on; RunError when it has ended.

        A run that goes on keeps the moment at which it first began.
        """
        with self._database.writing() as connection:
            check_going(connection, run_id)
            change = update(table).where(table.c.id == run_id)
            connection.execute(change.where(table.c.started_at.is_(None)).values(started_at=self._clock()))
            connection.execute(
                change.values(
                    status=RunStatus.RUNNING, owner=self._owner.key, device=device, versions=versions
                )
            )

    def choose(self, run_id: str, config: TrainConfig, trials: tuple[Trial, ...]) -> None:
        """Record the ways that a run tried, and the settings it goes on with; RunError when it has ended."""
        self._change(run_id, config=config, trials=trials)

    def add_epoch(self, run_id: str, row: EpochRow) -> None:
        """Add what one epoch achieved; the same epoch again replaces it."""
        values = {name: getattr(row, name) for name in EPOCH_FIELDS}
        finite = {n: None if isinstance(v, float) and math.isnan(v) else v for n, v in values.items()}
        with self._database.writing() as connection:
            check_going(connection, run_id)
            connection.execute(insert(epoch).prefix_with("OR REPLACE"), finite | {"run_id": run_id})

    def forget_epochs(self, run_id: str, *, after: int) -> None:
        """Remove what epochs beyond ``after`` achieved: they are gone through again, from a checkpoint."""
        with self._database.writing() as connection:
            check_going(connection, run_id)
            connection.execute(delete(epoch).where(epoch.c.run_id == run_id, epoch.c.epoch > after))

    def pause(
        self,
        run_id: str,
        *,
        notes: tuple[str, ...] = (),
        stage_seconds: tuple[StageSeconds, ...] = (),
        reason: str = "",
        hint: str = "",
    ) -> None:
        """Set the run PAUSED, to go on later; ``reason`` is empty where the user asked for it.

        Raises:
            RunError: the run neither waits nor is being worked on.
        """
        self._change(
            run_id,
            status=RunStatus.PAUSED,
            notes=notes,
            stage_seconds=stage_seconds,
            error=reason,
            hint=hint,
        )

    def discard(self, run_id: str) -> None:
        """Set a run DISCARDED that is not worked on, and remove its checkpoints.

        Raises:
            RunError: there is no such run, it is being worked on, or it has ended.
        """
        with self._database.writing() as connection:
            row = visible_row(connection, run_id)
            if row.status not in _DISCARDABLE:
                raise RunError(
                    f"The training run '{row.name}' cannot be discarded: it is {row.status}.",
                    hint="Look at it as it is now.",
                )
            change = update(table).where(table.c.id == run_id)
            connection.execute(
                change.values(
                    status=RunStatus.DISCARDED, finished_at=self._clock(), error="", hint="", saved_at=None
                )
            )
        self._checkpoints.drop(run_id)

    def finish(
        self,
        run_id: str,
        status: RunStatus,
        *,
        best_epoch: int | None = None,
        stage_seconds: tuple[StageSeconds, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> None:
        """Record the end of a run that has a result, DONE or STOPPED, after ``save_result``.

        Raises:
            RunError: the run has ended before, or its result was not saved.
        """
        manifest = self._results.manifest(run_id)
        if not status.has_result or manifest is None:
            raise RunError("A training run without a result cannot be finished.", hint="Start it again.")
        self._change(
            run_id,
            status=status,
            finished_at=self._clock(),
            best_epoch=best_epoch,
            stage_seconds=stage_seconds,
            notes=notes,
            accuracy=manifest.accuracy,
        )

    def end_without_result(
        self,
        run_id: str,
        status: RunStatus,
        *,
        error: str,
        hint: str = "",
        stage_seconds: tuple[StageSeconds, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> None:
        """Record the end of a run without a result, and why.

        Raises:
            RunError: the run has ended before, or the status is one that needs a result, or none that ends.
        """
        if status.active or status.has_result:
            raise RunError(f"A training run cannot end as {status} without a result.", hint="Start it again.")
        self._change(
            run_id,
            status=status,
            finished_at=self._clock(),
            stage_seconds=stage_seconds,
            notes=notes,
            error=error,
            hint=hint,
        )

    def delete(self, run_id: str) -> None:
        """Take the run out of sight; ``restore`` brings it back. RunError while it is not finished."""
        with self._database.writing() as connection:
            row = visible_row(connection, run_id)
            if row.status.active:
                raise RunError(
                    f"The training run '{row.name}' cannot be deleted while it is not finished.",
                    hint="Stop it first, or wait for its end.",
                )
            connection.execute(update(table).where(table.c.id == run_id).values(deleted=True))

    def restore(self, run_id: str) -> str:
        """Bring a deleted run back, and return its name: another one where that is taken by now."""
        with self._database.writing() as connection:
            row = connection.execute(select(table.c.name, table.c.project_id).where(table.c.id == run_id))
            if (gone := row.one_or_none()) is None:
                raise unknown()
            free = free_name(gone.name, names_of_others(connection, gone.project_id, run_id))
            change = update(table).where(table.c.id == run_id)
            connection.execute(change.values(deleted=False, name=free))
        return free

    def interrupt_orphans(self, alive: Callable[[Owner], bool] = is_alive) -> tuple[str, ...]:
        """Set the runs INTERRUPTED that an ended process was working on; return their ids.

        Those that wait go on waiting. Where there are none, nothing is written.
        """
        with self._database.reading() as connection:
            if not _orphans(connection, alive):
                return ()
        with self._database.writing() as connection:
            orphans = _orphans(connection, alive)
            change = update(table).where(table.c.id.in_(orphans))
            connection.execute(change.values(**_INTERRUPTION, finished_at=self._clock()))
        return orphans


def _orphans(connection: Connection, alive: Callable[[Owner], bool]) -> tuple[str, ...]:
    going = select(table.c.id, table.c.owner).where(table.c.status == RunStatus.RUNNING)
    rows = connection.execute(going.order_by(table.c.number)).all()
    return tuple(row.id for row in rows if not worked_on(row.owner, alive))


_DISCARDABLE = (RunStatus.QUEUED, RunStatus.PAUSED, RunStatus.INTERRUPTED, RunStatus.FAILED)
_INTERRUPTION = {
    "status": RunStatus.INTERRUPTED,
    "error": "Sightsmith was closed or stopped while this run was not finished.",
    "hint": "Resume it: it goes on where its last checkpoint was written.",
}
