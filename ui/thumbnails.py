"""Small pictures for the browser, drawn once and several at a time."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import streamlit as st

from core.domain.errors import PictureError, StoreError
from core.domain.facts import GALLERY
from ui.services import kept, open_studio

THUMBNAIL = GALLERY  # pixels of the longer side; the import has drawn large pictures at this size
LARGE = 640
DRAWERS = 4  # threads; the decoders release the GIL


_UNREADABLE: Final = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160">
<rect width="160" height="160" fill="#8a8f98"/>
<g fill="#ffffff" font-family="sans-serif" font-size="20" text-anchor="middle">
<text x="80" y="76">cannot</text><text x="80" y="100">be read</text></g></svg>"""
UNREADABLE: Final = "data:image/svg+xml;base64," + base64.b64encode(_UNREADABLE.encode()).decode()


def draw(hashes: Sequence[str], size: int = THUMBNAIL) -> None:
    """Have small pictures ready for ``uri``, several drawn at once; each is drawn only once."""
    known: set[tuple[str, int]] = kept("drawn", set())
    new = [sha256 for sha256 in hashes if (sha256, size) not in known]
    if not new:
        return
    studio = open_studio()

    def drawn(sha256: str) -> bool:
        try:
            studio.thumbnail(sha256, size)
        except (PictureError, StoreError):  # tried again when it is shown: its file may come back
            return False
        return True

    with ThreadPoolExecutor(DRAWERS, thread_name_prefix="thumbnails") as pool:
        known.update((sha256, size) for sha256, ready in zip(new, pool.map(drawn, new), strict=True) if ready)


def uri(sha256: str, size: int = THUMBNAIL) -> str:
    """Return a small picture as a data address for the browser; of one that cannot be read, a grey tile."""
    try:
        return kept_uri(sha256, size)
    except (PictureError, StoreError):
        return UNREADABLE


@st.cache_data(max_entries=4_000, show_spinner=False)
def kept_uri(sha256: str, size: int) -> str:
    """Return a small picture as a data address; PictureError or StoreError where it cannot be read."""
    return "data:image/jpeg;base64," + base64.b64encode(open_studio().thumbnail(sha256, size)).decode()


def large(sha256: str) -> bytes:
    """Return a picture as large as a screen shows it; PictureError or StoreError where it cannot be read."""
    return open_studio().thumbnail(sha256, LARGE)
