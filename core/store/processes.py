"""What the system tells of a process by its number: whether it lives, and when it started.

The moment is a word without meaning of its own, only ever compared: Linux counts from the boot, Windows and
macOS tell the date.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

UNTOLD: Final = "unknown"

_PROC = Path("/proc")
_PS = "/bin/ps"
_PLAIN_DATES = {"LC_ALL": "C", "TZ": "UTC0"}  # a move of the computer must not make another process of it
_PS_SECONDS = 3.0
_ANY_BOOT = "any"  # where dates are told, these tell boots apart as well


def started(pid: int) -> str | None:
    """Return when the process started, ``UNTOLD`` when that cannot be found out; None when it has ended."""
    if sys.platform == "win32":
        return _by_windows(pid)
    return _by_proc(pid) if (_PROC / "self/stat").exists() else _by_ps(pid)


def this_boot() -> str:
    """Return a word that is another one after each boot, where ``started`` needs that."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return _ANY_BOOT


def in_use(pid: int) -> bool:
    """Return whether a process has this number now, whichever it is."""
    if sys.platform == "win32":
        return _by_windows(pid) is not None  # signal 0 would end it there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's
    return True


def _by_proc(pid: int) -> str | None:
    try:
        # the program's name, in brackets, may itself hold blanks and brackets
        fields = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    state, ticks = fields[0], fields[19]
    return None if state in "ZX" else ticks


def _by_ps(pid: int) -> str | None:
    command = [_PS, "-o", "stat=", "-o", "lstart=", "-p", str(pid)]
    try:
        ended = subprocess.run(  # noqa: S603 - a list of our own words
            command, env=_PLAIN_DATES, capture_output=True, text=True, timeout=_PS_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return UNTOLD
    state, *date = ended.stdout.split() or [""]
    if date:
        return None if state.startswith("Z") else "".join(date).replace(":", "")
    return UNTOLD if in_use(pid) else None


def _by_windows(pid: int) -> str | None:
    import ctypes

    kernel: Any = vars(ctypes)["windll"].kernel32
    handle = ctypes.c_void_p(kernel.OpenProcess(0x1000, False, pid))  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle.value:
        return None
    try:
        code = ctypes.c_ulong()
        if not kernel.GetExitCodeProcess(handle, ctypes.byref(code)) or code.value != 259:  # STILL_ACTIVE
            return None
        created, *others = (ctypes.c_ulonglong() for _ in range(4))  # when it ended, and what time it took
        told = kernel.GetProcessTimes(handle, ctypes.byref(created), *(ctypes.byref(one) for one in others))
        return str(created.value) if told else UNTOLD
    finally:
        kernel.CloseHandle(handle)
