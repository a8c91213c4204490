"""The server's side of a large upload: PUT /api/upload/{token} streams the body to a file in staging.

A page gives out the token (``ui.upload_tickets``); the path of the file is ours, and of what the client says
only the name it shows to its user is kept. POST to the same address, with the first bytes of the file, asks
beforehand whether it would be taken: a browser that is refused in the midst of sending sees no answer.
"""

from __future__ import annotations

import errno
import logging
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.domain.errors import AppError
from ui import services
from ui.upload_checks import (
    AGAIN,
    FREE_SPACE,
    RefusedError,
    name_of,
    require_room,
    require_same_origin,
    require_still_room,
    require_zip,
    size_of,
)
from ui.upload_patience import patience
from ui.upload_tickets import Uploaded, tickets

log = logging.getLogger("sightsmith.upload")

PIECE_BYTES: Final = 1 << 20  # written at once
LOOK_BYTES: Final = 64 << 20  # so often the disk's free space is looked at
_FULL: Final = {errno.ENOSPC, errno.EDQUOT}
_HEADERS: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def routes() -> list[Route]:
    """Return what the server has to offer beside Streamlit's own routes.

    Whichever folder the app is served in: that is not known yet when the app is put together.
    """
    paths = ("/api/upload/{token}", "/{base:path}/api/upload/{token}")
    return [Route(path, _answer, methods=["PUT", "POST"]) for path in paths]


def address(token: str) -> str:
    """Return where to send an upload, below the folder that the app is served in."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/api/upload/{token}" if base else f"/api/upload/{token}"


async def _answer(request: Request) -> Response:
    """Take an upload, or say whether it would be taken; a refusal is JSON with message and hint."""
    try:
        return await _taken(request)
    except (AppError, OSError, ClientDisconnect) as problem:
        refusal = _in_words(problem)
        content = {"message": refusal.message, "hint": refusal.hint}
        return JSONResponse(content, status_code=refusal.status, headers=_HEADERS)


async def _taken(request: Request) -> Response:
    require_same_origin(request.headers)
    token = str(request.path_params["token"])
    if not tickets().is_open(token):
        raise _spent()
    asking = request.method == "POST"
    size = size_of(request.headers, length_in="upload-bytes" if asking else "content-length")
    await run_in_threadpool(require_room, size)
    if asking:
        require_zip(await anext(_pieces(request.stream()), b""))
        return Response(status_code=204, headers=_HEADERS)
    uploaded = await _receive(request, token, size)
    return JSONResponse({"name": uploaded.name, "bytes": size}, status_code=201, headers=_HEADERS)


def _in_words(problem: Exception) -> RefusedError:
    if isinstance(problem, RefusedError):
        return problem
    if isinstance(problem, AppError):  # the workspace cannot be written
        return RefusedError(507, problem.message, hint=problem.hint)
    if isinstance(problem, ClientDisconnect):
        return RefusedError(400, "The connection broke.", hint=AGAIN)  # for the log: nobody listens
    status = 507 if isinstance(problem, OSError) and problem.errno in _FULL else 500
    log.error("An upload could not be written", exc_info=problem)
    reason = getattr(problem, "strerror", None) or "the disk does not say why"
    return RefusedError(status, f"The file could not be written: {reason}.", hint=FREE_SPACE)


async def _receive(request: Request, token: str, size: int) -> Uploaded:
    """Return what has arrived whole; in every other case no file stays."""
    attempt = tickets().begin(token)
    if attempt is None:  # spent since it was looked at
        raise _spent()
    folder = await run_in_threadpool(services.staging)
    uploaded = Uploaded(path=folder / "upload", name=name_of(request.headers))
    try:
        await _write(request.stream(), uploaded.path, size, lambda: tickets().is_current(token, attempt))
        if not tickets().finish(token, attempt, uploaded):
            raise _overtaken()
    except BaseException:  # also a server that stops, or a client that went away
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return uploaded


async def _write(stream: AsyncIterator[bytes], path: Path, size: int, wanted: Callable[[], bool]) -> None:
    """Write the stream to the file, a piece at a time: the memory never holds more than a few of them."""
    written = looked_at = 0
    with path.open("xb") as file:
        async for piece in _pieces(stream):
            if not written:
                require_zip(piece)
            written += len(piece)
            if written > size:
                raise RefusedError(413, "More was sent than had been told.", hint=AGAIN)
            if not wanted():
                raise _overtaken()
            if written - looked_at > LOOK_BYTES:
                looked_at = written
                await run_in_threadpool(require_still_room, path)
            await run_in_threadpool(file.write, piece)
    if not written:
        require_zip(b"")
    if written < size:
        raise RefusedError(400, "The upload ended before the file did.", hint=AGAIN)


async def _pieces(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Gather what trickles in into pieces that are worth a write."""
    piece = bytearray()
    while True:
        async with patience().waiting():
            chunk = await anext(stream, None)
        piece += chunk or b""
        if piece and (chunk is None or len(piece) >= PIECE_BYTES):
            yield bytes(piece)
            piece.clear()
        if chunk is None:
            return


def _spent() -> RefusedError:
    return RefusedError(
        404,
        "This page can no longer upload: it was used already, or has been open for too long.",
        hint="Reload the page and choose the file again.",
    )


def _overtaken() -> RefusedError:
    return RefusedError(409, "A newer upload has taken the place of this one.", hint="Nothing is lost.")
