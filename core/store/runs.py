"""Training runs: a journal that stays true through crashes, restarts and double clicks.

A run is made QUEUED, becomes RUNNING, and gets exactly one final status, which never changes again. DONE and
STOPPED are recorded only when the whole result is on the disk.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, Select, insert, select, update

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.dataset import Dataset
from core.domain.errors import RunError
from core.domain.preprocess import Preprocessing
from core.domain.report import Predictions, Report
from core.domain.run import EpochRow, Run, RunStatus, StageSeconds
from core.store.database import Database
from core.store.owner import Owner, is_alive
from core.store.results import Results, Weights
from core.store.schema import dataset as dataset_table
from core.store.schema import epoch, project
from core.store.schema import run as table

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

_COLUMNS = [table.c[field.name] for field in fields(Run) if field.name in table.c]
_EPOCH_FIELDS = tuple(field.name for field in fields(EpochRow))
_MEASURED = tuple(name for name in _EPOCH_FIELDS if name not in ("epoch", "stage", "val_macro_f1"))
_ACTIVE = [status for status in RunStatus if status.active]


class Runs:
    """The training runs of all projects, with their history and their results."""

    def __init__(
        self, database: Database, results: Results, *, clock: Callable[[], datetime], owner: Owner
    ) -> None:
        self._database = database
        self._results = results
        self._clock = clock
        self._owner = owner

    def create(
        self,
        project_id: str,
        dataset: Dataset,
        *,
        config: TrainConfig,
        preset: Preset | None,
        name: str,
        token: str,
    ) -> Run:
        """Return a new queued run, or the one that this token already made, also from 50 threads at once.

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
        )
        values = {column.name: getattr(made, column.name) for column in _COLUMNS}
        with self._database.writing() as connection:
            same = connection.execute(select(*_COLUMNS).where(table.c.token == token)).one_or_none()
            if same is not None:
                return _run(connection, same)
            _check_pictures(connection, project_id, dataset.id)
            connection.execute(insert(table), values | {"token": token, "owner": self._owner.key})
        return made

    def get(self, run_id: str) -> Run | None:
        """Return the run with its history; None when there is none, or it or its project was deleted."""
        with self._database.reading() as connection:
            row = connection.execute(_visible().where(table.c.id == run_id)).one_or_none()
            return None if row is None else _run(connection, row)

    def of_project(self, project_id: str) -> tuple[Run, ...]:
        """Return the project's runs, newest first, without their histories."""
        query = _visible().where(table.c.project_id == project_id).order_by(table.c.number.desc())
        with self._database.reading() as connection:
            return tuple(Run(**row._asdict()) for row in connection.execute(query))

    def start(self, run_id: str, *, device: str = "", versions: tuple[tuple[str, str], ...] = ()) -> None:
        """Set the run RUNNING, worked on by this process from now on; RunError when it has ended."""
        self._change(
            run_id,
            status=RunStatus.RUNNING,
            started_at=self._clock(),
            owner=self._owner.key,
            device=device,
            versions=versions,
        )

    def add_epoch(self, run_id: str, row: EpochRow) -> None:
        """Add what one epoch achieved; the same epoch again replaces it."""
        values = {name: getattr(row, name) for name in _EPOCH_FIELDS}
        finite = {n: None if isinstance(v, float) and math.isnan(v) else v for n, v in values.items()}
        with self._database.writing() as connection:
            _check_going(connection, run_id)
            connection.execute(insert(epoch).prefix_with("OR REPLACE"), finite | {"run_id": run_id})

    def save_result(
        self,
        run_id: str,
        *,
        report: Report,
        predictions: Predictions,
        weights: Weights,
        preprocessing: Preprocessing,
    ) -> None:
        """Keep what the run achieved on disk, whole; it is shown once ``finish`` has recorded the end."""
        self._results.save(
            run_id, report=report, predictions=predictions, weights=weights, preprocessing=preprocessing
        )

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
            row = connection.execute(_visible().where(table.c.id == run_id)).one_or_none()
            if row is None:
                raise _unknown()
            if row.status.active:
                raise RunError(
                    f"The training run '{row.name}' cannot be deleted while it is not finished.",
                    hint="Stop it first, or wait for its end.",
                )
            connection.execute(update(table).where(table.c.id == run_id).values(deleted=True))

    def restore(self, run_id: str) -> None:
        """Bring a deleted run back, as it was."""
        change = update(table).where(table.c.id == run_id).values(deleted=False)
        with self._database.writing() as connection:
            if not connection.execute(change).rowcount:
                raise _unknown()

    def interrupt_orphans(self, alive: Callable[[Owner], bool] = is_alive) -> tuple[str, ...]:
        """Set the runs INTERRUPTED whose process has ended; return their ids. For the start of a process."""
        going = select(table.c.id, table.c.owner).where(table.c.status.in_(_ACTIVE)).order_by(table.c.number)
        with self._database.writing() as connection:
            orphans = tuple(row.id for row in connection.execute(going) if not _worked_on(row.owner, alive))
            change = update(table).where(table.c.id.in_(orphans))
            connection.execute(change.values(**_INTERRUPTION, finished_at=self._clock()))
        return orphans

    def report(self, run_id: str) -> Report:
        """Return the run's evaluation.

        Raises:
            RunError: there is no such run, or it has no result. So with the three below.
            StoreError: the file is not what was saved. So with the three below.
        """
        return self._results.report(self._with_result(run_id))

    def predictions(self, run_id: str) -> Predictions:
        """Return the answers for each validation and test picture, in the order they were saved."""
        return self._results.predictions(self._with_result(run_id))

    def weights(self, run_id: str) -> bytes:
        """Return the trained network's weights, in the safetensors format."""
        return self._results.weights(self._with_result(run_id))

    def preprocessing(self, run_id: str) -> Preprocessing:
        """Return how pictures are brought to the trained network's input."""
        return self._results.preprocessing(self._with_result(run_id))

    def _change(self, run_id: str, **values: object) -> None:
        change = update(table).where(table.c.id == run_id).values(**values)
        with self._database.writing() as connection:
            _check_going(connection, run_id)
            connection.execute(change)

    def _with_result(self, run_id: str) -> str:
        with self._database.reading() as connection:
            row = connection.execute(_visible().where(table.c.id == run_id)).one_or_none()
        if row is None:
            raise _unknown()
        if not row.status.has_result:
            raise RunError(
                f"The training run '{row.name}' has no result: it is {row.status}.",
                hint="Wait for its end." if row.status.active else "Start it again.",
            )
        return run_id


