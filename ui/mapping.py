"""The map of judged pictures, drawn when it is asked for, and the pictures that were marked on it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.domain.dataset import Split
from core.domain.picture_map import MapPoint
from ui import services, tiles
from ui.components import gallery, map_panel, map_progress
from ui.services import open_studio


def of_map(run_id: str, split: Split, *, key: str) -> None:
    """Draw the map, which is made first where there is none, and the pictures that are marked on it."""
    found = open_studio().picture_map(run_id, split)
    if found is None:
        _make(run_id, split, key=key)
        return
    if not found.points:
        st.caption("There are no pictures here to draw a map of.")
        return
    chosen = map_panel.show(found, key=key)
    if chosen:
        _pictures(run_id, split, chosen, key=key)


def _make(run_id: str, split: Split, *, key: str) -> None:
    """Begin by itself where nothing else is under way, and tell how far it is."""
    under_way = partial(open_studio().map_under_way, run_id, split)
    busy = services.work_before_a_run() is not None
    if under_way() is None and not busy:
        open_studio().draw_map(run_id, split)
    if map_progress.show(under_way, busy=busy, key=key):
        open_studio().draw_map(run_id, split)
        st.rerun()


def _pictures(run_id: str, split: Split, chosen: tuple[MapPoint, ...], *, key: str) -> None:
    wanted = {point.path for point in chosen}
    found = (answer for answer in open_studio().answers(run_id, split) if answer.path in wanted)
    gallery.show(
        tiles.of_answers(sorted(found, key=lambda answer: answer.right)),
        key=f"map_pictures_{key}",
        label="Pictures marked on the map, wrong answers first",
        empty="There is no such picture.",
    )
