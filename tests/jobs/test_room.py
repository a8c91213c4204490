"""Before the disk counts as full, what can be computed again makes way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.errors import DiskFullError
from core.jobs import caches, room
from core.jobs.caches import FLOOR_BYTES
from core.jobs.room import make_room, with_room
from core.settings import Settings
from core.store.workspace import Workspace

SIZE = 500  # bytes of the one thing in the caches


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({}, home=tmp_path)


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    with Workspace.open(settings) as opened:
        yield opened


@pytest.fixture
def cached(workspace: Workspace) -> Path:
    file = workspace.paths.cache("engines") / "file"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(SIZE))
    return file


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch, cached: Path) -> Iterator[list[int]]:
    """Bytes that the disk has free besides what is cached."""
    left = [0]

    def now(_path: Path) -> int:
        return left[0] + (0 if cached.exists() else SIZE)

    for module in (caches, room):
        monkeypatch.setattr(module, "free_bytes", now)
    return left


def test_caches_make_way_only_where_too_little_is_free(workspace, settings, cached, free):
    free[0] = FLOOR_BYTES
    make_room(workspace, settings)
    assert cached.exists()
    make_room(workspace, settings, needed=1)
    assert not cached.exists()


def test_a_disk_that_cannot_be_asked_is_no_error(workspace, settings, cached, monkeypatch):
    def lost(_path: Path) -> int:
        raise OSError(5, "gone")

    monkeypatch.setattr(room, "free_bytes", lost)
    make_room(workspace, settings)
    assert cached.exists()


def test_work_goes_on_where_room_could_be_made(workspace, settings, cached, free):
    done = []

    def work() -> None:
        done.append("work")
        if cached.exists():
            raise OSError(28, "No space left on device")

    with_room(workspace, settings, work, again=lambda: done.append("again"))
    assert done == ["work", "again", "work"]


def test_a_disk_that_stays_full_is_told(workspace, settings, cached, free):
    tries = []

    def work() -> None:
        tries.append(1)
        raise OSError(28, "No space left on device")

    with pytest.raises(DiskFullError, match="The disk is full"):
        with_room(workspace, settings, work, again=lambda: None)
    assert len(tries) == 2
    with pytest.raises(DiskFullError, match="The disk is full"):
        with_room(workspace, settings, work, again=lambda: None)
    assert len(tries) == 3  # nothing was left to make way
