"""What follows a click in more than one step: begin a project, bring pictures in, start a run."""

from __future__ import annotations

from typing import NoReturn

from core.domain.config import Preset, TrainConfig
from ui import navigation, services, spool, state
from ui.components.new_project import NewProject
from ui.components.project_cards import Choice
from ui.components.rename_dialog import ask_name
from ui.components.uploader import Upload


def begin(new: NewProject) -> NoReturn:
    """Create the project, start importing what came with it, and go to its pictures."""
    project = services.create_project(new.name)
    if new.upload is not None:
        name = new.upload.name
        services.import_archive(project.id, spool.one(new.upload), name=name)
    state.select_project(project.id)
    navigation.go("upload")


def try_samples(key: str) -> NoReturn:
    """Create a project from built-in pictures and go to them."""
    job = services.import_sample(key)
    state.select_project(job.project_id)
    navigation.go("upload")


def follow(choice: Choice) -> None:
    """Open, rename or put aside the project whose card was used."""
    if choice.action == "rename":
        ask_name(choice.project_id, choice.name)
    elif choice.action == "delete":
        _delete(choice)
    else:
        state.select_project(choice.project_id)
        navigation.go(choice.page)


def bring_in(project_id: str, upload: Upload) -> NoReturn:
    """Start the import of what arrived, and draw the page anew."""
    if upload.way == "zip":
        name = upload.files[0].name
        services.import_archive(project_id, spool.one(upload.files[0]), name=name)
    else:
        files, folder = spool.many(upload.files)
        services.import_files(project_id, files, label=upload.label, staging=folder)
    navigation.go("upload")


def start(project_id: str, config: TrainConfig, *, preset: Preset | None) -> NoReturn:
    """Start the run, once however often the button was clicked, and go to watch it."""
    services.start_run(project_id, config, preset=preset, token=state.start_token())
    state.start_used()
    navigation.go("train")


def _delete(choice: Choice) -> NoReturn:
    """Take the project out of sight; the home page offers it back."""
    services.delete_project(choice.project_id)
    state.remember_deleted(choice.project_id, choice.name)
    if state.project_id() == choice.project_id:
        state.select_project(None)
    navigation.go("home")
