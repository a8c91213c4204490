"""Which process is working on something, and whether that process still lives.

A process id alone is reused after a while, so it is kept with the moment the process started and the boot of
the machine. Systems that do not tell these get a random word instead; there another process counts as living
for as long as its id is in use.
"""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
_UNTOLD = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """One process, told apart from every other one before and after it."""

    pid: int
    started: str  # ticks since the boot; a random word where the system does not tell
    boot: str

    @property
    def key(self) -> str:
        """The owner as text that can be the name of a folder."""
        return f"{self.pid}_{self.started}_{self.boot}"

    @classmethod
    def from_key(cls, key: str) -> Owner | None:
        """Return the owner that ``key`` stands for; None when it stands for nobody."""
        pid, *rest = key.split("_")
        if len(rest) != 2 or not pid.isdecimal():
            return None
        return cls(pid=int(pid), started=rest[0], boot=rest[1])


@cache
def this_process() -> Owner:
    """Return the owner that this process is, the same one at every call."""
    pid = os.getpid()
    started = _started(pid)
    if started is None:
        return Owner(pid=pid, started=secrets.token_hex(8), boot=_UNTOLD)
    return Owner(pid=pid, started=started, boot=_boot())


def is_alive(owner: Owner) -> bool:
    """Return whether the owner's process still runs on this machine."""
    me = this_process()
    if owner.pid == me.pid or owner.boot != me.boot:
        return owner == me
    if owner.boot != _UNTOLD:
        return _started(owner.pid) == owner.started
    return _pid_in_use(owner.pid)


def _started(pid: int) -> str | None:
    """Return when the process started, in ticks since the boot; None when it has ended or cannot be told."""
    try:
        # the program's name, in brackets, may itself hold blanks and brackets
        fields = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    state, started = fields[0], fields[19]
    return None if state in "ZX" else started


def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return _UNTOLD


if sys.platform == "win32":

    def _pid_in_use(pid: int) -> bool:
        """Ask for the process by a handle: signal 0 would end it there."""
        import ctypes

        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if not handle:
            return False
        code = ctypes.c_ulong()
        answered = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return bool(answered) and code.value == 259  # STILL_ACTIVE

else:

    def _pid_in_use(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True  # another user's
        return True
