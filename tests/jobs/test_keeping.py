"""Imports of the same pictures side by side do not take them from each other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.errors import Cancelled
from core.jobs.keeping import keeping
from core.jobs.sweeping import drop_pictures, sweep_pictures
from core.settings import Settings
from core.store.owner import Owner, this_process
from core.store.workspace import Workspace

CONTENT = b"a picture"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({}, home=tmp_path / "home")


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    with Workspace.open(settings) as opened:
        yield opened


def stopped_import(workspace: Workspace, meanwhile: Callable[[], None] = lambda: None) -> None:
    with suppress(Cancelled), keeping(workspace) as keep:
        keep(CONTENT, SHA256)
        meanwhile()
        raise Cancelled


def test_a_stopped_import_leaves_the_pictures_of_another_one(workspace: Workspace):
    """Two tabs brought in the same zip; one was stopped, and the other missed its pictures at its end."""
    with keeping(workspace) as keep:
        keep(CONTENT, SHA256)
        stopped_import(workspace)
        assert workspace.datasets.picture(SHA256) == CONTENT


def test_of_two_stopped_imports_the_last_removes_the_pictures(workspace: Workspace):
    stopped_import(workspace, meanwhile=lambda: stopped_import(workspace))
    assert not workspace.paths.picture(SHA256).exists()


def test_what_an_import_that_ended_well_has_kept_is_held_no_longer(workspace: Workspace):
    with keeping(workspace) as keep:
        keep(CONTENT, SHA256)
    workspace.datasets.drop_pictures([SHA256])
    assert not workspace.paths.picture(SHA256).exists()


def test_while_another_process_imports_a_later_start_removes_them(settings: Settings, workspace: Workspace):
    other = replace(this_process(), pid=this_process().pid + 1)
    staging = workspace.staging()

    def alive(owner: Owner) -> bool:
        return owner in (other, this_process())

    with Workspace.open(settings, owner=other) as living:
        theirs = living.staging()
        living.datasets.keep_picture(CONTENT, SHA256)
    drop_pictures(workspace, [SHA256], alive=alive)
    assert workspace.datasets.picture(SHA256) == CONTENT
    theirs.rmdir()
    staging.rmdir()
    assert sweep_pictures(workspace, alive=alive) == 1


def test_what_this_process_imports_besides_does_not_delay_the_removal(workspace: Workspace):
    workspace.staging()
    stopped_import(workspace)
    assert not workspace.paths.picture(SHA256).exists()
