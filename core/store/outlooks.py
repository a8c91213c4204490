"""What was found out about pictures before any training: kept per version, and made again when lost."""

from __future__ import annotations

import logging

import msgspec
from sqlalchemy import insert, select

from core.domain.outlook import Outlook
from core.store.database import Database
from core.store.schema import outlook as table

log = logging.getLogger(__name__)


class Outlooks:
    """The outlooks of all versions of all pictures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, dataset_id: str, found: Outlook) -> None:
        """Keep what was found out about this version, in place of what was known before."""
        values = {"dataset_id": dataset_id, "content": msgspec.json.encode(found).decode()}
        with self._database.writing() as connection:
            connection.execute(insert(table).prefix_with("OR REPLACE"), values)

    def get(self, dataset_id: str) -> Outlook | None:
        """Return what is known; None where nothing is, or it was kept by a version that told it otherwise."""
        query = select(table.c.content).where(table.c.dataset_id == dataset_id)
        with self._database.reading() as connection:
            content = connection.scalar(query)
        try:
            return None if content is None else msgspec.json.decode(content, type=Outlook)
        except msgspec.MsgspecError as problem:
            log.info("the outlook on %s is made again: %s", dataset_id, problem)
            return None