_INTERRUPTION = {
    "status": RunStatus.INTERRUPTED,
    "error": "Sightsmith was closed or stopped while this run was not finished.",
    "hint": "Start it again with the same settings.",
}


def _visible() -> AnySelect:
    gone = table.c.deleted | project.c.deleted
    return select(*_COLUMNS).join(project, project.c.id == table.c.project_id).where(~gone)


def _run(connection: Connection, row: AnyRow) -> Run:
    query = select(*(epoch.c[name] for name in _EPOCH_FIELDS))
    rows = connection.execute(query.where(epoch.c.run_id == row.id).order_by(epoch.c.epoch))
    return Run(**row._asdict(), history=tuple(_epoch_row(one) for one in rows))


def _epoch_row(row: AnyRow) -> EpochRow:
    values = row._asdict()
    lost = {name: math.nan for name in _MEASURED if values[name] is None}  # SQLite keeps NaN as NULL
    return EpochRow(**values | lost)


def _worked_on(key: str, alive: Callable[[Owner], bool]) -> bool:
    owner = Owner.from_key(key)
    return owner is not None and alive(owner)


def _check_pictures(connection: Connection, project_id: str, dataset_id: str) -> None:
    query = select(dataset_table.c.id).join(project, project.c.id == dataset_table.c.project_id)
    query = query.where(dataset_table.c.id == dataset_id, project.c.id == project_id, ~project.c.deleted)
    if connection.execute(query).one_or_none() is None:
        raise RunError("The pictures to learn from are gone.", hint="Open the project again.")


def _check_going(connection: Connection, run_id: str) -> None:
    row = connection.execute(select(table.c.name, table.c.status).where(table.c.id == run_id)).one_or_none()
    if row is None:
        raise _unknown()
    if not row.status.active:
        raise RunError(f"The training run '{row.name}' has already ended: it is {row.status}.")


def _unknown() -> RunError:
    return RunError("This training run does not exist any more.", hint="Choose another one from the list.")
