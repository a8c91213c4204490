"""Files appear whole or not at all; room that was reserved is there."""

import errno
import os
import stat
from pathlib import Path

import pytest

from core.files import reserve, whole_file


def test_the_file_appears_when_the_block_ends_well(tmp_path: Path):
    with whole_file(tmp_path / "new" / "a.bin") as file:
        file.write(b"all of it")
        assert not (tmp_path / "new" / "a.bin").exists()
    assert (tmp_path / "new" / "a.bin").read_bytes() == b"all of it"


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")

    def write_half() -> None:
        with whole_file(target) as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_other_users_may_not_read_it(tmp_path: Path):
    with whole_file(tmp_path / "a.bin"):
        pass
    assert stat.S_IMODE((tmp_path / "a.bin").stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="the system does not tell how much room a file has")
def test_a_reserved_file_has_its_room_from_the_start(tmp_path: Path):
    """One that was only as long as that had none, and a disk that filled up later ended the process."""
    target = tmp_path / "new" / "a.bin"
    reserve(target, 1_000_000)
    assert target.stat().st_size == 1_000_000
    assert target.stat().st_blocks * 512 >= 1_000_000


@pytest.mark.parametrize("asked", [True, False])
def test_where_the_system_cannot_reserve_zeros_are_written(
    asked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def cannot(*_arguments: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "not for this file system")

    monkeypatch.setattr(os, "posix_fallocate", cannot, raising=False)
    if not asked:
        monkeypatch.delattr(os, "posix_fallocate")
    (tmp_path / "a.bin").write_bytes(b"what was left from before")
    reserve(tmp_path / "a.bin", 40_000)
    assert (tmp_path / "a.bin").read_bytes() == bytes(40_000)


def test_room_that_there_is_not_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(OSError, match="No space left"):
        reserve(tmp_path / "a.bin", 1_000)
    assert list(tmp_path.iterdir()) == []
