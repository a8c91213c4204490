"""A list of pictures to judge, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ui import review_grid, state
from ui.paging import page_of
from ui.review_items import Item

PAGE = 60  # pictures at once: about 300 KB
_HEIGHT = 760  # pixels; it scrolls by itself, so that the large picture stays beside it


def page_key(key: str) -> str:
    """Return the key under which the number of the page is kept."""
    return f"{key}_page"


def ticked(items: Sequence[Item], *, key: str) -> tuple[Item, ...]:
    """Return which pictures of the open page are ticked, also before they are drawn."""
    page = state.written(page_key(key))
    first = PAGE * ((page if isinstance(page, int) else 1) - 1)
    there = set(review_grid.ticked(_grid_key(key)))
    return tuple(item for item in items[first : first + PAGE] if item.sha256 in there)


def show(
    items: Sequence[Item], *, current: str | None, label: str, key: str, look: Callable[[str], None]
) -> None:
    """Draw the page that is open; ``look`` is called with the picture that is clicked."""
    shown = page_of(items, PAGE, noun="pictures", key=page_key(key))
    with st.container(height=_HEIGHT if len(shown) > 8 else "content", border=False, key="review_list"):
        review_grid.draw(shown, current=current, label=label, key=_grid_key(key), look=look)


def _grid_key(key: str) -> str:
    return f"{key}_grid_{state.ticked_anew()}"  # another grid has no ticks
