"""A tab that is shut at the wrong moment leaves nothing in the log."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from ui.partings import Partings

SCOPE: Scope = {"type": "websocket", "path": "/_stcore/stream", "headers": []}


async def as_streamlit_does(scope: Scope, receive: Receive, send: Send) -> None:
    """Write to a page and listen to it, the way Streamlit's own route does."""
    page = WebSocket(scope, receive, send)
    await page.accept()
    with contextlib.suppress(WebSocketDisconnect):  # swallowed by the task that writes
        await page.send_bytes(b"a chart")
    try:
        await page.receive_bytes()
    except RuntimeError:
        await page.close()
        raise TypeError("text frames are not supported") from None


async def connects() -> Message:
    return {"type": "websocket.connect"}


async def is_gone(message: Message) -> None:
    if message["type"] == "websocket.send":
        raise OSError("broken pipe")


def test_a_browser_that_left_is_no_fault():
    with pytest.raises(WebSocketDisconnected):  # what it is about
        asyncio.run(as_streamlit_does(SCOPE, connects, is_gone))
    asyncio.run(Partings(as_streamlit_does)(SCOPE, connects, is_gone))


def test_every_other_fault_is_told():
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        asyncio.run(Partings(broken)(SCOPE, connects, is_gone))
