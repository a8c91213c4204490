"""Caches stay within their space; what was not used for longest goes first, what is open stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.data.rows import RowStore
from core.jobs import caches
from core.jobs.caches import FLOOR_BYTES, keep_within
from core.settings import Settings
from core.store.workspace import Workspace

ROW = 1_000  # bytes; with its record 1,032


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({}, home=tmp_path)


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    with Workspace.open(settings) as opened:
        yield opened


@pytest.fixture(autouse=True)
def free(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bytes that the disk has free."""
    left = [100 * FLOOR_BYTES]
    monkeypatch.setattr(caches, "free_bytes", lambda _path: left[0])
    return left


def store(workspace: Workspace, kind: str) -> RowStore:
    return RowStore(workspace.paths.cache("features") / kind, row_shape=(ROW,), dtype=np.uint8)


def fill(workspace: Workspace, kind: str, *, last_used: int) -> None:
    """Keep one row, in a segment of its own."""
    store(workspace, kind).append(["a"], np.ones((1, ROW), np.uint8))
    for path in workspace.paths.cache("features").glob(f"{kind}/*/*.rows"):
        os.utime(path, (last_used, last_used))


def kinds(workspace: Workspace) -> list[str]:
    return [kind for kind in ("one", "two", "three") if not store(workspace, kind).missing(["a"])]


def test_nothing_goes_while_there_is_room(workspace: Workspace, settings: Settings):
    fill(workspace, "one", last_used=1)
    keep_within(workspace, settings)
    assert kinds(workspace) == ["one"]


def test_what_was_not_used_for_longest_goes_first(workspace: Workspace, settings: Settings):
    for last_used, kind in enumerate(("three", "one", "two"), start=1):
        fill(workspace, kind, last_used=last_used)
    keep_within(workspace, replace(settings, cache_bytes=2 * 1_032))
    assert kinds(workspace) == ["one", "two"]
    keep_within(workspace, replace(settings, cache_bytes=2 * 1_032 - 1))
    assert kinds(workspace) == ["two"]


def test_caches_make_way_where_the_disk_is_nearly_full(
    workspace: Workspace, settings: Settings, free: list[int]
):
    """With room for 20 GB of them on paper, the disk counted as full while they lay on it."""
    for last_used, kind in enumerate(("three", "one", "two"), start=1):
        fill(workspace, kind, last_used=last_used)
    free[0] = FLOOR_BYTES - 1_032
    assert keep_within(workspace, settings) == 1_032
    assert kinds(workspace) == ["one", "two"]
    free[0] = FLOOR_BYTES
    assert keep_within(workspace, settings) == 0
    assert keep_within(workspace, settings, needed=1_033) == 2 * 1_032
    assert kinds(workspace) == []


def test_rows_that_are_being_written_stay(workspace: Workspace, settings: Settings, free: list[int]):
    """Another job may begin meanwhile, and make room."""
    writing = store(workspace, "one")
    writing.append(["a"], np.ones((1, ROW), np.uint8))
    free[0] = 0
    assert keep_within(workspace, settings) == 0
    assert writing.rows(["a"])[0].tolist() == [1] * ROW


def test_activations_of_jobs_under_way_stay(workspace: Workspace, settings: Settings, free: list[int]):
    fill(workspace, "one", last_used=1)
    file = workspace.activations("a" * 32)
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(500))
    free[0] = 0
    assert keep_within(workspace, settings) == 1_032
    assert file.stat().st_size == 500


def test_other_files_count_and_go_as_well(workspace: Workspace, settings: Settings):
    fill(workspace, "one", last_used=5)
    for kind, last_used in (("engines", 4), ("thumbnails", 6)):
        path = workspace.paths.cache(kind) / "file"  # type: ignore[arg-type]
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes(500))
        os.utime(path, (last_used, last_used))
    keep_within(workspace, replace(settings, cache_bytes=1_532))
    assert not (workspace.paths.cache("engines") / "file").exists()
    assert kinds(workspace) == ["one"]
    keep_within(workspace, replace(settings, cache_bytes=500))
    assert kinds(workspace) == []
    assert (workspace.paths.cache("thumbnails") / "file").exists()


def test_what_was_tried_on_this_machine_stays(workspace: Workspace, settings: Settings):
    fill(workspace, "one", last_used=5)
    tried = workspace.paths.cache("trials") / "precision.json"
    tried.parent.mkdir(parents=True)
    tried.write_text("{}")
    os.utime(tried, (1, 1))
    keep_within(workspace, replace(settings, cache_bytes=0))
    assert kinds(workspace) == []
    assert tried.exists()


def test_rows_in_use_stay(workspace: Workspace, settings: Settings):
    for last_used, kind in enumerate(("one", "two"), start=1):
        fill(workspace, kind, last_used=last_used)
    rows = store(workspace, "one").rows(["a"])
    os.utime(next(workspace.paths.cache("features").glob("one/*/*.rows")), (1, 1))
    keep_within(workspace, replace(settings, cache_bytes=1_100))
    assert kinds(workspace) == ["one"]
    assert rows[0].tolist() == [1] * ROW


def test_only_caches_are_ever_touched(workspace: Workspace, settings: Settings, tmp_path: Path):
    fill(workspace, "one", last_used=1)
    others = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    keep_within(workspace, replace(settings, cache_bytes=0))
    assert kinds(workspace) == []
    assert others
    assert {path: path.read_bytes() for path in others} == others


def test_a_workspace_without_caches_is_left_alone(workspace: Workspace, settings: Settings):
    keep_within(workspace, replace(settings, cache_bytes=0))
    assert not (settings.home / "cache").exists()
