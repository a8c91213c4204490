"""Visitors who leave while the server writes to them: nothing that a log should call a fault."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnected

log = logging.getLogger("sightsmith.app")


@dataclass(frozen=True, slots=True)
class Partings:
    """Ends a page's connection quietly where its browser has gone.

    Streamlit 1.67 takes what Starlette 1.10 says then (a RuntimeError) for a text frame, and tries to close
    what is closed: the server would print pages of traceback for a tab that was shut at the wrong moment.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on whatever is asked."""
        try:
            await self.app(scope, receive, send)
        except WebSocketDisconnected:
            log.debug("A browser left while the server wrote to it")
