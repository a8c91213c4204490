"""The few records that were read last, for those that never change once they are recorded."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Record = TypeVar("Record")


class Recent(Generic[Record]):
    """Remembers a few records by their ids; may be asked by many threads at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._records: dict[str, Record] = {}  # the one asked for last stands last
        self._lock = Lock()

    def get(self, record_id: str, read: Callable[[], Record]) -> Record:
        """Return the record, from ``read`` if it is not remembered."""
        with self._lock:
            known = self._records.pop(record_id, None)
            if known is not None:
                self._records[record_id] = known
                return known
        record = read()  # two threads may both read: better than one waiting for another's disk
        with self._lock:
            self._records[record_id] = record
            while len(self._records) > self._most:
                del self._records[next(iter(self._records))]
        return record
