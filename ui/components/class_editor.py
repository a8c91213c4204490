"""Changes to whole classes: another name, several into one, or left out."""

from __future__ import annotations

import streamlit as st

from core.domain.dataset import Dataset
from core.domain.edit import Edit, EditKind
from ui.words import count


def show(dataset: Dataset) -> Edit | None:
    """Draw the choice of classes and what can be done with them; return the change that was asked for."""
    chosen = tuple(
        st.multiselect(
            "Change classes",
            dataset.classes,
            key=f"edit_classes_{dataset.id}",
            placeholder="Choose one to rename it, or several to merge them",
        )
    )
    if not chosen:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", key="class_editor"):
        edit = _renamed(dataset, chosen) if len(chosen) == 1 else _merged(dataset, chosen)
        return _left_out(dataset, chosen) or edit


def _renamed(dataset: Dataset, chosen: tuple[str, ...]) -> Edit | None:
    name = st.text_input(
        "New name", chosen[0], max_chars=80, width=280, key=f"class_name_{dataset.id}_{chosen[0]}"
    ).strip()
    ready = bool(name) and name != chosen[0]
    clicked = st.button("Rename", key="rename_class", icon=":material/edit:", disabled=not ready)
    if not clicked or not ready:
        return None
    kind = EditKind.MERGE if name in dataset.classes else EditKind.RENAME
    return Edit(kind=kind, classes=(*chosen, name) if kind == EditKind.MERGE else chosen, label=name)


def _merged(dataset: Dataset, chosen: tuple[str, ...]) -> Edit | None:
    name = st.selectbox(
        "One name for them",
        chosen,
        accept_new_options=True,
        width=280,
        key=f"merged_name_{dataset.id}_{len(chosen)}",
        help="One of theirs, or type another.",
    )
    label = (name or "").strip()
    clicked = st.button(
        f"Merge {count(len(chosen), 'class')}",
        key="merge_classes",
        icon=":material/merge:",
        disabled=not label,
    )
    return Edit(kind=EditKind.MERGE, classes=chosen, label=label) if clicked and label else None


def _left_out(dataset: Dataset, chosen: tuple[str, ...]) -> Edit | None:
    showing = [sample for sample in dataset.used() if not set(chosen).isdisjoint(sample.labels)]
    pictures = tuple(sample.sha256 for sample in showing)
    clicked = st.button(
        f"Leave out ({count(len(pictures), 'picture')})",
        key="leave_out_classes",
        icon=":material/visibility_off:",
        disabled=not pictures,
    )
    if others := sum(not set(chosen).issuperset(sample.labels) for sample in showing):
        which = "One of them shows" if others == 1 else f"{others:,} of them show"
        st.caption(
            f"{which} other classes too. To take only this label away, tick pictures under “All pictures” "
            "and choose “Change labels”."
        )
    return Edit(kind=EditKind.EXCLUDE, pictures=pictures) if clicked and pictures else None
