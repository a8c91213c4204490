"""Checks on pictures that are nearly the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.data.doctor import diagnose
from core.domain.dataset import IssueKind, Severity, Split
from core.domain.edit import Edit, EditKind, SplitSettings
from tests.data.made_sets import made_set

TRAIN, VALIDATION, TEST = Split.TRAIN, Split.VALIDATION, Split.TEST


class Sick:
    """A set with copies, each put where it is wanted."""

    def __init__(self, *copies, given=False):
        self.made = made_set({"cat": 40, "dog": 40})
        splits = {}
        for row, path, here, there in copies:
            self.made.copy_of(row, path, noise=0.02)
            splits |= {self.made.pictures[row].path: here, path: there}
        usual = [TRAIN, TRAIN, TRAIN, VALIDATION, TEST]
        self.samples = [
            replace(s, split=splits.get(s.path, usual[n % 5]), given=given)
            for n, s in enumerate(self.made.samples())
        ]

    def found(self, kind, **settings):
        issues = diagnose(
            self.samples,
            ["cat", "dog"],
            self.made.facts,
            self.made.features,
            settings=SplitSettings(**settings),
        )
        return next((issue for issue in issues if issue.kind is kind), None)

    def hash(self, path):
        return next(s.sha256 for s in self.samples if s.path == path)


def test_a_set_without_copies_has_none():
    sick = Sick()
    for kind in (IssueKind.LEAK, IssueKind.CONFLICTING_LABEL, IssueKind.NEAR_DUPLICATE):
        assert sick.found(kind) is None


def test_copies_in_one_split_are_told_and_the_better_one_is_kept():
    sick = Sick((3, "cat/copy.jpg", TRAIN, TRAIN))
    issue = sick.found(IssueKind.NEAR_DUPLICATE)
    assert issue.severity is Severity.INFORMS
    assert issue.message == (
        "2 pictures are nearly the same as another, in 1 set: 'cat/3.jpg' and 'cat/copy.jpg'."
    )
    assert issue.mend.title == "Keep the sharpest of each, leave out 1"
    assert issue.mend.edit == Edit(kind=EditKind.EXCLUDE, pictures=(sick.hash("cat/copy.jpg"),))
    assert sick.found(IssueKind.LEAK) is None


def test_a_leak_lists_every_picture_and_is_mended_by_dividing_again():
    sick = Sick((3, "cat/copy.jpg", TRAIN, TEST), (4, "cat/other.jpg", VALIDATION, TRAIN))
    issue = sick.found(IssueKind.LEAK, keep_series=False)
    assert issue.message == "4 pictures of 2 series are in more than one split; 2 of them are judged on."
    assert sorted(issue.paths) == ["cat/3.jpg", "cat/4.jpg", "cat/copy.jpg", "cat/other.jpg"]
    assert issue.consequence.endswith("the score is better than the truth.")
    assert issue.mend.edit.kind is EditKind.SPLIT
    assert issue.mend.edit.split_settings.keep_series is True


def test_a_leak_across_given_splits_leaves_out_what_is_learnt_from():
    sick = Sick((3, "cat/copy.jpg", TRAIN, TEST), given=True)
    mend = sick.found(IssueKind.LEAK).mend
    assert mend.title == "Leave out 1 that are not judged on"
    assert mend.edit.pictures == (sick.hash("cat/3.jpg"),)


def test_where_that_takes_too_much_from_training_the_judged_are_left_out():
    sick = Sick(*((row, f"cat/copy {row}.jpg", TRAIN, TEST) for row in range(30)), given=True)
    mend = sick.found(IssueKind.LEAK).mend
    assert mend.title == "Leave out 30 that are judged on"
    assert set(mend.edit.pictures) == {sick.hash(f"cat/copy {row}.jpg") for row in range(30)}


def test_a_torn_series_is_a_leak_without_any_likeness():
    sick = Sick()
    sick.samples = [replace(s, group="cow 7") if n < 5 else s for n, s in enumerate(sick.samples)]
    assert sick.found(IssueKind.LEAK).paths == tuple(f"cat/{n}.jpg" for n in range(5))


def test_nearly_the_same_picture_in_two_classes_is_told():
    sick = Sick((3, "dog/copy.jpg", TRAIN, TRAIN))
    issue = sick.found(IssueKind.CONFLICTING_LABEL)
    assert issue.message == (
        "2 pictures are nearly the same as one in another class: 'cat/3.jpg' (cat) and 'dog/copy.jpg' (dog)."
    )
    assert issue.mend.title == "Leave out all 2"
    assert issue.mend.edit.kind is EditKind.EXCLUDE


def test_a_clear_majority_says_which_class_is_right():
    sick = Sick((3, "cat/copy.jpg", TRAIN, TRAIN), (3, "dog/copy.jpg", TRAIN, TRAIN))
    mend = sick.found(IssueKind.CONFLICTING_LABEL).mend
    assert mend.title == "Move 1 picture to 'cat'"
    assert mend.edit == Edit(kind=EditKind.MOVE, pictures=(sick.hash("dog/copy.jpg"),), label="cat")


@pytest.mark.parametrize("kind", [IssueKind.LEAK, IssueKind.NEAR_DUPLICATE])
def test_excluded_pictures_are_no_trouble_any_more(kind):
    sick = Sick((3, "cat/copy.jpg", TRAIN, TEST))
    sick.samples[-1] = replace(sick.samples[-1], excluded=True)
    assert sick.found(kind) is None


def test_a_film_taken_apart_is_not_offered_to_be_thrown_away():
    sick = Sick(*((row, f"cat/copy {row}.jpg", TRAIN, TRAIN) for row in range(40)))
    for row in range(40):
        sick.made.copy_of(row, f"cat/third {row}.jpg", noise=0.02)
    sick.samples = sick.made.samples()
    assert sick.found(IssueKind.NEAR_DUPLICATE).mend is None
