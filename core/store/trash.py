"""What was deleted: listed, and removed for good, with everything that nothing else needs.

The rows go first, in one transaction that writes down whose files are left over. Who reads afterwards, also
after a crash in the middle, finds no trace of it; the files go next, or at the next start.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select

from core.domain.deleted import Deleted, DeletedKind
from core.domain.errors import AppError, RunError, StoreError
from core.domain.run import RunStatus
from core.store import sheets
from core.store.database import Database
from core.store.files import remove_tree
from core.store.further_tests import FurtherTests
from core.store.paths import Paths
from core.store.schema import current, dataset, epoch, leftover, log_line, outlook, project, run, verdict

_ACTIVE = [status for status in RunStatus if status.active]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What is gone; its pictures may be needed elsewhere."""

    runs: tuple[str, ...]
    datasets: tuple[str, ...]
    pictures: frozenset[str]  # content hashes


class Trash:
    """The deleted projects and runs of the workspace."""

    def __init__(self, paths: Paths, database: Database, further_tests: FurtherTests) -> None:
        self._paths = paths
        self._database = database
        self._further_tests = further_tests

    def all(self) -> tuple[Deleted, ...]:
        """Return what was deleted, projects first, each newest first; not the runs of deleted projects."""
        with self._database.reading() as connection:
            projects = connection.execute(_PROJECTS).all()
            runs = connection.execute(_RUNS).all()
        return (
            *(Deleted(kind=DeletedKind.PROJECT, **row._asdict()) for row in projects),
            *(Deleted(kind=DeletedKind.RUN, **row._asdict(), runs=1) for row in runs),
        )

    def runs_of(self, project_id: str) -> tuple[str, ...]:
        """Return the ids of all runs of a project, deleted or not."""
        with self._database.reading() as connection:
            return tuple(connection.scalars(select(run.c.id).where(run.c.project_id == project_id)))

    def named_by_projects(self) -> dict[str, set[str]]:
        """Return the content hashes that the versions of each project name, deleted or not."""
        named: dict[str, set[str]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(select(dataset.c.project_id, dataset.c.samples)).all():
                hashes = sheets.hashes_at(connection, _hash_sheets([row.samples]))
                named.setdefault(row.project_id, set()).update(hashes)
        return named

    def remove_project(self, project_id: str) -> Removed:
        """Remove a deleted project with its versions and runs for good.

        Raises:
            StoreError: it is not there, not deleted, or a run of it is waiting or going.
        """
        with self._database.writing() as connection:
            _check_project(connection, project_id)
            its = select(run.c.id).where(run.c.project_id == project_id)
            runs, pictures = self._drop_runs(connection, its)
            rows = connection.execute(
                select(dataset.c.id, dataset.c.samples).where(dataset.c.project_id == project_id)
            ).all()
            pictures |= sheets.hashes_at(connection, _hash_sheets(row.samples for row in rows))
            versions = select(dataset.c.id).where(dataset.c.project_id == project_id)
            connection.execute(delete(outlook).where(outlook.c.dataset_id.in_(versions)))
            connection.execute(delete(current).where(current.c.project_id == project_id))
            connection.execute(delete(dataset).where(dataset.c.project_id == project_id))
            connection.execute(delete(project).where(project.c.id == project_id))
            _drop_sheets(connection)
        return Removed(runs=runs, datasets=tuple(row.id for row in rows), pictures=frozenset(pictures))

    def remove_run(self, run_id: str) -> Removed:
        """Remove a deleted run for good; its pictures stay with its project.

        Raises:
            RunError: it is not there, not deleted, or not finished.
        """
        with self._database.writing() as connection:
            asked = select(run.c.id).where(run.c.id == run_id, run.c.deleted, run.c.status.not_in(_ACTIVE))
            if connection.execute(asked).one_or_none() is None:
                raise RunError(
                    "This training run is not among the deleted ones any more.", hint="Look at what is there."
                )
            runs, pictures = self._drop_runs(connection, select(run.c.id).where(run.c.id == run_id))
        return Removed(runs=runs, datasets=(), pictures=frozenset(pictures))

    def sweep(self) -> None:
        """Remove the files that removed runs have left; what the system holds on to stays for later."""
        with self._database.reading() as connection:
            left = connection.scalars(select(leftover.c.run_id)).all()
        gone = [run_id for run_id in left if self._files_gone(run_id)]
        if gone:
            with self._database.writing() as connection:
                connection.execute(delete(leftover).where(leftover.c.run_id.in_(gone)))

    def _drop_runs(
        self, connection: Connection, its: Select[*tuple[Any, ...]]
    ) -> tuple[tuple[str, ...], set[str]]:
        """Remove the rows of these runs; return their ids, and the pictures of their further tests."""
        ids = tuple(connection.scalars(its))
        pictures: set[str] = set()
        for run_id in ids:
            pictures |= self._further_tests.pictures_of(run_id)
        if ids:
            connection.execute(insert(leftover), [{"run_id": run_id} for run_id in ids])
        for table in (epoch, log_line, verdict):
            connection.execute(delete(table).where(table.c.run_id.in_(its)))
        connection.execute(delete(run).where(run.c.id.in_(its)))
        return ids, pictures

    def _files_gone(self, run_id: str) -> bool:
        with suppress(AppError):  # what cannot be removed now is asked again at the next start
            self._further_tests.forget(run_id)
            folders = (self._paths.run(run_id), self._paths.checkpoints(run_id))
            for folder in folders:
                remove_tree(folder)
            return not any(folder.exists() for folder in folders)
        return False


_PROJECTS: Select[*tuple[Any, ...]] = (
    select(
        project.c.id,
        project.c.name,
        project.c.id.label("project_id"),
        project.c.name.label("project"),
        project.c.created_at,
        func.count(run.c.id).label("runs"),
    )
    .outerjoin(run, run.c.project_id == project.c.id)
    .where(project.c.deleted)
    .group_by(project.c.id)
    .order_by(project.c.number.desc())
)
_RUNS: Select[*tuple[Any, ...]] = (
    select(run.c.id, run.c.name, run.c.project_id, project.c.name.label("project"), run.c.created_at)
    .join(project, project.c.id == run.c.project_id)
    .where(run.c.deleted, ~project.c.deleted)
    .order_by(run.c.number.desc())
)


def _hash_sheets(samples: Any) -> set[str]:  # noqa: ANN401 - rows of a JSON column
    return {keys["sha256"] for keys in samples if keys}


def _check_project(connection: Connection, project_id: str) -> None:
    deleted = select(project.c.id).where(project.c.id == project_id, project.c.deleted)
    if connection.execute(deleted).one_or_none() is None:
        raise StoreError(
            "This project is not among the deleted ones any more.", hint="Look at what is there."
        )
    going = select(run.c.name).where(run.c.project_id == project_id, run.c.status.in_(_ACTIVE))
    if (name := connection.scalar(going.limit(1))) is not None:
        raise StoreError(
            f"This project cannot be removed while its training run '{name}' is not finished.",
            hint="Bring the project back and stop the run first, or wait for its end.",
        )


def _drop_sheets(connection: Connection) -> None:
    """Remove the sheets that no version names any more."""
    versions = connection.execute(select(dataset.c.samples, dataset.c.issues)).all()
    named = {key for row in versions for key in (*row.samples.values(), row.issues)}
    sheets.keep_only(connection, named)
