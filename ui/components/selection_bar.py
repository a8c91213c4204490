"""What can be done with the pictures that were chosen in a gallery."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.data.edits import relabelled
from core.domain.dataset import Dataset, Sample
from core.domain.edit import Edit, EditKind
from ui.picture_grid import Tile
from ui.words import count


def show(
    chosen: Sequence[Tile], view: Sequence[Sample], dataset: Dataset, *, key: str, left_out: bool
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
        if dataset.several:
            return _relabelled(pictures, dataset, key) or left
        return _moved(pictures, dataset.classes, key) or left


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


def _relabelled(pictures: tuple[str, ...], dataset: Dataset, key: str) -> Edit | None:
    """Draw which labels come and go; all others of a picture stay."""
    with st.popover("Change labels", icon=":material/label:", key=f"labels_{key}", disabled=not pictures):
        added = _labels("Labels to add", dataset, key=f"add_labels_{key}", new=True)
        taken = _labels("Labels to take away", dataset, key=f"take_labels_{key}")
        edit = Edit(kind=EditKind.RELABEL, pictures=pictures, classes=taken, also=added)
        problem, told = _outcome(edit, dataset)
        if problem or told:
            st.caption(problem or told)
        clicked = st.button(
            f"Change {count(len(pictures), 'picture')}",
            key="relabel_chosen",
            type="primary",
            disabled=bool(problem) or not (added or taken),
        )
    return edit if clicked and not problem and (added or taken) else None


def _labels(words: str, dataset: Dataset, *, key: str, new: bool = False) -> tuple[str, ...]:
    chosen = st.multiselect(
        words,
        dataset.classes,
        accept_new_options=new,
        placeholder="Choose some, or type a new name" if new else "Choose some; all others stay",
        key=f"{key}_{dataset.id}",
    )
    return tuple(dict.fromkeys(name.strip() for name in chosen if name.strip()))


def _outcome(edit: Edit, dataset: Dataset) -> tuple[str, str]:
    """Return why the change cannot be made, and what it means besides; each empty where there is nothing."""
    wanted = set(edit.pictures)
    after = {s.sha256: relabelled(s, edit) if s.sha256 in wanted else s.labels for s in dataset.used()}
    if bare := sum(not labels for labels in after.values()):
        does = "shows" if bare == 1 else "show"
        return f"{count(bare, 'picture')} {does} nothing else. Say what to add, or leave out instead.", ""
    if all(len(labels) == 1 for labels in after.values()):
        return "", (
            "No picture of this project will show several classes any more: a training will then take every "
            "picture to show exactly one."
        )
    return "", ""
