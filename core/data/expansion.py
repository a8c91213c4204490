"""How much a zip may grow: what would fill the disk is refused, what is packed like a bomb left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.data.ziplist import Entry
from core.domain.errors import ArchiveError
from core.settings import Limits


def exploding(entries: Sequence[Entry], archive_size: int, limits: Limits) -> frozenset[Entry]:
    """Return the entries to leave out, so that the others together do not grow too much.

    These are packed as tightly as a bomb, and only told where all entries together grow too much: one blank
    picture must not cost all others. Raises ArchiveError where leaving them out does not help.
    """
    total = _claimed(entries)
    if total > limits.expanded_bytes:
        raise ArchiveError(
            f"The zip would unpack to {size_told(total)}; the most is {size_told(limits.expanded_bytes)}.",
            hint="Divide it into several zips.",
        )
    if not _explodes(total, archive_size, limits):
        return frozenset()
    tight = frozenset(entry for entry in entries if _explodes(entry.size, entry.packed, limits))
    usual = [entry for entry in entries if entry not in tight]
    if not usual or _explodes(_claimed(usual), archive_size, limits):
        growth = f"from {size_told(archive_size)} to {size_told(total)}"
        raise ArchiveError(
            f"The zip is refused: it would unpack {growth}, like a zip bomb.", hint="Upload pictures only."
        )
    return tight


def size_told(number: int) -> str:
    """Return a number of bytes as a person reads it, as in "1.8 KB"."""
    for unit, divisor in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if number >= divisor:
            return f"{number / divisor:,.1f} {unit}"
    return f"{number:,} bytes"


def _claimed(entries: Iterable[Entry]) -> int:
    return sum(entry.size for entry in entries)


def _explodes(size: int, packed: int, limits: Limits) -> bool:
    return size > limits.ratio_from_bytes and size > limits.expansion_ratio * packed
