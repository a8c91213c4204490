"""Samples of data sets, column by column: what two versions have in common is kept once.

A version differs from the one before in a few values of one or two columns, so each column of samples is one
compressed sheet, under the hash of what it says.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import GenericAlias
from typing import Any, Final, get_type_hints

import msgspec
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from core.domain.dataset import Issue, Sample
from core.store.schema import sheet as table

# of each column of samples: tuple[str, ...] for paths, and so on
_COLUMN_TYPES: Final = {
    name: GenericAlias(tuple, (kind, ...)) for name, kind in get_type_hints(Sample).items()
}
_AT_ONCE: Final = 500  # keys in one statement
_FAST: Final = 1  # zlib's level 6 makes sheets a sixth smaller, and an edit a quarter slower


def keep_samples(connection: Connection, samples: Sequence[Sample]) -> dict[str, str]:
    """Keep the samples and return the key of each of their columns, to ask for them with."""
    columns = {name: [getattr(one, name) for one in samples] for name in _COLUMN_TYPES}
    return {name: keep_text(connection, msgspec.json.encode(column)) for name, column in columns.items()}


def samples_at(connection: Connection, keys: Mapping[str, str]) -> tuple[Sample, ...]:
    """Return the samples kept under these keys. A field that is newer than they are has its default."""
    found = _contents(connection, keys.values())
    columns = {
        name: msgspec.json.decode(found[key], type=_COLUMN_TYPES[name])
        for name, key in keys.items()
        if name in _COLUMN_TYPES
    }
    rows = zip(*columns.values(), strict=True)
    return tuple(Sample(**dict(zip(columns, row, strict=True))) for row in rows)


def hashes_at(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Return every content hash on sheets of the column ``sha256``."""
    sheets = _contents(connection, keys).values()
    return {sha256 for content in sheets for sha256 in msgspec.json.decode(content, type=tuple[str, ...])}


def keep_issues(connection: Connection, issues: Sequence[Issue]) -> str:
    """Keep what was noticed about a version and return the key to ask for it with."""
    return keep_text(connection, msgspec.json.encode(issues))


def issues_at(connection: Connection, key: str) -> tuple[Issue, ...]:
    """Return what was noticed, as kept under this key."""
    return msgspec.json.decode(_contents(connection, [key])[key], type=tuple[Issue, ...])


def keep_text(connection: Connection, content: bytes) -> str:
    """Keep one sheet and return its key; one that is there already stays as it is."""
    key = hashlib.sha256(content).hexdigest()
    row = {"key": key, "content": zlib.compress(content, _FAST)}
    connection.execute(insert(table).on_conflict_do_nothing(), row)
    return key


def keep_only(connection: Connection, keys: Collection[str]) -> None:
    """Remove every sheet but those with these keys."""
    unnamed = [key for key in connection.scalars(select(table.c.key)) if key not in keys]
    for start in range(0, len(unnamed), _AT_ONCE):
        connection.execute(delete(table).where(table.c.key.in_(unnamed[start : start + _AT_ONCE])))


def _contents(connection: Connection, keys: Iterable[str]) -> dict[str, bytes]:
    wanted = sorted(set(keys))
    found: dict[str, bytes] = {}
    for key in wanted:
        packed: Any = connection.execute(select(table.c.content).where(table.c.key == key)).scalar_one()
        found[key] = zlib.decompress(packed)
    return found
