"""Work on many files with a few threads, in order, with bounded memory and a way to stop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from core.domain.errors import Cancelled

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 2  # the decoders release the GIL; more than two gain little and hold more pictures in memory
AHEAD = 8  # results that may wait for their turn


def ignore_progress(_done: int, _total: int) -> None:
    """Do nothing: the progress of callers that do not watch."""


def no_room(_needed: int) -> None:
    """Do nothing: the room on the disk of callers that can make none."""


def never() -> bool:
    """Return False: the question "should this stop?" of callers that cannot be stopped."""
    return False


def in_order(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    threads: int = THREADS,
    ahead: int = AHEAD,
    stopped: Callable[[], bool] = never,
) -> Generator[Result]:
    """Yield ``work(item)`` for every item, in the items' order, computed a few items ``ahead``.

    An exception of ``work`` is raised at its item's turn. Raises Cancelled soon after ``stopped`` says so.
    """
    waiting: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="pictures")
    try:
        for item in items:
            check(stopped)
            waiting.append(pool.submit(work, item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            check(stopped)
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def check(stopped: Callable[[], bool]) -> None:
    """Raise Cancelled when ``stopped`` says so."""
    if stopped():
        raise Cancelled
