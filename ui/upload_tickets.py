"""Permissions to upload: a page gives them out, the upload route honours them, the page takes what arrived.

They live in the process: the route and the pages see the same ones, and no reload of a module loses them.
"""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from ui import services

LIFETIME = 12 * 3600.0  # seconds since the page was last drawn, or its upload last began

Owner = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A zip that has arrived whole: where it lies, under a name of ours, and what the user calls it."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class _Ticket:
    owner: Owner
    expires: float  # on the tickets' clock
    attempt: int = 0  # counts the uploads that have begun with it
    uploaded: Uploaded | None = None


class Tickets:
    """The tokens that are worth an upload each; usable from all threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tickets: dict[str, _Ticket] = {}

    def offer(self, owner: Owner) -> str:
        """Return the owner's unused token, prolonged, or a new one; what has expired is removed."""
        with self._lock:
            self._sweep()
            found = self._of(owner, arrived=False)
            token = secrets.token_urlsafe(24) if found is None else found
            ticket = _Ticket(owner, 0.0) if found is None else self._tickets[token]
            self._tickets[token] = replace(ticket, expires=self._clock() + LIFETIME)
            return token

    def is_open(self, token: str) -> bool:
        """Whether an upload may begin with the token."""
        with self._lock:
            return self._open(token) is not None

    def begin(self, token: str) -> int | None:
        """Return the number of this attempt, which ends every earlier one; None if the token is spent."""
        with self._lock:
            ticket = self._open(token)
            if ticket is None:
                return None
            attempt = ticket.attempt + 1
            self._tickets[token] = replace(ticket, attempt=attempt, expires=self._clock() + LIFETIME)
            return attempt

    def is_current(self, token: str, attempt: int) -> bool:
        """Whether no later attempt has begun."""
        with self._lock:
            ticket = self._tickets.get(token)
            return ticket is not None and ticket.attempt == attempt and ticket.uploaded is None

    def finish(self, token: str, attempt: int, uploaded: Uploaded) -> bool:
        """Spend the token on what has arrived; False, and nothing kept, if a later attempt has begun."""
        with self._lock:
            ticket = self._tickets.get(token)
            if ticket is None or ticket.attempt != attempt or ticket.uploaded is not None:
                return False
            self._tickets[token] = replace(ticket, uploaded=uploaded)
            return True

    def take(self, owner: Owner) -> Uploaded | None:
        """Return what has arrived for the owner, once."""
        with self._lock:
            token = self._of(owner, arrived=True)
            return None if token is None else self._tickets.pop(token).uploaded

    def _open(self, token: str) -> _Ticket | None:
        ticket = self._tickets.get(token)
        is_open = ticket is not None and ticket.uploaded is None and ticket.expires > self._clock()
        return ticket if is_open else None

    def _of(self, owner: Owner, *, arrived: bool) -> str | None:
        mine = ((token, t) for token, t in self._tickets.items() if t.owner == owner)
        return next((token for token, t in mine if (t.uploaded is not None) == arrived), None)

    def _sweep(self) -> None:
        now = self._clock()
        for token in [token for token, ticket in self._tickets.items() if ticket.expires <= now]:
            uploaded = self._tickets.pop(token).uploaded
            if uploaded is not None:
                shutil.rmtree(uploaded.path.parent, ignore_errors=True)


def tickets() -> Tickets:
    """Return the tickets of this process."""
    return cast("Tickets", services._HOLDER.__dict__.setdefault("uploads", Tickets()))
