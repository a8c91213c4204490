"""Names of series: those that the user gave, joined where series belong together, and those that were found.

A user's own name may look like a join ("a + b"); its plus signs are marked, and come back as they were.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_FOUND: Final = re.compile(r"~[0-9a-f]{16}")  # the name of a series that was found, not given
_AND: Final = " + "  # joins the names of given series that belong together
_PLUS: Final = re.compile(r"(?:^|(?<= ))(\\*\+)(?= |$)")  # a plus sign by itself, marked or not
_MARKED_PLUS: Final = re.compile(r"(?:^|(?<= ))\\(\\*\+)(?= |$)")


def found_name(content: str) -> str:
    """Return the name of a series that was found; ``content`` is the sha256 of what it consists of."""
    return f"~{content[:16]}"


def given_name(text: str) -> str | None:
    """Return the name of a series as the user wrote it, kept as one name; None where there is none."""
    plain = text.strip()
    return plain if _FOUND.fullmatch(plain) else _PLUS.sub(r"\\\1", plain) or None


def joined(names: Iterable[str]) -> str | None:
    """Return one name for given series that belong together; None where there are none."""
    return _AND.join(names) or None


def given_names(group: str | None) -> tuple[str, ...]:
    """Return the groups that the user gave, out of the name of a series."""
    return () if not group or _FOUND.fullmatch(group) else tuple(group.split(_AND))


def as_written(group: str | None) -> str:
    """Return the name of a series as the user wrote it; empty for none."""
    return _MARKED_PLUS.sub(r"\1", group or "")
