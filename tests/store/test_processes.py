"""What Linux tells of a process is asked for; what macOS and Windows tell is given here."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.store import processes

NO_SUCH = 2**22 + 1  # more than Linux gives


def answering(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stdout: str) -> None:
    """Let ``ps`` say this, on a system without /proc."""

    def run(command: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
        assert how["env"] == {"LC_ALL": "C", "TZ": "UTC0"}
        return subprocess.CompletedProcess(command, 0, stdout=stdout)

    monkeypatch.setattr(processes, "_PROC", tmp_path)
    monkeypatch.setattr(processes.subprocess, "run", run)


def test_macos_tells_the_date(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answering(monkeypatch, tmp_path, "Ss+  Fri Mar  6 08:05:09 2026    \n")
    assert processes.started(4711) == "FriMar60805092026"
    assert processes.this_boot() == "any"


@pytest.mark.parametrize("stdout", ["", "Z    Fri Mar  6 08:05:09 2026\n"])
def test_on_macos_a_process_that_is_not_told_or_only_remembered_has_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stdout: str
) -> None:
    answering(monkeypatch, tmp_path, stdout)
    assert processes.started(NO_SUCH) is None


def test_where_ps_tells_nothing_of_a_living_process_its_start_is_untold(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answering(monkeypatch, tmp_path, "")
    assert processes.started(os.getppid()) == processes.UNTOLD


@pytest.mark.skipif(not Path(processes._PS).exists(), reason="needs ps")
def test_a_real_ps_tells_the_same_date_at_any_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    first = processes.started(os.getpid())
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert first is not None
    assert first.isalnum()
    assert first != processes.UNTOLD
    assert processes.started(os.getpid()) == first
    assert processes.started(NO_SUCH) is None


class Kernel:
    """The part of Windows that is asked: one living process, one that has ended."""

    CREATED = 134_000_000_000_000_000  # steps of 100 ns since 1601

    def __init__(self, *, tells: bool = True) -> None:
        self.tells = tells
        self.open: list[int] = []

    def OpenProcess(self, _rights: int, _inherit: bool, pid: int) -> int:  # noqa: N802
        self.open += [pid] if pid in (4, 8) else []
        return pid if pid in (4, 8) else 0

    def GetExitCodeProcess(self, handle: Any, code: Any) -> int:  # noqa: N802
        code._obj.value = 259 if handle.value == 4 else 1
        return 1

    def GetProcessTimes(self, _handle: Any, created: Any, *_others: Any) -> int:  # noqa: N802
        created._obj.value = self.CREATED
        return int(self.tells)

    def CloseHandle(self, handle: Any) -> None:  # noqa: N802
        self.open.remove(handle.value)


@pytest.mark.skipif(sys.platform == "win32", reason="stands for Windows elsewhere")
@pytest.mark.parametrize(
    ("pid", "tells", "told"),
    [(4, True, str(Kernel.CREATED)), (4, False, processes.UNTOLD), (8, True, None), (12, True, None)],
)
def test_windows_tells_the_date_of_what_lives(
    monkeypatch: pytest.MonkeyPatch, pid: int, tells: bool, told: str | None
) -> None:
    kernel = Kernel(tells=tells)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr(processes, "sys", SimpleNamespace(platform="win32"))
    assert processes.started(pid) == told
    assert processes.in_use(pid) is (told is not None)
    assert kernel.open == [], "every handle is closed"
