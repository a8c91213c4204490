"""Small pictures for the browser, drawn once and several at a time."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import streamlit as st

from core.domain.facts import GALLERY
from ui.services import kept, open_studio

THUMBNAIL = GALLERY  # pixels of the longer side; the import has drawn large pictures at this size
LARGE = 640
DRAWERS = 4  # threads; the decoders release the GIL


def draw(hashes: Sequence[str], size: int = THUMBNAIL) -> None:
    """Have small pictures ready for ``uri``, several drawn at once; each is drawn only once."""
    known: set[tuple[str, int]] = kept("drawn", set())
    new = [sha256 for sha256 in hashes if (sha256, size) not in known]
    if not new:
        return
    studio = open_studio()
    with ThreadPoolExecutor(DRAWERS, thread_name_prefix="thumbnails") as pool:
        for _ in pool.map(lambda sha256: studio.thumbnail(sha256, size), new):
            pass
    known.update((sha256, size) for sha256 in new)


@st.cache_data(max_entries=4_000, show_spinner=False)
def uri(sha256: str, size: int = THUMBNAIL) -> str:
    """Return a small picture as a data address, ready for the browser."""
    return "data:image/jpeg;base64," + base64.b64encode(open_studio().thumbnail(sha256, size)).decode()


def large(sha256: str) -> bytes:
    """Return a picture as large as a screen shows it."""
    return open_studio().thumbnail(sha256, LARGE)
