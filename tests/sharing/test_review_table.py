"""The list to review goes out, through a spreadsheet, and in again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.domain.dataset import Split
from core.domain.errors import DatasetError
from core.domain.review import Judgement, VerdictKind
from core.sharing.review_table import ReviewRow, read_review, review_csv

SHA = "ab" * 32
ROW = ReviewRow(
    file="=1/a.jpg",
    sha256=SHA,
    split=Split.TEST,
    actual=("a|b", "c"),
    predicted=("c",),
    confidence=0.98765,
    lists=("mistake", "probably mislabelled"),
    judgement=Judgement(kind=VerdictKind.LABEL_WRONG, labels=("a|b", "-d"), note="two\nlines; and more"),
    reviewer="Ada",
    moment=datetime(2026, 3, 1, 12, tzinfo=UTC),
)


def test_what_was_said_comes_back_as_it_was_and_no_cell_is_a_formula():
    text = review_csv([ROW])
    assert "'=1/a.jpg" in text
    assert "2026-03-01T12:00:00+00:00" in text
    (line,) = read_review(text)
    assert (line.line, line.file, line.sha256, line.reviewer) == (2, "=1/a.jpg", SHA, "Ada")
    assert (line.kind, line.labels) == (VerdictKind.LABEL_WRONG, ("a|b", "-d"))
    assert line.note == "two\nlines; and more"


def test_a_picture_without_a_verdict_is_an_empty_line_to_fill_in():
    text = review_csv([ReviewRow(file="a.jpg", sha256=SHA, split=Split.TRAIN, actual=("a",))])
    assert read_review(text)[0].empty


def test_lines_are_counted_as_an_editor_does():
    lines = read_review('File;Verdict;Note\n\n"a.jpg";"Model-Wrong";"x\ny"\nb.jpg;right\n')
    assert [(one.line, one.kind) for one in lines] == [(3, VerdictKind.MODEL_WRONG), (5, VerdictKind.RIGHT)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no columns for file and verdict"),
        ("file,label\na,b\n", "no columns for file and verdict"),
        ('file,verdict\n"a,b\n', "Line 2 of the table cannot be read"),
    ],
)
def test_what_is_no_such_table_is_refused(text: str, told: str):
    with pytest.raises(DatasetError, match=told):
        read_review(text)
