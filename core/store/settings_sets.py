"""Sets of settings under names: kept, listed, thrown away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, insert, select

from core.domain.config import TrainConfig
from core.domain.errors import StoreError
from core.domain.settings_set import SettingsSet
from core.store.database import Database
from core.store.schema import settings_set as table

LONGEST_NAME = 100


class SettingsSets:
    """The sets of settings of the workspace, for all its projects."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def keep(self, name: str, config: TrainConfig) -> SettingsSet:
        """Return the set, kept under ``name`` in place of an older one. StoreError for no name."""
        shown = name.strip()
        if not 0 < len(shown) <= LONGEST_NAME:
            raise StoreError(
                f"A name has 1 to {LONGEST_NAME} characters; this one has {len(shown)}.",
                hint="Choose another name for these settings.",
            )
        made = SettingsSet(name=shown, config=config, created_at=self._clock())
        with self._database.writing() as connection:
            connection.execute(delete(table).where(table.c.name == shown))
            connection.execute(
                insert(table), {"name": made.name, "config": made.config, "created_at": made.created_at}
            )
        return made

    def all(self) -> tuple[SettingsSet, ...]:
        """Return every set, the newest first."""
        query = select(table.c.name, table.c.config, table.c.created_at).order_by(table.c.number.desc())
        with self._database.reading() as connection:
            return tuple(SettingsSet(**row._asdict()) for row in connection.execute(query))

    def remove(self, name: str) -> None:
        """Throw a set away; nothing happens where there is none of that name."""
        with self._database.writing() as connection:
            connection.execute(delete(table).where(table.c.name == name))
