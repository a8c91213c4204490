"""Classes in one cell come apart as they were put together, whatever their names are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.label_cell import as_cell, has_several, names_in

NAMES = st.text(st.sampled_from("ab|\\; "), min_size=1).map(str.strip).filter(bool)


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("cat", ("cat",)),
        ("cat|dog", ("cat", "dog")),
        (" cat | dog |", ("cat", "dog")),
        ("cat|cat|dog", ("cat", "dog")),
        ("|", ()),
        ("", ()),
        ("cat;dog", ("cat;dog",)),
        (r"C:\new|D:", (r"C:\new", "D:")),
        (r"either\|or|both", ("either|or", "both")),
    ],
)
def test_bars_divide(cell: str, names: tuple[str, ...]) -> None:
    assert names_in(cell) == names
    assert has_several(cell) == (len(names) > 1)


def test_semicolons_divide_where_the_table_says_so() -> None:
    assert names_in("cat; dog|bird", semicolons=True) == ("cat", "dog", "bird")


@given(names=st.lists(NAMES, min_size=1, max_size=4, unique=True))
def test_any_names_come_back(names: list[str]) -> None:
    assert names_in(as_cell(names)) == tuple(names)


@given(name=st.text(st.sampled_from("ab;. ")).map(str.strip).filter(bool))
def test_a_plain_name_is_written_as_it_is(name: str) -> None:
    assert as_cell([name]) == name
