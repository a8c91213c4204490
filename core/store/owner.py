"""Which process is working on something, and whether that process still lives.

A process id alone is reused after a while, so it is kept with the moment the process started and the boot of
the machine. Where the system does not tell these, a random word stands instead; there another process counts
as living for as long as its id is in use.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache

from core.store import processes
from core.store.processes import UNTOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """One process, told apart from every other one before and after it."""

    pid: int
    started: str  # as the system tells it; a random word where it does not
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
    started = processes.started(pid)
    if started in (None, UNTOLD):
        return Owner(pid=pid, started=secrets.token_hex(8), boot=UNTOLD)
    return Owner(pid=pid, started=str(started), boot=processes.this_boot())


def is_alive(owner: Owner) -> bool:
    """Return whether the owner's process still runs on this machine."""
    me = this_process()
    if owner.pid == me.pid:
        return owner == me
    if owner.boot not in (UNTOLD, processes.this_boot()):
        return False
    started = processes.started(owner.pid)
    if UNTOLD in (owner.boot, started):
        return processes.in_use(owner.pid)
    return started == owner.started
