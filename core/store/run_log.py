"""The log of each run: what happened, line by line."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import insert, select

from core.domain.errors import StoreError
from core.domain.run import LogLine
from core.store.database import Database
from core.store.schema import log_line as table

log = logging.getLogger(__name__)


class RunLog:
    """The lines of all runs, in the order in which they were written."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def add(self, run_id: str, text: str) -> None:
        """Add a line. Where the disk takes nothing more, the line stands in the server's own log alone."""
        log.info("run %s: %s", run_id, text)
        row = {"run_id": run_id, "moment": self._clock(), "text": text}
        try:
            with self._database.writing() as connection:
                connection.execute(insert(table), row)
        except StoreError as error:  # a training must not end because its log cannot be written
            log.warning("run %s: this could not be written down: %s (%s)", run_id, text, error)

    def lines(self, run_id: str) -> tuple[LogLine, ...]:
        """Return the run's lines, oldest first."""
        query = select(table.c.moment, table.c.text).where(table.c.run_id == run_id).order_by(table.c.number)
        with self._database.reading() as connection:
            return tuple(LogLine(**row._asdict()) for row in connection.execute(query))
