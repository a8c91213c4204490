"""Results that are kept only as long as somebody looks at them, each with a folder of files."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Generic, TypeVar

from core.store.files import remove_tree

Item = TypeVar("Item")


class Shelf(Generic[Item]):
    """Holds the results that were asked for last; one that makes way takes its folder with it."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Item, Path]] = OrderedDict()

    def keep(self, key: str, item: Item, folder: Path) -> None:
        """Keep a result under this key, in place of an earlier one; ``folder`` is then ours to remove."""
        with self._lock:
            gone = [self._kept.pop(key)] if key in self._kept else []
            self._kept[key] = (item, folder)
            while len(self._kept) > self._most:
                gone.append(self._kept.popitem(last=False)[1])
        for _, old in gone:
            if old != folder:
                remove_tree(old)

    def get(self, key: str) -> Item | None:
        """Return what is kept under this key, or None."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def drop(self, key: str) -> None:
        """Forget what is kept under this key, and remove its files."""
        with self._lock:
            gone = self._kept.pop(key, None)
        if gone is not None:
            remove_tree(gone[1])

    def clear(self) -> None:
        """Forget everything."""
        for key in list(self._kept):
            self.drop(key)
