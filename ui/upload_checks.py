"""What an upload must fulfil before a byte of it is kept; what a download needs; how a refusal is told."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from starlette.datastructures import Headers
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from core.data.kinds import HEAD_BYTES, what_it_is
from core.domain.errors import AppError
from ui import services

KEEP_FREE_BYTES: Final = 1 << 30
AGAIN: Final = "Try again."
FREE_SPACE: Final = "Free some space on the computer that Sightsmith runs on, then try again."
_LONGEST_NAME: Final = 200
_ZIP_MARKS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")  # a zip, an empty one, one in parts


class RefusedError(AppError):
    """The upload is not taken, or the download not made; ``status`` is the HTTP answer's."""

    def __init__(self, status: int, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.status = status


def require_same_origin(headers: Headers) -> None:
    """Refuse what another site's page sends: browsers tell the sender, and no page can make them lie."""
    host, origin, site = (headers.get(name) for name in ("host", "origin", "sec-fetch-site"))
    same = site == "same-origin" if origin is None else bool(host) and urlsplit(origin).netloc == host
    if not same or site not in (None, "same-origin") or not is_host_allowed(host):
        raise RefusedError(
            403,
            "Only Sightsmith's own pages may do this.",
            hint="Open Sightsmith at its own address and try again there.",
        )


def size_of(headers: Headers, *, length_in: str) -> int:
    """Return how long the file is, as one header tells; refuse what is too long."""
    told = headers.get(length_in, "")
    if not (told.isascii() and told.isdecimal()):
        raise RefusedError(411, "The length of the file was not told.", hint=AGAIN)
    size, most = int(told[:20]), services.open_studio().settings.limits.archive_bytes
    if size > most:
        raise RefusedError(
            413,
            f"The file has {_bytes(size)}; the most is {_bytes(most)}.",
            hint="Divide it into several zips and add them one after the other.",
        )
    return size


def require_room(size: int) -> None:
    """Refuse what would leave too little: the zip is unpacked beside itself, and other work goes on."""
    require_free(size + max(KEEP_FREE_BYTES, size))


def require_free(needed: int) -> None:
    """Refuse what needs more bytes than the workspace's disk has free, once temporary files made way."""
    studio = services.open_studio()
    studio.make_room(needed)
    home = studio.settings.home
    free = shutil.disk_usage(next(folder for folder in (home, *home.parents) if folder.exists())).free
    if free < needed:
        raise RefusedError(
            507,
            f"The disk is too full: {_bytes(needed)} are needed, {_bytes(free)} are free.",
            hint=FREE_SPACE,
        )


def require_still_room(path: Path) -> None:
    """Refuse to go on where the disk has become nearly full in the meantime."""
    if shutil.disk_usage(path).free < KEEP_FREE_BYTES // 2:
        services.open_studio().make_room()
    free = shutil.disk_usage(path).free
    if free < KEEP_FREE_BYTES // 2:  # half: other work may have taken a little since the start
        raise RefusedError(507, f"The disk became too full: {_bytes(free)} are free.", hint=FREE_SPACE)


def require_zip(head: bytes) -> None:
    """Refuse what does not begin like a zip, and say what it is; whether it is sound, the import will see."""
    if head.startswith(_ZIP_MARKS):
        return
    if not head:
        raise RefusedError(415, "The file is empty.", hint="Make the zip again, or copy it again.")
    kind = what_it_is(head[:HEAD_BYTES])
    what = f"It is really {kind}." if kind else "It is of an unknown kind."
    raise RefusedError(
        415, f"This is not a zip. {what}", hint="Put the class folders into a zip and upload that."
    )


def name_of(headers: Headers) -> str:
    """Return what the user calls the file, only ever to be shown: no folder, no control character."""
    name = unquote(headers.get("upload-name", ""), errors="replace").replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable()).strip()[:_LONGEST_NAME] or "upload.zip"


def _bytes(number: int) -> str:
    for unit, divisor in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if number >= divisor:
            return f"{number / divisor:,.1f} {unit}"
    return f"{number:,} bytes"
