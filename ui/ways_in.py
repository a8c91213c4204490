"""All ways to bring pictures into a project; what arrives begins to be imported."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ui import actions, spool, state
from ui.components import big_upload, new_project, server_folder, uploader, webcam
from ui.upload_tickets import Uploaded

_WAYS = {
    "zip": ":material/folder_zip: A zip file",
    "folder": ":material/folder_open: A folder",
    "files": ":material/image: Single pictures",
    "webcam": ":material/photo_camera: Webcam",
    "here": ":material/computer: On this computer",
}


def show(project_id: str, classes: Sequence[str] = (), *, seen: bool = True) -> None:
    """Draw the chosen way in; when something has arrived, its import begins and the page is drawn anew.

    While it is not ``seen``, folded away, an upload goes on, but the camera is off.
    """
    ways = [way for way in _WAYS if way != "here" or server_folder.allowed()]
    way = st.segmented_control(
        "What have you got?",
        ways,
        default="zip",
        required=True,
        format_func=lambda chosen: _WAYS[chosen],
        key="way_in",
    )
    if way == "folder":
        _folder(project_id)
    elif way == "files":
        _files(project_id, classes)
    elif way == "webcam" and seen:
        _webcam(project_id, classes)
    elif way == "here":
        _here(project_id)
    elif way != "webcam":
        _zip(project_id)


def begin() -> None:
    """Draw the ways to begin a project; when one was taken, go to its pictures."""
    help_text = (
        "For example cats.zip with the folders “tabby” and “siamese”. The folders' names become the "
        "classes. Further folders around or inside do no harm."
    )
    zone = partial(
        _arrived,
        key="home_zip",
        label="Drop a zip with one folder of pictures per class",
        help=help_text,
        project_id=None,
    )
    author = state.author()  # asked before a zip is taken, which asking the session could lose
    if new := new_project.show(zone):
        actions.begin(new, author=author)


def _zip(project_id: str) -> None:
    author = state.author()  # asked before a zip is taken, which asking the session could lose
    wanted, table = uploader.table()
    if not wanted or table is not None:
        arrived = _arrived(
            key="zip",
            label="A zip with the pictures" if wanted else "A zip with one folder of pictures per class",
            help="The folders' names become the classes. Folders named train, val and test are respected. "
            "The quickest way for many pictures.",
            project_id=project_id,
        )
        if arrived is not None:
            actions.bring_in_archive(project_id, arrived, table=table, author=author)
    st.toggle(
        "The upload does not get through: use the browser's plain one",
        key=state.PLAIN_UPLOAD,
        persist_state="session",
    )


def _arrived(*, key: str, label: str, help: str, project_id: str | None) -> Uploaded | None:  # noqa: A002
    """Draw the upload of a zip and return where it lies once it has arrived."""
    if not state.plain_upload():
        return big_upload.show(key=key, label=label, help=help, project_id=project_id)
    file = uploader.plain_zip(key=key, label=label, help=help)
    return Uploaded(path=spool.one(file), name=file.name) if file is not None else None


def _folder(project_id: str) -> None:
    if files := uploader.folder():
        actions.bring_in_files(project_id, files, label=None)


def _files(project_id: str, classes: Sequence[str]) -> None:
    if arrived := uploader.loose(classes):
        actions.bring_in_files(project_id, arrived.files, label=arrived.label)


def _webcam(project_id: str, classes: Sequence[str]) -> None:
    done = webcam.show(classes, spool.shots(project_id))
    if done is None:
        return
    if done.photo is not None:
        _keep(done.photo, project_id)
    elif done.start_over:
        actions.drop_shots(project_id)
    elif done.label:
        actions.bring_in_shots(project_id, label=done.label)


def _keep(photo: UploadedFile, project_id: str) -> None:
    spool.shot(photo, project_id)
    st.rerun()


def _here(project_id: str) -> None:
    if found := server_folder.show():
        actions.bring_in_folder(project_id, found.folder, labels=found.labels)
