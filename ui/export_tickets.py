"""Zips that lie ready to be fetched, each under a token that is good for one download."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ui import services

LIFETIME = 600.0  # seconds; a browser asks for its zip as soon as it hears that it is ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A zip in a folder of its own, and the name under which it is to be saved."""

    path: Path
    name: str


class PackedZips:
    """The zips of this process that wait to be fetched; usable from all threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[Packed, float]] = {}  # by token, with the time on the clock

    def offer(self, ready: Packed) -> str:
        """Return the token for the zip; those that nobody has fetched for long are removed."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._sweep()
            self._waiting[token] = (ready, self._clock() + LIFETIME)
        return token

    def take(self, token: str) -> Packed | None:
        """Return the zip, which is the caller's to remove from now on; None where the token is spent."""
        with self._lock:
            self._sweep()
            found = self._waiting.pop(token, None)
        return found[0] if found else None

    def _sweep(self) -> None:
        now = self._clock()
        for token in [token for token, (_, until) in self._waiting.items() if until <= now]:
            shutil.rmtree(self._waiting.pop(token)[0].path.parent, ignore_errors=True)


def packed() -> PackedZips:
    """Return the waiting zips of this process."""
    return services.kept("packed", PackedZips())
