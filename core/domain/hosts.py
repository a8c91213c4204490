"""Which addresses of a server only this computer reaches."""

from __future__ import annotations

import ipaddress
from typing import Final

LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1", "[::1]")  # as browsers on this computer call it


def is_local(host: str) -> bool:
    """Whether only programs on this computer reach the host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
