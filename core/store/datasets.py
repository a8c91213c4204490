"""Data sets: immutable versions of a project's pictures, one of which is the current one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from core.domain.dataset import Dataset, Issue, Sample
from core.domain.edit import VersionLine
from core.domain.errors import StaleError, StoreError
from core.domain.facts import PictureFacts
from core.store import sheets
from core.store.database import Database
from core.store.pictures import PictureShelf
from core.store.recent import Recent
from core.store.schema import current, earlier_picture, project
from core.store.schema import dataset as table
from core.store.schema import facts as facts_table

log = logging.getLogger(__name__)

STRIP = 6  # pictures on a project's card
_REMEMBERED = 4
_AT_ONCE = 500  # hashes in one question
_DROPPED_AT_ONCE = 5_000  # pictures: others wait to write meanwhile, and not for more than seconds
_SHEETS = ("samples", "issues")  # these columns hold keys, not what the record says
_OWN = tuple(name for name in Dataset.__dataclass_fields__ if name not in _SHEETS)
_LINE = ("id", "version", "parent_id", "edit", "author", "created_at", "pictures")


class Datasets:
    """The data sets of all projects, the pictures they are made of and what was measured of these."""

    def __init__(
        self,
        database: Database,
        shelf: PictureShelf,
        *,
        also_named: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        """``also_named`` tells which pictures something else than a data set names."""
        self._database = database
        self._shelf = shelf
        self._also_named = also_named
        # screens ask for the same version again and again; its sheets, unlike its row, never change
        self._samples = Recent[tuple[Sample, ...]](_REMEMBERED)
        self._issues = Recent[tuple[Issue, ...]](_REMEMBERED)

    # Pictures ------------------------------------------------------------------------------------------

    def keep_picture(self, data: bytes, sha256: str) -> None:
        """Keep a picture's bytes until a data set names it; may be called by several threads at once."""
        self._shelf.put(data, sha256)

    def picture(self, sha256: str) -> bytes:
        """Return a picture's bytes, as they were in the user's upload."""
        return self._shelf.get(sha256)

    def hold_picture(self, sha256: str) -> None:
        """Let the picture stay, once it is kept, until this hold is released."""
        self._shelf.hold(sha256)

    def release_pictures(self, hashes: Iterable[str]) -> None:
        """Take back one hold of each of these pictures; nothing is removed."""
        self._shelf.release(hashes)

    def drop_pictures(self, hashes: Iterable[str]) -> frozenset[str]:
        """Remove those of these pictures that nothing names or holds, and what was measured of them.

        Those stay as well that lay there before this database: it says nothing of who needs them. Returns
        what is gone.
        """
        left = sorted(set(hashes))
        dropped: set[str] = set()
        for start in range(0, len(left), _DROPPED_AT_ONCE):
            dropped |= self._drop(set(left[start : start + _DROPPED_AT_ONCE]))
        return frozenset(dropped)

    def earlier_pictures(self) -> frozenset[str]:
        """Return the content hashes of the pictures that lay there before this database."""
        with self._database.reading() as connection:
            return frozenset(connection.scalars(select(earlier_picture.c.sha256)))

    def _drop(self, left: set[str]) -> set[str]:
        # writing first, so that no version can be recorded between look and removal
        with self._database.writing() as connection:
            keys = {kept["sha256"] for kept in connection.scalars(select(table.c.samples)) if kept}
            try:
                named = frozenset(self._also_named())
            except StoreError as error:  # not all names are known: rather keep too much
                log.warning("no picture is removed: %s", error)
                return set()
            earlier = frozenset(connection.scalars(select(earlier_picture.c.sha256)))
            dropped = self._shelf.drop(left - sheets.hashes_at(connection, keys) - named - earlier)
            measured = sorted(dropped)
            for start in range(0, len(measured), _AT_ONCE):
                some = facts_table.c.sha256.in_(measured[start : start + _AT_ONCE])
                connection.execute(delete(facts_table).where(some))
        return dropped

    def keep_facts(self, facts: Iterable[PictureFacts]) -> None:
        """Keep what was measured of pictures, in place of what was measured before."""
        rows = [{"sha256": one.sha256, "facts": one} for one in facts]
        if rows:
            with self._database.writing() as connection:
                connection.execute(insert(facts_table).prefix_with("OR REPLACE"), rows)

    def facts(self, hashes: Collection[str]) -> dict[str, PictureFacts]:
        """Return what was measured of these pictures, by content hash; the unmeasured ones are missing."""
        wanted = sorted(set(hashes))
        found: dict[str, PictureFacts] = {}
        with self._database.reading() as connection:
            for begin in range(0, len(wanted), _AT_ONCE):
                some = facts_table.c.sha256.in_(wanted[begin : begin + _AT_ONCE])
                measured = connection.scalars(select(facts_table.c.facts).where(some))
                found |= {one.sha256: one for one in measured}
        return found

    def facts_of(self, sha256: str) -> PictureFacts | None:
        """Return what was measured of one picture; None when it was not measured yet."""
        return self.facts([sha256]).get(sha256)

    # Versions ------------------------------------------------------------------------------------------

    def add(self, dataset: Dataset) -> None:
        """Record a version and make it the current one, or do nothing; its pictures reach the disk before.

        Raises:
            StaleError: the parent is not the current version any more, or the version's number is taken.
            StoreError: a picture was never kept, or the project is gone.
        """
        parent = self.get(dataset.parent_id) if dataset.parent_id else None
        settled = {s.sha256 for s in parent.samples} if parent else set()
        fresh = {s.sha256 for s in dataset.samples} - settled
        self._shelf.flush(fresh)  # the slow part, while others may write
        with self._database.writing() as connection:
            _check_place(connection, dataset)
            self._shelf.settle(fresh)  # from here on, none of them can be dropped
            own = {name: getattr(dataset, name) for name in _OWN}
            own["samples"] = sheets.keep_samples(connection, dataset.samples)
            own["issues"] = sheets.keep_issues(connection, dataset.issues)
            card = {"pictures": len(dataset.used()), "strip": _strip(dataset)}
            connection.execute(insert(table), own | card)
            _point(connection, dataset.project_id, dataset.id)
        self._samples.get(str(own["samples"]), lambda: dataset.samples)  # it is asked for next

    def set_issues(self, dataset_id: str, issues: Sequence[Issue]) -> None:
        """Replace what was noticed about a version, after another look at the same pictures."""
        with self._database.writing() as connection:
            change = update(table).where(table.c.id == dataset_id)
            connection.execute(change.values(issues=sheets.keep_issues(connection, issues)))

    def get(self, dataset_id: str) -> Dataset | None:
        """Return the data set with all its samples; None when there is none, or its project was deleted."""
        with self._database.reading() as connection:
            return self._one(connection, dataset_id)

    def current(self, project_id: str) -> Dataset | None:
        """Return the version that the project shows and trains on; None when it has no pictures yet."""
        with self._database.reading() as connection:
            return self._one(connection, _current_id(connection, project_id))

    def undo(self, project_id: str, *, expected: str | None = None) -> Dataset | None:
        """Return the version that the current one was made from, current from now on; None without one.

        Raises:
            StaleError: the current version is not the one with the id ``expected``.
        """
        with self._database.writing() as connection:
            here = _expected_id(connection, project_id, expected)
            parent = connection.scalar(select(table.c.parent_id).where(table.c.id == here))
            return self._go_to(connection, project_id, parent)

    def redo(self, project_id: str, *, expected: str | None = None) -> Dataset | None:
        """Return the newest version made from the current one, current from now on; None without one.

        Raises:
            StaleError: the current version is not the one with the id ``expected``.
        """
        with self._database.writing() as connection:
            here = _expected_id(connection, project_id, expected)
            children = select(table.c.id).where(table.c.parent_id == here).order_by(table.c.number.desc())
            return self._go_to(connection, project_id, connection.scalar(children.limit(1)))

    def history(self, project_id: str) -> tuple[VersionLine, ...]:
        """Return every version of the project's pictures, newest first, without the pictures."""
        columns = [table.c[name] for name in (*_LINE, "classes")]
        mine = table.c.project_id == project_id
        query = _visible(*columns).where(mine).order_by(table.c.number.desc())
        with self._database.reading() as connection:
            here = _current_id(connection, project_id)
            return tuple(_line(row, current=row.id == here) for row in connection.execute(query))

    def next_version(self, project_id: str) -> int:
        """Return the number that the project's next data set should carry, from 1."""
        with self._database.reading() as connection:
            return _next_version(connection, project_id)

    def _one(self, connection: Connection, dataset_id: str | None) -> Dataset | None:
        """Return the data set; None when there is none, or its project was deleted."""
        columns = [table.c[name] for name in (*_OWN, *_SHEETS)]
        query = _visible(*columns).where(table.c.id == dataset_id)
        row = None if dataset_id is None else connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        keys, key = row["samples"], row["issues"]
        return Dataset(
            **{name: row[name] for name in _OWN},
            samples=self._samples.get(str(keys), lambda: sheets.samples_at(connection, keys)),
            issues=self._issues.get(key, lambda: sheets.issues_at(connection, key)),
        )

    def _go_to(self, connection: Connection, project_id: str, dataset_id: str | None) -> Dataset | None:
        found = self._one(connection, dataset_id)
        if found is not None:
            _point(connection, project_id, found.id)
        return found


