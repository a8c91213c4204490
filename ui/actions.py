"""What follows a click in more than one step: begin a project, bring pictures in, start a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.domain.choices import Preset
from core.domain.config import TrainConfig
from core.domain.edit import Edit
from core.domain.errors import AppError
from ui import errors, navigation, services, spool, state
from ui.components.history_bar import Direction
from ui.components.new_project import NewProject
from ui.components.project_cards import Choice
from ui.components.rename_dialog import ask_name
from ui.picture_words import about_edit
from ui.upload_tickets import Uploaded


def begin(new: NewProject, *, author: str) -> NoReturn:
    """Create the project, start importing what came with it, and go to its pictures."""
    project = services.create_project(new.name)
    if new.upload is not None:
        services.import_archive(project.id, new.upload.path, name=new.upload.name, author=author)
    state.select_project(project.id)
    navigation.go("upload")


def try_samples(key: str) -> NoReturn:
    """Create a project from built-in pictures and go to them."""
    job = services.import_sample(key, author=state.author())
    state.select_project(job.project_id)
    navigation.go("upload")


def follow(choice: Choice) -> None:
    """Open, rename, duplicate or put aside the project whose card was used."""
    if choice.action == "rename":
        ask_name(choice.project_id, choice.name)
    elif choice.action == "duplicate":
        _duplicate(choice)
    elif choice.action == "delete":
        _delete(choice)
    else:
        state.select_project(choice.project_id)
        navigation.go(choice.page)


def bring_in_archive(
    project_id: str, arrived: Uploaded, *, table: UploadedFile | None, author: str
) -> NoReturn:
    """Start the import of a zip, with the table of labels that came beside it."""
    labels = spool.beside(arrived.path, table) if table is not None else None
    services.import_archive(project_id, arrived.path, name=arrived.name, labels=labels, author=author)
    state.uploads_taken()
    navigation.go("upload")


def bring_in_files(project_id: str, uploads: Sequence[UploadedFile], *, label: str | None) -> NoReturn:
    """Start the import of a folder's files, or of loose files of one class."""
    author = state.author()
    files, folder = spool.many(uploads)
    services.import_files(project_id, files, label=label, staging=folder, author=author)
    navigation.go("upload")


def bring_in_shots(project_id: str, *, label: str) -> NoReturn:
    """Start the import of the webcam's photos of one sitting, which stay together."""
    author = state.author()
    files, folder, group = spool.sitting(project_id)
    services.import_files(project_id, files, label=label, staging=folder, group=group, author=author)
    navigation.go("upload")


def drop_shots(project_id: str) -> NoReturn:
    """Throw the webcam's photos away and begin anew."""
    spool.drop_sitting(project_id)
    st.rerun()


def bring_in_folder(project_id: str, folder: Path, *, labels: Path | None) -> NoReturn:
    """Start the import of a folder on this computer."""
    services.import_folder(project_id, folder, labels=labels, author=state.author())
    navigation.go("upload")


def change(project_id: str, edit: Edit) -> None:
    """Make the change and draw the page anew; one that cannot be made is told in its place.

    With very many pictures it only begins here: the page shows how it goes on.
    """
    words = about_edit(edit)
    words = words[:1].upper() + words[1:]
    try:
        with st.spinner("Making the change, and looking at the pictures again"):
            job = services.change(project_id, edit, title=words, author=state.author())
    except AppError as problem:
        errors.show(problem)
        return
    if job is None:
        state.tell(f"{words}. “Undo” takes it back.")
    st.rerun()


def step(project_id: str, direction: Direction, version_id: str) -> None:
    """Take the last change back, or make it again; where another one came first, the next drawing says so."""
    go = services.undo if direction == "undo" else services.redo
    try:
        go(project_id, expected=version_id)
    except AppError as problem:
        state.warn(str(problem))


def check_again(project_id: str) -> NoReturn:
    """Start looking for problems anew."""
    services.recheck(project_id)
    navigation.go("upload")


def start(project_id: str, config: TrainConfig, *, preset: Preset | None) -> NoReturn:
    """Start the run, once however often the button was clicked, and go to watch it."""
    services.start_run(project_id, config, preset=preset, token=state.start_token())
    state.start_used()
    navigation.go("train")


def _duplicate(choice: Choice) -> NoReturn:
    """Make a project with the same pictures, and tell what came along."""
    made = services.duplicate_project(choice.project_id, author=state.author())
    state.tell(
        f"“{made.name}” has the pictures of “{choice.name}” as they are now. What is changed or trained in "
        "one of them leaves the other alone."
    )
    navigation.go("home")


def _delete(choice: Choice) -> NoReturn:
    """Take the project out of sight; the home page offers it back."""
    services.delete_project(choice.project_id)
    state.remember_deleted(choice.project_id, choice.name)
    if state.project_id() == choice.project_id:
        state.select_project(None)
    navigation.go("home")
