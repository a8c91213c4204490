"""Three ways to bring pictures in: a zip, a folder, or loose files of one class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ui import state

Way = Literal["zip", "folder", "files"]
_WAYS: dict[Way, str] = {
    "zip": ":material/folder_zip: A zip file",
    "folder": ":material/folder_open: A folder",
    "files": ":material/image: Single pictures",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What arrived: a zip, the files of a folder, or loose pictures of the class ``label``."""

    way: Way
    files: tuple[UploadedFile, ...]
    label: str | None = None


def show(classes: Sequence[str] = ()) -> Upload | None:
    """Draw the chosen way in and return what arrived, once."""
    way = st.segmented_control(
        "What have you got?",
        list(_WAYS),
        default="zip",
        required=True,
        format_func=lambda chosen: _WAYS[chosen],
        key="way_in",
    )
    if way == "folder":
        return _folder()
    return _loose(classes) if way == "files" else _zip()


def _zip() -> Upload | None:
    file = st.file_uploader(
        "A zip with one folder of pictures per class",
        type=["zip"],
        key=state.upload_key("zip"),
        help="The folders' names become the classes. Folders named train, val and test are respected. "
        "The quickest way for many pictures.",
    )
    return Upload(way="zip", files=(file,)) if file else None


def _folder() -> Upload | None:
    files = st.file_uploader(
        "A folder that holds one folder of pictures per class",
        accept_multiple_files="directory",
        key=state.upload_key("folder"),
        help="All files in it are looked at; whatever is not a picture is left out and listed.",
    )
    return Upload(way="folder", files=tuple(files)) if files else None


def _loose(classes: Sequence[str]) -> Upload | None:
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
        return Upload(way="files", files=tuple(files), label=name)
    return None
