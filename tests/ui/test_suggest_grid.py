"""What the browser says of suggested pictures, read with care."""

from __future__ import annotations

import pytest

from ui import suggest_grid


@pytest.mark.parametrize("told", [None, "a", {"a": 1}, [1, ["a"], [1, ["b"]]]])
def test_what_makes_no_sense_says_nothing(told):
    assert suggest_grid._read(told) == {}


def test_names_are_trimmed_and_stand_there_once():
    assert suggest_grid._read([["a", [" rust ", "rust", "", 3]], ["b", []]]) == {"a": ("rust",), "b": ()}