def _visible(*columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return select(*columns).join(project, project.c.id == table.c.project_id).where(~project.c.deleted)


def _line(row: Row[*tuple[Any, ...]], *, current: bool) -> VersionLine:
    own = {name: getattr(row, name) for name in _LINE}
    return VersionLine(**own, classes=len(row.classes), current=current)


def _current_id(connection: Connection, project_id: str) -> str | None:
    return connection.scalar(select(current.c.dataset_id).where(current.c.project_id == project_id))


def _expected_id(connection: Connection, project_id: str, expected: str | None) -> str | None:
    here = _current_id(connection, project_id)
    if expected not in (None, here):
        raise _stale("This step cannot be taken")
    return here


def _stale(what: str) -> StaleError:
    return StaleError(
        f"{what}: another change came first.",
        hint="Look at the pictures as they are now, and do it again.",
    )


def _point(connection: Connection, project_id: str, dataset_id: str) -> None:
    row = upsert(current).values(project_id=project_id, dataset_id=dataset_id)
    moved = row.on_conflict_do_update(index_elements=["project_id"], set_={"dataset_id": dataset_id})
    connection.execute(moved)


def _check_place(connection: Connection, dataset: Dataset) -> None:
    known = select(project.c.id).where(project.c.id == dataset.project_id, ~project.c.deleted)
    if connection.execute(known).one_or_none() is None:
        raise StoreError(
            "The project of these pictures was deleted.", hint="Import them into another project."
        )
    late = dataset.version != _next_version(connection, dataset.project_id)
    if late or dataset.parent_id != _current_id(connection, dataset.project_id):
        raise _stale(f"Version {dataset.version} of these pictures cannot be recorded")


def _next_version(connection: Connection, project_id: str) -> int:
    highest = select(func.max(table.c.version)).where(table.c.project_id == project_id)
    return (connection.execute(highest).scalar() or 0) + 1


def _strip(dataset: Dataset) -> tuple[str, ...]:
    """Return the first picture of each of the first classes, for the project's card."""
    first: dict[str, str] = {}
    for one in dataset.used():
        first.setdefault(one.label, one.sha256)
    return tuple(first[name] for name in dataset.classes if name in first)[:STRIP]
