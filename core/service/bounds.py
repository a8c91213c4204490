"""What a request may carry, and who may ask."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.settings import Limits

_MEGABYTE: Final = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The most that one request may bring; a picture's bytes and pixels are those of an import."""

    body_bytes: int = 256 * _MEGABYTE
    files: int = 256
    picture_bytes: int = Limits().member_bytes


class TooLarge(HTTPException):
    """More than is taken: 413, with what the most is."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__(413, f"{what} is too large; the most is {most / _MEGABYTE:g} MB.")


class BoundedBody:
    """Refuses bodies that are longer than allowed: at once where they say so, else when they become so."""

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, with a body that ends in TooLarge."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        promised = dict(scope["headers"]).get(b"content-length", b"0")
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            if promised.isdigit() and int(promised[:20]) > self._most:
                raise TooLarge("The request", self._most)
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
                raise TooLarge("The request", self._most)
            return message

        await self._app(scope, bounded, send)


def allowed(token: str | None, shown: str | None) -> bool:
    """Whether a caller may ask; the comparison takes as long however much of the token is right."""
    if token is None:
        return True
    return shown is not None and hmac.compare_digest(token.encode(), shown.encode("utf-8", "surrogatepass"))
