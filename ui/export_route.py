"""The server's side of taking pictures along: POST /api/export/{project} packs a zip, GET …/{token} sends it.

With ``?camera_data=no`` it is packed without what cameras wrote into the pictures. With ``?sorted=yes`` it is
not the project's pictures that are packed but those that were answered there last, in a folder per answer.

The zip is written to a file in staging and sent from there, so that memory stays flat however many pictures
there are. Each token is good for one download; the file is removed when it has ended, however it ended.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from core.domain.errors import AppError, Cancelled, StoreError
from ui import exports, services
from ui.export_tickets import Packed, packed
from ui.upload_checks import KEEP_FREE_BYTES, RefusedError, require_free, require_same_origin
from ui.upload_patience import patience

log = logging.getLogger("sightsmith.export")

PIECE_BYTES: Final = 1 << 20  # read and sent at once
LOOK_SECONDS: Final = 0.3  # so often a packing looks whether anybody still waits for it
_HEADERS: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_PATHS: Final = ("/api/export/{project}", "/{base:path}/api/export/{project}")


def routes() -> list[Route]:
    """Return the routes, whichever folder the app is served in."""
    asked = [Route(path, _pack, methods=["POST"]) for path in _PATHS]
    return asked + [Route(f"{path}/{{token}}", _send, methods=["GET"]) for path in _PATHS]


def address(project_id: str) -> str:
    """Return where to ask for a project's zip; the token of the answer is the next part of the address."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/api/export/{project_id}" if base else f"/api/export/{project_id}"


async def _pack(request: Request) -> Response:
    """Answer with the token of a zip that lies ready; a refusal is JSON with message and hint."""
    try:
        require_same_origin(request.headers)
        ready = await _packed(request)
    except (AppError, OSError, Cancelled) as problem:
        refusal = _in_words(problem)
        told = {"message": refusal.message, "hint": refusal.hint}
        return JSONResponse(told, status_code=refusal.status, headers=_HEADERS)
    token = packed().offer(ready)
    return JSONResponse({"token": token, "bytes": ready.path.stat().st_size}, 201, headers=_HEADERS)


async def _packed(request: Request) -> Packed:
    """Return the zip, packed in a thread; nothing stays where the visitor leaves or the server stops."""
    gone = threading.Event()
    project_id = str(request.path_params["project"])
    if request.query_params.get("sorted") == "yes":
        packing = asyncio.create_task(run_in_threadpool(_sorted, project_id, gone=gone))
    else:
        camera_data = request.query_params.get("camera_data") != "no"
        packing = asyncio.create_task(
            run_in_threadpool(_written, project_id, camera_data=camera_data, gone=gone)
        )
    try:
        while not packing.done():
            await asyncio.wait({packing}, timeout=LOOK_SECONDS)
            if patience().ended or await request.is_disconnected():
                gone.set()
    except asyncio.CancelledError:
        gone.set()
        raise
    ready = packing.result()
    if gone.is_set():  # the last picture was in before anybody could be heard to leave
        await run_in_threadpool(shutil.rmtree, ready.path.parent, ignore_errors=True)
        raise Cancelled
    return ready


def _written(project_id: str, *, camera_data: bool, gone: threading.Event) -> Packed:
    project = services.project(project_id)
    if project is None:
        raise StoreError("This project does not exist any more.", hint="Choose another one.")
    write = partial(services.export_dataset, project_id, camera_data=camera_data, stopped=gone.is_set)
    name = exports.file_name(project.name, "zip")
    return _in_staging(write, name, needed=services.dataset_bytes(project_id))


def _sorted(place: str, *, gone: threading.Event) -> Packed:
    studio = services.open_studio()
    batch = studio.tried_batch(place)
    name = exports.file_name(f"{batch.name.removesuffix('.zip')} sorted" if batch else "", "zip")
    write = partial(studio.export_sorted, place, stopped=gone.is_set)
    return _in_staging(write, name, needed=studio.sorted_bytes(place))


def _in_staging(write: Callable[[Path], None], name: str, *, needed: int) -> Packed:
    """Return what ``write`` has written, in a folder of its own; nothing stays where it fails."""
    require_free(needed + KEEP_FREE_BYTES)
    folder = services.staging()
    try:
        write(folder / "pictures.zip")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Packed(path=folder / "pictures.zip", name=name)


def _in_words(problem: Exception) -> RefusedError:
    if isinstance(problem, RefusedError):
        return problem
    if isinstance(problem, Cancelled):  # for nobody: the visitor or the server has gone
        return RefusedError(503, "Packing was stopped.", hint="Try again.")
    if isinstance(problem, AppError):
        return RefusedError(409, problem.message, hint=problem.hint)
    log.error("A project's pictures could not be packed", exc_info=problem)
    reason = getattr(problem, "strerror", None) or "the disk does not say why"
    return RefusedError(500, f"The zip could not be written: {reason}.", hint="Try again.")


async def _send(request: Request) -> Response:
    ready = packed().take(str(request.path_params["token"])) if request.method == "GET" else None
    if ready is None:
        told = "This download was used already, or has waited for too long. Go back and ask for it again."
        return Response(told, status_code=404, media_type="text/plain", headers=_HEADERS)
    return _Once(ready)


class _Once(FileResponse):
    """A file that is removed once it was sent, or once its visitor or the server has gone."""

    chunk_size = PIECE_BYTES

    def __init__(self, ready: Packed) -> None:
        super().__init__(ready.path, media_type="application/zip", filename=ready.name, headers=_HEADERS)
        self._folder: Path = ready.path.parent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file; a visitor who takes nothing more for a long time has gone."""

        async def patiently(message: Message) -> None:
            async with patience().waiting():
                await send(message)

        try:
            await super().__call__(scope, receive, patiently)
        except RefusedError as ended:
            log.info("a download was not fetched to its end: %s", ended.message)
        finally:
            await run_in_threadpool(shutil.rmtree, self._folder, ignore_errors=True)
