"""The four views of a project's pictures: problems, classes, all pictures, the split."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.domain.dataset import Dataset
from core.domain.edit import Edit
from ui import actions, tiles
from ui.components import (
    class_browser,
    class_editor,
    class_table,
    findings,
    gallery,
    selection_bar,
    split_panel,
)


def show(dataset: Dataset) -> Edit | None:
    """Draw the chosen view and return the change that was asked for in it."""
    look, classes, browse, split = st.tabs(
        ["To look at", "Classes", "All pictures", "Honest split"], key="pictures_view", on_change="rerun"
    )
    if classes.open:
        with classes:
            return _classes(dataset)
    if browse.open:
        with browse:
            return _browse(dataset)
    if split.open:
        with split:
            return _split(dataset)
    with look:
        return _look(dataset)


def _look(dataset: Dataset) -> Edit | None:
    edit = findings.show(
        dataset.issues,
        key=dataset.id,
        pictures_of=partial(tiles.of_issue, dataset=dataset),
        tell=partial(tiles.about, dataset),
    )
    if findings.check_again():
        actions.check_again(dataset.project_id)
    return edit


def _classes(dataset: Dataset) -> Edit | None:
    edit = class_editor.show(dataset)
    class_table.show(dataset)
    return edit


def _browse(dataset: Dataset) -> Edit | None:
    view = class_browser.show(dataset)
    above = st.container()  # the actions stand above the tall gallery, but need what is ticked in it
    picked = gallery.show(
        tiles.of_samples(view.samples),
        key=f"browse_{view.key}",
        label="Pictures of this view",
        empty="There is no picture here.",
        choose=True,
        tell=partial(tiles.about, dataset),
    )
    with above:
        return selection_bar.show(picked.chosen, view.samples, dataset, key=view.key, left_out=view.left_out)


def _split(dataset: Dataset) -> Edit | None:
    split_panel.show(dataset, tiles.of_pairs(dataset), tell=partial(tiles.about, dataset))
    return split_panel.settings(dataset)
