from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from core.domain.errors import DiskFullError, StoreError
from core.store.files import flush_files, make_folder, read_whole, refusal_told, write_whole


def test_replaces_the_old_content_and_leaves_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(b"old")
    write_whole(path, b"new")
    assert read_whole(path) == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_keeps_the_old_content_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(b"old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"full: [\d.]+ [GM]B are free in .*, and 1 MB are needed\.") as told:
        write_whole(path, b"new")
    assert "Free some space" in told.value.hint
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_flushes_the_file_before_its_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    flush, replace = os.fsync, Path.replace

    def flushed(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        flush(handle)

    def named(self: Path, target: Path) -> Path:
        steps.append("name")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", named)
    write_whole(tmp_path / "x", b"x")
    assert steps == ["file", "name", "folder"]


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"gone\.json is missing from the workspace"):
        read_whole(tmp_path / "gone.json")


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_a_folder_that_may_not_be_written_is_told_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(code, "refused")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(DiskFullError, match="may not read or write") as told:
        make_folder(tmp_path / "new")
    assert "SIGHTSMITH_HOME" in told.value.hint


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("named", [True, False])
def test_a_refusal_names_the_file_or_else_the_place(tmp_path: Path, code: int, named: bool) -> None:
    fault = OSError(code, "refused", tmp_path / "x" / "file") if named else OSError(code, "refused")
    with pytest.raises(DiskFullError) as told, refusal_told(tmp_path / "y" / "cache"):
        raise fault
    assert str(tmp_path / ("x" if named else "y")) in told.value.message


def test_what_is_no_refusal_goes_through_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), refusal_told(tmp_path):
        (tmp_path / "none").read_bytes()


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be used"):
        make_folder(tmp_path / "home" / "runs")


def test_flushes_many_files_and_tells_a_missing_one(tmp_path: Path) -> None:
    paths = [tmp_path / str(i) for i in range(40)]
    for path in paths:
        path.write_bytes(b"x")
    flush_files(paths)
    with pytest.raises(StoreError, match="missing"):
        flush_files([*paths, tmp_path / "none"])
