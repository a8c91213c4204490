"""How long an upload is waited for: not for ever, and not at all by a server that is asked to stop."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Any, Final, cast

from ui import services
from ui.upload_checks import AGAIN, RefusedError

Handler = Callable[[int, FrameType | None], Any]

_STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
STALL_SECONDS: Final = 120.0  # without a byte; a computer that wakes up from sleep begins anew


class Patience:
    """Waits for clients that send; used by the server's event loop alone."""

    def __init__(self) -> None:
        self._ended = asyncio.Event()
        self._waiting: set[asyncio.Timeout] = set()

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Let the block wait for a client; RefusedError when it falls silent, or the server stops."""
        if self._ended.is_set():
            raise _closing()
        try:
            async with asyncio.timeout(STALL_SECONDS) as limit:
                self._waiting.add(limit)
                try:
                    yield
                finally:
                    self._waiting.discard(limit)
        except TimeoutError:
            silent = RefusedError(408, "Nothing has arrived for two minutes.", hint=AGAIN)
            raise (_closing() if self._ended.is_set() else silent) from None

    @property
    def ended(self) -> bool:
        """Whether nobody is waited for any more: the server stops."""
        return self._ended.is_set()

    def end(self) -> None:
        """Wait no longer for anybody."""
        self._ended.set()
        for limit in self._waiting:
            limit.reschedule(asyncio.get_running_loop().time())


def patience() -> Patience:
    """Return the patience of this process."""
    return cast("Patience", services._HOLDER.__dict__.setdefault("patience", Patience()))


@contextmanager
def ending_with_server() -> Iterator[None]:
    """End uploads as soon as the server is asked to stop; to be entered when it starts.

    It would wait for them before it brings anything else to a safe place, and be ended by force meanwhile.
    """
    loop = asyncio.get_running_loop()
    going = services._HOLDER.__dict__["patience"] = Patience()
    servers_own: dict[signal.Signals, Handler] = {}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(going.end)
        servers_own[signal.Signals(number)](number, frame)

    if threading.current_thread() is threading.main_thread():  # no other may have handlers
        for number in _STOPS:
            handler = signal.getsignal(number)
            if callable(handler):
                servers_own[number] = handler
                signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in servers_own.items():
            signal.signal(number, handler)


def _closing() -> RefusedError:
    return RefusedError(
        503, "Sightsmith is being closed.", hint="Start it again, then choose the file again."
    )
