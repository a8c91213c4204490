"""The further columns of a table of labels: what they say of a picture beside its class."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from core.data.label_cell import without_quote
from core.domain.dataset import Columns

MOST: Final = 20  # columns that are kept
LONGEST: Final = 100  # characters of a title, or of what a column says


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """The columns that are kept, by their places in a line, and the titles of those that are not."""

    titles: tuple[tuple[int, str], ...] = ()
    left_out: tuple[str, ...] = ()

    def read(self, cells: Sequence[str]) -> Columns:
        """Return what these columns say in a line; a cell that is empty says nothing."""
        said = ((title, _short(without_quote(cells[place]))) for place, title in self.titles)
        return tuple((title, value) for title, value in said if value)


def further_columns(header: Sequence[str], known: Collection[int]) -> Further:
    """Return the columns beside those at ``known`` places. One without a title, as of row numbers, is none.

    Of titles that stand there twice, the second is numbered.
    """
    found: list[tuple[int, str]] = []
    taken: set[str] = set()
    for place, cell in enumerate(header):
        title = _short(without_quote(cell))
        if place in known or not title:
            continue
        alike = 1
        while (numbered := title if alike == 1 else f"{title} {alike}").casefold() in taken:
            alike += 1
        taken.add(numbered.casefold())
        found.append((place, numbered))
    return Further(titles=tuple(found[:MOST]), left_out=tuple(title for _, title in found[MOST:]))


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
