"""Data sets: immutable versions of a project's pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from core.domain.dataset import Dataset, Sample
from core.domain.errors import StoreError
from core.store.database import Database
from core.store.pictures import PictureShelf
from core.store.schema import dataset as table
from core.store.schema import project, sample

STRIP = 6  # pictures on a project's card
_OWN = ("id", "project_id", "version", "classes", "issues", "fingerprint", "created_at")
_SAMPLE = tuple(field.name for field in fields(Sample))


class Datasets:
    """The data sets of all projects and the pictures they are made of."""

    def __init__(self, database: Database, shelf: PictureShelf) -> None:
        self._database = database
        self._shelf = shelf

    def keep_picture(self, data: bytes, sha256: str) -> None:
        """Keep a picture's bytes until a data set names it; may be called by several threads at once."""
        self._shelf.put(data, sha256)

    def picture(self, sha256: str) -> bytes:
        """Return a picture's bytes, as they were in the user's upload."""
        return self._shelf.get(sha256)

    def drop_pictures(self, hashes: Iterable[str]) -> None:
        """Remove those kept pictures that no data set names: what an import that was stopped has left."""
        with self._database.reading() as connection:
            named = set(connection.scalars(select(sample.c.sha256).distinct()))
        self._shelf.drop(set(hashes) - named)

    def add(self, dataset: Dataset) -> None:
        """Record a data set, all of it or nothing, after all its pictures have reached the disk.

        Raises:
            StoreError: a picture was never kept, the project is gone, or the version is taken.
        """
        self._shelf.settle(s.sha256 for s in dataset.samples)
        own = {name: getattr(dataset, name) for name in _OWN}
        with self._database.writing() as connection:
            _check_place(connection, dataset)
            card = {"pictures": len(dataset.used()), "strip": _strip(dataset)}
            connection.execute(insert(table), own | card)
            if dataset.samples:
                connection.execute(insert(sample), list(_sample_rows(dataset)))

    def get(self, dataset_id: str) -> Dataset | None:
        """Return the data set with all its samples; None when there is none, or its project was deleted."""
        return self._one(_visible().where(table.c.id == dataset_id))

    def latest(self, project_id: str) -> Dataset | None:
        """Return the project's newest version; None when it has no pictures yet."""
        newest = _visible().where(table.c.project_id == project_id).order_by(table.c.version.desc())
        return self._one(newest.limit(1))

    def next_version(self, project_id: str) -> int:
        """Return the number that the project's next data set should carry, from 1."""
        with self._database.reading() as connection:
            return _next_version(connection, project_id)

    def _one(self, query: Select[*tuple[Any, ...]]) -> Dataset | None:
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else _dataset(connection, row)


def _visible() -> Select[*tuple[Any, ...]]:
    columns = [table.c[name] for name in _OWN]
    return select(*columns).join(project, project.c.id == table.c.project_id).where(~project.c.deleted)


def _dataset(connection: Connection, row: Row[*tuple[Any, ...]]) -> Dataset:
    columns = [sample.c[name] for name in _SAMPLE]
    rows = connection.execute(
        select(*columns).where(sample.c.dataset_id == row.id).order_by(sample.c.position)
    )
    samples = tuple(Sample(**dict(zip(_SAMPLE, values, strict=True))) for values in rows)
    return Dataset(**row._asdict(), samples=samples)


def _sample_rows(dataset: Dataset) -> Iterator[dict[str, Any]]:
    for position, one in enumerate(dataset.samples):
        values = {name: getattr(one, name) for name in _SAMPLE}
        yield values | {"dataset_id": dataset.id, "position": position}


def _check_place(connection: Connection, dataset: Dataset) -> None:
    known = select(project.c.id).where(project.c.id == dataset.project_id, ~project.c.deleted)
    if connection.execute(known).one_or_none() is None:
        raise StoreError(
            "The project of these pictures was deleted.", hint="Import them into another project."
        )
    if dataset.version != _next_version(connection, dataset.project_id):
        raise StoreError(
            f"Version {dataset.version} of these pictures cannot be recorded: another import came first.",
            hint="Import the pictures again.",
        )


def _next_version(connection: Connection, project_id: str) -> int:
    highest = select(func.max(table.c.version)).where(table.c.project_id == project_id)
    return (connection.execute(highest).scalar() or 0) + 1


def _strip(dataset: Dataset) -> tuple[str, ...]:
    """Return the first picture of each of the first classes, for the project's card."""
    first: dict[str, str] = {}
    for one in dataset.used():
        first.setdefault(one.label, one.sha256)
    return tuple(first[name] for name in dataset.classes if name in first)[:STRIP]
