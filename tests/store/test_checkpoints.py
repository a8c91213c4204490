"""A checkpoint is there as a whole or not at all, also when the disk is full, fails or lies."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.errors import DiskFullError
from core.store.checkpoints import Checkpoint, Checkpoints
from core.store.paths import Paths

RUN = "0123456789abcdef"


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Checkpoints(Paths(tmp_path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Paths(tmp_path).checkpoints(RUN)


def keep(checkpoints: Checkpoints, number: int) -> None:
    checkpoints.keep(RUN, tensors=f"tensors {number}".encode() * 9, state=f'{{"epoch": {number}}}'.encode())


def epoch_of(found: Checkpoint | None) -> bytes | None:
    return found.state if found else None


def test_the_newest_is_given_back_and_only_two_are_kept(checkpoints: Checkpoints, folder: Path) -> None:
    assert checkpoints.newest(RUN) is None
    for number in range(1, 5):
        keep(checkpoints, number)
        assert epoch_of(checkpoints.newest(RUN)) == b'{"epoch": %d}' % number
    assert len(list(folder.iterdir())) == 2


def test_one_that_was_never_completed_is_ignored_and_then_removed(
    checkpoints: Checkpoints, folder: Path
) -> None:
    keep(checkpoints, 1)
    begun = folder / "00000002"
    begun.mkdir()
    (begun / "tensors.safetensors").write_bytes(b"half")
    found = checkpoints.newest(RUN)
    assert (epoch_of(found), found and found.older) == (b'{"epoch": 1}', False)
    keep(checkpoints, 3)
    assert not begun.exists()
    assert epoch_of(checkpoints.newest(RUN)) == b'{"epoch": 3}'
    assert len(list(folder.iterdir())) == 2


def test_any_flipped_byte_leads_to_the_one_before(checkpoints: Checkpoints, folder: Path) -> None:
    keep(checkpoints, 1)
    keep(checkpoints, 2)
    newest = folder / "00000002"
    flipped = 0
    for file in sorted(newest.iterdir()):
        whole = file.read_bytes()
        for place in range(0, len(whole), 7):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            found = checkpoints.newest(RUN)
            # a flip in the manifest's own names changes nothing that is checked, or makes it unreadable
            assert found is not None
            if file.name != "manifest.json":
                assert (found.state, found.older) == (b'{"epoch": 1}', True)
            assert found.tensors in (b"tensors 1" * 9, b"tensors 2" * 9)
            flipped += 1
        file.write_bytes(whole)
    assert flipped > 30
    assert epoch_of(checkpoints.newest(RUN)) == b'{"epoch": 2}'


def test_with_every_one_damaged_there_is_none(checkpoints: Checkpoints, folder: Path) -> None:
    keep(checkpoints, 1)
    (folder / "00000001" / "state.json").unlink()
    assert checkpoints.newest(RUN) is None


def test_a_disk_without_room_is_told_before_anything_is_written(
    checkpoints: Checkpoints, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(checkpoints, 1)
    usage = shutil.disk_usage(folder)._replace(free=10_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(DiskFullError, match=r"10 MB are free in .*, and 17 MB are needed\."):
        keep(checkpoints, 2)
    assert [one.name for one in folder.iterdir()] == ["00000001"]


class FailsAt:
    """An operation of the system that fails from its n-th call on."""

    def __init__(self, real: Callable[..., object], first: int, code: int) -> None:
        self._real, self._left, self._code = real, first, code

    def __call__(self, *args: object, **kwargs: object) -> object:
        self._left -= 1
        if self._left < 0:
            raise OSError(self._code, os.strerror(self._code))
        return self._real(*args, **kwargs)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("operation", ["fsync", "mkdir", "replace"])
def test_a_disk_that_gives_up_at_any_step_leaves_the_ones_before(
    checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch, code: int, operation: str
) -> None:
    keep(checkpoints, 1)
    keep(checkpoints, 2)
    failed = 0
    for step in range(20):
        with monkeypatch.context() as broken:
            broken.setattr(os, operation, FailsAt(getattr(os, operation), step, code))
            try:
                keep(checkpoints, 3 + step)
            except DiskFullError:
                failed += 1
            else:
                break
        found = checkpoints.newest(RUN)
        assert found is not None
        assert not found.older
    assert failed >= 1  # and the run goes on when the disk does
    keep(checkpoints, 99)
    assert epoch_of(checkpoints.newest(RUN)) == b'{"epoch": 99}'


def test_dropping_removes_all_of_them(checkpoints: Checkpoints, folder: Path) -> None:
    keep(checkpoints, 1)
    checkpoints.drop(RUN)
    checkpoints.drop(RUN)
    assert not folder.exists()
    assert checkpoints.newest(RUN) is None
