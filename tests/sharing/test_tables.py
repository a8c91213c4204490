"""Tables are plain text to every spreadsheet."""

import csv
import io

import pytest

from core.sharing.tables import as_csv, inert, not_inert


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_run_as_a_formula(text: str):
    assert inert(text) == f"'{text}"
    assert inert(f"a{text}") == f"a{text}"


@pytest.mark.parametrize("text", ["=1", "-", "'quoted'", "plain", ""])
def test_what_was_made_inert_is_read_as_it_was(text: str):
    assert not_inert(inert(text)) == text


def test_a_table_is_read_back_as_it_was():
    rows = [["a,b", 'say "x"'], ["ü\nnew line", ""]]
    read = list(csv.reader(io.StringIO(as_csv(["one", "two"], rows))))
    assert read == [["one", "two"], *rows]
