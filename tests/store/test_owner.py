from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.store import processes
from core.store.owner import Owner, is_alive, this_process

ENDED = "import sys; from core.store.owner import this_process; print(this_process().key)"


@pytest.fixture
def ended() -> Owner:
    """The owner that another process was."""
    run = subprocess.run([sys.executable, "-c", ENDED], capture_output=True, text=True, check=True)
    owner = Owner.from_key(run.stdout.strip())
    assert owner is not None
    return owner


def test_this_process_is_alive() -> None:
    assert is_alive(this_process())
    assert this_process().pid == os.getpid()


def test_an_ended_process_is_not_alive(ended: Owner) -> None:
    assert not is_alive(ended)


def test_a_process_that_got_the_number_of_an_ended_one_is_not_taken_for_it() -> None:
    assert not is_alive(dataclasses.replace(this_process(), started="1"))


def test_nothing_outlives_a_boot() -> None:
    assert not is_alive(dataclasses.replace(this_process(), boot="another"))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_another_living_process_is_alive() -> None:
    command = [sys.executable, "-c", ENDED + "; sys.stdout.flush(); sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        other = Owner.from_key(process.stdout.readline().strip())
        assert other is not None
        assert is_alive(other)
        process.communicate("")
    assert not is_alive(other)


def test_works_where_the_system_does_not_tell_when_a_process_started(
    ended: Owner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    monkeypatch.setattr(processes, "_PS", str(tmp_path / "ps"))
    this_process.cache_clear()
    try:
        me = this_process()
        assert is_alive(me)
        assert not is_alive(dataclasses.replace(me, started="another word"))
        assert not is_alive(dataclasses.replace(me, pid=ended.pid))
        assert is_alive(dataclasses.replace(me, pid=os.getppid()))
    finally:
        this_process.cache_clear()


def test_where_only_dates_are_told_a_number_that_came_again_is_another_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """After a crash and a boot, another program had the number of the app: its run stayed "running"."""
    dates = {os.getpid(): "FriMar61200002026", 4711: "FriMar61300002026"}
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    monkeypatch.setattr(processes, "_by_ps", dates.get)
    this_process.cache_clear()
    try:
        before = dataclasses.replace(this_process(), pid=4711, started="FriMar60800002026")
        assert not is_alive(before)
        assert is_alive(dataclasses.replace(before, started=dates[4711]))
        assert not is_alive(dataclasses.replace(before, pid=4712))
    finally:
        this_process.cache_clear()


def test_a_moment_that_cannot_be_found_out_makes_no_living_process_an_ended_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = dataclasses.replace(this_process(), pid=os.getppid())
    monkeypatch.setattr(processes, "started", lambda _pid: processes.UNTOLD)
    assert is_alive(other)


def test_a_key_stands_for_its_owner_and_can_name_a_folder() -> None:
    me = this_process()
    assert Owner.from_key(me.key) == me
    assert "/" not in me.key
    assert Owner.from_key("lost+found") is None
    assert Owner.from_key("1_2") is None
