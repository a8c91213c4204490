"""What can be done with the pictures that were chosen in a gallery."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.domain.dataset import Sample
from core.domain.edit import Edit, EditKind
from ui.picture_grid import Tile
from ui.words import count


def show(
    chosen: Sequence[Tile], view: Sequence[Sample], classes: Sequence[str], *, key: str, left_out: bool
) -> Edit | None:
    """Draw the actions and return the change that was asked for.

    ``view`` holds the pictures of all pages; ``left_out`` says that they were left out.
    """
    # Drawn also while nothing is ticked: the pictures below must not move away under the mouse.
    with (
        st.container(border=True, key="selection_bar"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        pictures = _extent(chosen, view, key)
        if left_out:
            return _one_click("Bring back", "undo", EditKind.RESTORE, pictures)
        left = _one_click("Leave out", "visibility_off", EditKind.EXCLUDE, pictures)
        return _moved(pictures, classes, key) or left


def _extent(chosen: Sequence[Tile], view: Sequence[Sample], key: str) -> tuple[str, ...]:
    said = st.empty()  # the number stands before the choice that makes it
    everything = len(view) > len(chosen) and st.checkbox(
        f"All {len(view):,}, not only those ticked here", key=f"all_{key}", disabled=not chosen
    )
    pictures = tuple(tile.sha256 for tile in chosen)
    if pictures and everything:
        pictures = tuple(sample.sha256 for sample in view)
    said.markdown(
        f"**{count(len(pictures), 'picture') if pictures else 'No picture'} chosen**", width="content"
    )
    return pictures


def _one_click(words: str, icon: str, kind: EditKind, pictures: tuple[str, ...]) -> Edit | None:
    clicked = st.button(words, key=f"{kind}_chosen", icon=f":material/{icon}:", disabled=not pictures)
    return Edit(kind=kind, pictures=pictures) if clicked and pictures else None


def _moved(pictures: tuple[str, ...], classes: Sequence[str], key: str) -> Edit | None:
    with st.popover(
        "Move to class", icon=":material/drive_file_move:", key=f"move_{key}", disabled=not pictures
    ):
        label = st.selectbox(
            "Class they belong to",
            list(classes),
            index=None,
            accept_new_options=True,
            placeholder="Choose one, or type a new name",
            key=f"move_to_{key}",
        )
        name = (label or "").strip()
        clicked = st.button(
            f"Move {count(len(pictures), 'picture')}", key="move_chosen", type="primary", disabled=not name
        )
    return Edit(kind=EditKind.MOVE, pictures=pictures, label=name) if clicked and name else None
