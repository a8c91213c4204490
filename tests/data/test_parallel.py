"""Order, exceptions and stopping of work in threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from core.data.parallel import AHEAD, THREADS, in_order
from core.domain.errors import Cancelled


def test_results_come_in_the_order_of_items() -> None:
    gate = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            gate.wait(5)
        else:
            gate.set()
        return number

    assert list(in_order(work, range(50))) == list(range(50))


def test_only_a_few_results_are_held() -> None:
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            drawn.append(number)
            yield number

    results = in_order(lambda number: number, items())
    next(results)
    assert len(drawn) <= AHEAD + THREADS
    results.close()


def test_an_exception_is_raised_at_its_turn() -> None:
    def work(number: int) -> float:
        return 1 / (number - 2)

    results = in_order(work, range(5))
    assert [next(results), next(results)] == [-0.5, -1.0]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_stops_when_asked_to() -> None:
    done: list[int] = []
    results = in_order(lambda number: number, range(1000), stopped=lambda: len(done) >= 3)
    with pytest.raises(Cancelled):
        done.extend(results)
    assert done == [0, 1, 2]
