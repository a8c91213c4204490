"""Files appear whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from core.files import whole_file


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
