"""The models that were asked last, kept in memory: loading one takes most of the time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Model = TypeVar("Model")


class _Place(Generic[Model]):
    """One model: its lock is held while it is loaded and while it is asked."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.model: Model | None = None


class KeptModels(Generic[Model]):
    """Loaded models by the id of their run or package, a few at most."""

    def __init__(self, load: Callable[[str], Model], *, most: int = 2) -> None:
        self._load, self._most = load, most
        self._lock = threading.Lock()
        self._places: OrderedDict[str, _Place[Model]] = OrderedDict()

    @contextmanager
    def using(self, model_id: str) -> Iterator[Model]:
        """Give this model to one thread at a time; others wait, those that want another model do not."""
        with self._lock:
            place = self._places.setdefault(model_id, _Place())
            self._places.move_to_end(model_id)
            while len(self._places) > self._most:
                self._places.popitem(last=False)
        with place.lock:
            if place.model is None:
                place.model = self._load(model_id)
            yield place.model

    def forget(self, model_id: str) -> None:
        """Keep this model no longer than somebody asks it."""
        with self._lock:
            self._places.pop(model_id, None)
