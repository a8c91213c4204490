"""Small copies of pictures for the gallery: a cache, so that nothing waits for the disk."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection
from contextlib import suppress

from core.domain.facts import GALLERY
from core.store.workspace import Workspace

log = logging.getLogger(__name__)


def drop_thumbnails(workspace: Workspace, hashes: Collection[str]) -> None:
    """Remove the small copies of these pictures, of whatever size."""
    folder = workspace.paths.cache("thumbnails")
    if not hashes or not folder.is_dir():
        return
    for copy in folder.iterdir():
        if copy.name.partition("-")[0] in hashes:
            with suppress(OSError):
                copy.unlink()


def keep_thumbnail(workspace: Workspace, jpeg: bytes, sha256: str, size: int = GALLERY) -> None:
    """Keep a small copy of a picture where screens look for it, unless one is there already.

    It appears whole, but is not waited for: lost in a power cut, it is drawn again. A full disk is no reason
    to lose an import either.
    """
    place = workspace.paths.thumbnail(sha256, size)
    if place.exists():
        return
    part = place.with_name(f".{secrets.token_hex(8)}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(jpeg)
        part.replace(place)
    except OSError as fault:
        log.warning("a thumbnail was not kept: %s", fault.strerror)
        with suppress(OSError):
            part.unlink(missing_ok=True)
