"""Uploads through the browser: a zip with or without a table of labels, a folder, or loose pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.data.workbook import ENDINGS
from ui import state


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """Pictures that all belong to the class ``label``."""

    files: tuple[UploadedFile, ...]
    label: str


def table() -> tuple[bool, UploadedFile | None]:
    """Draw the choice of a table of labels; return whether one is wanted, and the one that is there."""
    wanted = st.toggle("The classes stand in a table (CSV, Excel), not in the folders", key="with_table")
    if not wanted:
        return False, None
    file = st.file_uploader(
        "First the table: a row per picture",
        type=["csv", "tsv", "txt", *sorted(ENDINGS)],
        key=state.upload_key("table"),
        help="With the columns file and class, and if you like group (pictures of one group stay together) "
        "and split (train, val or test). A picture may show several classes: write them with a bar between, "
        "like cat|dog, or have a column for each class that says yes or no. Further columns, like the place "
        "or the device, are kept: Evaluate tells the score for each of their values.",
    )
    if file is None:
        st.caption("Then the zip with the pictures.")
    return True, file


def plain_zip(*, key: str, label: str, help: str) -> UploadedFile | None:  # noqa: A002
    """Draw the browser's own upload of a zip and return what arrived, once."""
    return st.file_uploader(label, type=["zip"], key=state.upload_key(key), help=help)


def folder() -> tuple[UploadedFile, ...]:
    """Draw the upload of a folder and return its files, once."""
    files = st.file_uploader(
        "A folder that holds one folder of pictures per class",
        accept_multiple_files="directory",
        key=state.upload_key("folder"),
        help="All files in it are looked at; whatever is not a picture is left out and listed.",
    )
    return tuple(files or ())


def loose(classes: Sequence[str]) -> Loose | None:
    """Draw the upload of pictures into one class and return them, once."""
    label = st.selectbox(
        "Which class do these pictures show?",
        list(classes),
        index=None,
        accept_new_options=True,
        placeholder="Type a name, for example: rust",
        key="loose_class",
    )
    files = st.file_uploader(
        "Pictures of this class",
        accept_multiple_files=True,  # of any ending: the content decides, and what is no picture is named
        key=state.upload_key("files"),
    )
    name = (label or "").strip()
    ready = bool(files and name)
    if files and not name:
        st.caption("Give the class a name; then these pictures can be added.")
    if st.button("Add these pictures", key="add_files", type="primary", disabled=not ready) and ready:
        return Loose(files=tuple(files), label=name)
    return None
