"""The map of judged pictures, drawn when it is asked for, and the pictures that were marked on it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.domain.picture_map import MapPoint
from ui import services, tiles
from ui.components import gallery, map_panel, map_progress
from ui.services import open_studio
from ui.subject import Subject


def of_map(subject: Subject) -> None:
    """Draw the map, which is made first where there is none, and the pictures that are marked on it."""
    found = open_studio().picture_map(subject.run_id, subject.split, test=subject.test)
    if found is None:
        _make(subject)
        return
    if not found.points:
        st.caption("There are no pictures here to draw a map of.")
        return
    chosen = map_panel.show(found, key=subject.key)
    if chosen:
        _pictures(subject, chosen)


def _make(subject: Subject) -> None:
    """Begin by itself where nothing else is under way, and tell how far it is."""
    under_way = partial(open_studio().map_under_way, subject.run_id, subject.split, test=subject.test)
    busy = services.work_before_a_run() is not None
    if under_way() is None and not busy:
        open_studio().draw_map(subject.run_id, subject.split, test=subject.test)
    if map_progress.show(under_way, busy=busy, key=subject.key):
        open_studio().draw_map(subject.run_id, subject.split, test=subject.test)
        st.rerun()


def _pictures(subject: Subject, chosen: tuple[MapPoint, ...]) -> None:
    wanted = {point.path for point in chosen}
    judged = open_studio().answers(subject.run_id, subject.split, test=subject.test)
    found = (answer for answer in judged if answer.path in wanted)
    gallery.show(
        tiles.of_answers(sorted(found, key=lambda answer: answer.right)),
        key=f"map_pictures_{subject.key}",
        label="Pictures marked on the map, wrong answers first",
        empty="There is no such picture.",
    )
