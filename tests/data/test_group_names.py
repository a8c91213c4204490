"""Series that the user named keep their names, whatever these look like."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.group_names import as_written, found_name, given_name, given_names, joined

WORDS = st.text(st.sampled_from("a+~\\ "), min_size=1).map(str.strip).filter(bool)


@pytest.mark.parametrize("text", ["cow 7", "a + b", "~rest", "+", "a +", "+ b", r"a \+ b", "a+b"])
def test_a_name_is_one_name_and_comes_back(text: str) -> None:
    """ "a + b" was once taken for two series, and a name that began with ~ was forgotten."""
    name = given_name(f" {text} ")
    assert given_names(name) == (name,)
    assert as_written(name) == text


@given(texts=st.lists(WORDS, min_size=1, max_size=3))
def test_joined_names_come_apart(texts: list[str]) -> None:
    names = tuple(str(given_name(text)) for text in texts)
    assert given_names(joined(names)) == names
    assert as_written(joined(names)) == " + ".join(texts)


def test_found_series_are_not_given() -> None:
    found = found_name(hashlib.sha256(b"pictures").hexdigest())
    assert given_names(found) == ()
    assert given_name(as_written(found)) == found


def test_no_name_is_none() -> None:
    assert given_name("  ") is None
    assert joined(()) is None
    assert given_names(None) == ()
    assert as_written(None) == ""
