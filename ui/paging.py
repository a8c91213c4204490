"""A long list, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

Item = TypeVar("Item")

_BUTTON = 44  # pixels; one per page, and one for each direction
_MOST = 7  # buttons of pages that the widget shows


def page_of(items: Sequence[Item], size: int, *, noun: str, key: str) -> Sequence[Item]:
    """Draw the choice of a page, where there are several, and return the items on the chosen one.

    ``key`` keeps the page number, also when some of the items change; ``noun`` is their plural.
    """
    if len(items) <= size:
        return items
    pages = -(-len(items) // size)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_bar"):
        # with a width of its own: beside words it would hide pages rather than let the words go below
        page = st.pagination(pages, width=_BUTTON * (min(pages, _MOST) + 2), key=key)
        first, last = (page - 1) * size, min(len(items), page * size)
        st.caption(f"{noun.capitalize()} {first + 1:,} to {last:,} of {len(items):,}", width="content")
    return items[first:last]
