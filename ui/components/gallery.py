"""Pictures to look through, a page at a time; any number of them can be chosen."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.paging import page_of
from ui.picture_grid import Picked, Tell, Tile, TileSet, draw
from ui.words import esc

PAGE = 60  # pictures at once: about 300 KB


def show(
    tiles: Sequence[Tile],
    *,
    key: str,
    label: str,
    empty: str,
    choose: bool = False,
    tell: Tell | None = None,
) -> Picked:
    """Draw a page of the pictures, open the one that is clicked, and return what was picked.

    ``key`` keeps the page number, also when some of the pictures change.
    """
    if not tiles:
        st.caption(esc(empty))
        return Picked(opened=None, chosen=())
    shown = tuple(page_of(tiles, PAGE, noun="pictures", key=f"{key}_page"))
    return draw([TileSet(tiles=shown)], key=key, label=label, choose=choose, tell=tell)
