"""Checks on single pictures: absolutely, and beside the rest of the set."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.data.doctor import diagnose
from core.domain.dataset import IssueKind, Severity
from core.domain.edit import EditKind
from tests.data.made_sets import made_set

ODD = {
    IssueKind.TINY: {"width": 31, "height": 40},
    IssueKind.HUGE: {"width": 8000, "height": 6000},
    IssueKind.DARK: {"brightness": 0.03, "contrast": 0.02},
    IssueKind.BRIGHT: {"brightness": 0.97, "contrast": 0.02},
    IssueKind.BLURRY: {"sharpness": 4.0},
    IssueKind.ODD_ASPECT: {"width": 2000, "height": 480},
}


def found(kind, odd, usual=None, rows=range(2)):
    made = made_set({"cat": 30, "dog": 30})
    facts = {sha: replace(fact, **(usual or {})) for sha, fact in made.facts.items()}
    for row in rows:
        sha = made.pictures[row].sha256
        facts[sha] = replace(facts[sha], **odd)
    issues = diagnose(made.samples(), ["cat", "dog"], facts, None)
    return next((issue for issue in issues if issue.kind is kind), None), made


@pytest.mark.parametrize("kind", ODD)
def test_a_usual_set_raises_none(kind):
    assert found(kind, {})[0] is None


@pytest.mark.parametrize("kind", ODD)
def test_odd_pictures_are_named_with_what_they_do(kind):
    issue, made = found(kind, ODD[kind])
    assert issue.severity is Severity.INFORMS
    assert issue.message.startswith("2 pictures are ")
    assert issue.message.endswith(": 'cat/0.jpg' and 'cat/1.jpg'.")
    assert issue.consequence
    assert issue.pictures == tuple(p.sha256 for p in made.pictures[:2])
    if kind is not IssueKind.HUGE:
        assert issue.mend.title == "Leave out 2 pictures"
        assert (issue.mend.edit.kind, issue.mend.edit.pictures) == (EditKind.EXCLUDE, issue.pictures)


@pytest.mark.parametrize(
    ("kind", "usual"),
    [
        (IssueKind.DARK, {"brightness": 0.05, "contrast": 0.03}),  # photographs at night
        (IssueKind.BRIGHT, {"brightness": 0.96, "contrast": 0.08}),  # thin lines on paper
        (IssueKind.BLURRY, {"sharpness": 12.0}),  # digits of 8 pixels, enlarged
        (IssueKind.ODD_ASPECT, {"width": 2000, "height": 480}),  # panoramas
    ],
)
def test_what_holds_for_the_whole_set_is_its_nature(kind, usual):
    assert found(kind, usual, usual)[0] is None


def test_a_set_of_tiny_pictures_is_told_so_without_a_mend():
    issue, _ = found(IssueKind.TINY, ODD[IssueKind.TINY], ODD[IssueKind.TINY])
    assert issue.message == "60 pictures are less than 32 pixels wide or high (100% of all)."
    assert issue.mend is None


def test_an_empty_picture_is_dark_and_not_blurry():
    assert found(IssueKind.BLURRY, {"brightness": 0.0, "contrast": 0.0, "sharpness": 0.0})[0] is None


def test_many_are_named_by_a_few():
    issue, _ = found(IssueKind.BLURRY, ODD[IssueKind.BLURRY], rows=range(5))
    assert issue.message == "5 pictures are blurry: 'cat/0.jpg', 'cat/1.jpg', 'cat/2.jpg' and 2 more."
    assert len(issue.paths) == 5
