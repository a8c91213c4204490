"""What pictures have in common beside their class: a column of the table of labels, or a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

from core.data.layout import layout_of
from core.domain.dataset import Columns


class Placed(Protocol):
    """A picture by its name in the upload, and what a table of labels says of it."""

    @property
    def path(self) -> str: ...  # noqa: D102
    @property
    def columns(self) -> Columns: ...  # noqa: D102


def titles(pictures: Iterable[Placed]) -> tuple[str, ...]:
    """Return the titles of all further columns, in the order in which they first appear."""
    return tuple(dict.fromkeys(title for picture in pictures for title, _ in picture.columns))


def values(pictures: Sequence[Placed], title: str) -> list[str]:
    """Return what a column says of each picture; "" where it says nothing."""
    return [dict(picture.columns).get(title, "") for picture in pictures]


def inner_folders(pictures: Sequence[Placed]) -> list[str]:
    """Return the folders of each picture inside that of its class, as "patient 7/left"; "" for none."""
    folders = [tuple(picture.path.split("/")[:-1]) for picture in pictures]
    layout = layout_of(folders)
    return ["/".join(layout.inside(own)) for own in folders]


def shared(said: Iterable[str]) -> bool:
    """Tell whether two values or more are there, and one of them more than once."""
    counts = Counter(value for value in said if value)
    return len(counts) > 1 and max(counts.values()) > 1
