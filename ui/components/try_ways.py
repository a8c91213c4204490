"""Ways to show new pictures to a model: files, a camera, a folder. Addresses are not fetched."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ui import state

_WAYS = {
    "pictures": ":material/image: Pictures",
    "webcam": ":material/photo_camera: Webcam",
    "zip": ":material/folder_zip: A zip file",
    "folder": ":material/folder_open: A folder",
    "here": ":material/computer: On this computer",
}


def choose(*, here: bool) -> str:
    """Draw the choice and return it; ``here`` says whether the visitor sits at the server's computer."""
    chosen: str = st.segmented_control(
        "What have you got?",
        [way for way in _WAYS if way != "here" or here],
        default="pictures",
        required=True,
        format_func=lambda way: _WAYS[way],
        key="try_way",
    )
    return chosen


def files(*, at_once: int) -> tuple[UploadedFile, ...]:
    """Draw the upload of some pictures and return them, once."""
    found = st.file_uploader(
        "Pictures that it has never seen",
        accept_multiple_files=True,  # of any ending: the content decides, and what is no picture is named
        key=state.upload_key("try_files"),
        help=f"Several at once, if you like; more than {at_once} are answered in the background. They stay "
        "on this computer, and are forgotten once you put them away. Internet addresses are not fetched: "
        "save or copy such a picture first.",
    )
    return tuple(found or ())


def folder() -> tuple[UploadedFile, ...]:
    """Draw the upload of a folder and return its files, once."""
    found = st.file_uploader(
        "A folder of pictures",
        accept_multiple_files="directory",
        key=state.upload_key("try_folder"),
        help="Folders inside do no harm; what they are called means nothing here.",
    )
    return tuple(found or ())


def photo() -> tuple[UploadedFile, ...]:
    """Draw the camera and return the photo that was taken, once."""
    taken = st.camera_input("Show it to the camera", key=state.upload_key("try_webcam"))
    return (taken,) if taken is not None else ()


def folder_here() -> Path | None:
    """Draw the field for a folder on the server's computer and return the one that was asked for, once."""
    with st.form("try_folder_here", border=False):
        text = st.text_input(
            "Path of a folder with pictures",
            placeholder=str(Path.home() / "Pictures" / "new"),
            key="try_folder_path",
            help="It is only read.",
        )
        asked = st.form_submit_button("Try this folder", key="try_this_folder", type="primary")
    cleaned = text.strip().strip("\"'")
    if not asked or not cleaned:
        return None
    found = Path(cleaned).expanduser()
    if not found.is_dir():
        st.warning(
            "There is no such folder on this computer. Copy its path from your file manager.",
            icon=":material/folder_off:",
        )
        return None
    return found
