from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.domain.errors import StoreError
from core.settings import Settings
from core.store.owner import Owner, this_process
from core.store.workspace import Workspace
from tests.store.made import kept

KILLED = """
import sys
from pathlib import Path
from core.settings import Settings
from core.store.workspace import Workspace
home = Path(sys.argv[1])
workspace = Workspace.open(Settings(home=home, weights=home))
(workspace.staging() / "upload.zip").write_bytes(b"half")
workspace.projects.create("kept")
print("ready", flush=True)
sys.stdin.read()
"""


def test_makes_its_folder_and_opens_it_again(settings: Settings) -> None:
    for _ in range(2):
        Workspace.open(settings).close()
    assert settings.home.is_dir()


def test_a_home_that_cannot_be_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be used"):
        Workspace.open(Settings(home=tmp_path / "file" / "home", weights=tmp_path))


def test_a_staging_folder_is_found_by_its_name_and_nothing_else_is(workspace: Workspace) -> None:
    folder = workspace.staging()
    (folder.parent / "file").mkdir()
    assert workspace.staged(folder.name) == folder
    for name in (
        "",
        ".",
        "..",
        "file",
        f"../{folder.parent.name}/{folder.name}",
        "0" * 32,
        f"{folder.name}\n",
    ):
        assert workspace.staged(name) is None


def test_every_staging_folder_is_fresh(workspace: Workspace) -> None:
    first, second = workspace.staging(), workspace.staging()
    assert first != second
    assert list(second.iterdir()) == []
    assert first.is_relative_to(workspace.paths.staging)


def test_the_sweep_keeps_what_a_living_process_uses(workspace: Workspace) -> None:
    mine = workspace.staging()
    workspace.sweep_staging()
    assert mine.is_dir()


def test_the_sweep_removes_what_ended_processes_left(workspace: Workspace, settings: Settings) -> None:
    ended = dataclasses.replace(this_process(), started="1")
    with Workspace.open(settings, owner=ended) as before:
        left = before.staging()
    (left / "upload.zip").write_bytes(b"half")
    (workspace.paths.staging / "unknown").mkdir()
    workspace.sweep_staging()
    assert list(workspace.paths.staging.iterdir()) == []
    workspace.sweep_staging(alive=lambda _owner: False)


def test_activations_stay_while_their_process_lives_and_go_behind_it(
    workspace: Workspace, settings: Settings
) -> None:
    """A killed training left up to 8 GB there, which counted against the room when it was resumed."""
    ended = dataclasses.replace(this_process(), started="1")
    with Workspace.open(settings, owner=ended) as before:
        files = [before.activations("a"), workspace.activations("a")]
    files.append(workspace.paths.cache("activations") / "as-older-versions-named-it.bin")
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"rows")
    assert len(set(files)) == 3
    workspace.sweep_activations()
    assert [file.exists() for file in files] == [False, True, False]


def test_a_kept_picture_leaves_nothing_in_staging(workspace: Workspace) -> None:
    kept(workspace, b"a picture")
    assert [path for path in workspace.paths.staging.rglob("*") if path.is_file()] == []


@pytest.mark.skipif(os.name == "nt", reason="ends the process by a signal")
def test_a_killed_process_leaves_a_workspace_that_opens_and_is_swept(settings: Settings) -> None:
    command = [sys.executable, "-c", KILLED, str(settings.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)
    with Workspace.open(settings) as workspace:
        assert [project.name for project in workspace.projects.all()] == ["kept"]
        assert len(list(workspace.paths.staging.iterdir())) == 1
        workspace.sweep_staging()
        assert list(workspace.paths.staging.iterdir()) == []


def test_many_openings_leave_no_thread_and_no_open_file(settings: Settings) -> None:
    Workspace.open(settings).close()
    files, threads = open_files(), threading.active_count()
    for _ in range(20):
        with Workspace.open(settings) as workspace:
            workspace.projects.all()
    assert open_files() <= files
    assert threading.active_count() <= threads


def test_the_owner_may_be_played(settings: Settings) -> None:
    owner = Owner(pid=12, started="34", boot="56")
    with Workspace.open(settings, owner=owner) as workspace:
        assert workspace.staging().parent.name == "12_34_56"


def open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0
