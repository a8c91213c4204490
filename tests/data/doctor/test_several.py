"""Checks where pictures show several classes: what is shared is no mistake."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.data.doctor import diagnose
from core.data.probe import split_check
from core.domain.dataset import IssueKind, Sample, Split
from core.domain.edit import EditKind, SplitSettings
from tests.data.made_sets import made_set

SPLITS = [Split.TRAIN, Split.TRAIN, Split.TRAIN, Split.VALIDATION, Split.TEST]


class Shown:
    """Forty cats and forty dogs that differ clearly, one of them twice; ``also`` is set per path."""

    def __init__(self) -> None:
        self.made = made_set({"cat": 40, "dog": 40}, apart=3)
        self.made.copy_of(0, "dog/copy.jpg")
        self.samples = [replace(s, split=SPLITS[n % 5]) for n, s in enumerate(self.made.samples())]

    def label(self, path: str, *labels: str) -> None:
        first, *also = labels
        self.samples = [
            replace(s, label=first, also=tuple(also)) if s.path == path else s for s in self.samples
        ]

    def found(self, kind: IssueKind, samples: list[Sample] | None = None):
        shown = self.samples if samples is None else samples
        classes = sorted({name for sample in shown for name in sample.labels})
        issues = diagnose(shown, classes, self.made.facts, self.made.features, settings=SplitSettings())
        return next((issue for issue in issues if issue.kind is kind), None)


@pytest.fixture
def shown() -> Shown:
    return Shown()


def test_copies_with_the_same_classes_in_another_order_agree(shown: Shown) -> None:
    assert shown.found(IssueKind.CONFLICTING_LABEL) is not None
    shown.label("cat/0.jpg", "cat", "dog")
    shown.label("dog/copy.jpg", "dog", "cat")
    assert shown.found(IssueKind.CONFLICTING_LABEL) is None
    assert shown.found(IssueKind.NEAR_DUPLICATE) is not None


def test_copies_with_other_classes_are_told_with_all_of_them_and_none_is_taken_away(shown: Shown) -> None:
    shown.label("cat/0.jpg", "cat", "dog")
    issue = shown.found(IssueKind.CONFLICTING_LABEL)
    assert "'cat/0.jpg' (cat, dog) and 'dog/copy.jpg' (dog)" in issue.message
    assert issue.mend.edit.kind is EditKind.EXCLUDE


def test_a_picture_that_looks_like_its_second_class_is_no_outlier(shown: Shown) -> None:
    shown.label("dog/copy.jpg", "dog")
    assert shown.found(IssueKind.OUTLIER).paths == ("dog/copy.jpg",)
    shown.label("dog/copy.jpg", "dog", "cat")
    assert shown.found(IssueKind.OUTLIER) is None


def test_a_class_that_never_stands_first_is_counted(shown: Shown) -> None:
    for number in range(6):
        shown.label(f"cat/{number}.jpg", "cat", "kitten")
    assert "'kitten' (6)" in shown.found(IssueKind.FEW_PICTURES).message
    assert shown.found(IssueKind.IMBALANCE).message == "'dog' has 41 pictures, 'kitten' only 6."


def test_two_classes_on_every_picture_are_not_one(shown: Shown) -> None:
    both = [replace(sample, label="cat", also=("dog",)) for sample in shown.samples]
    assert shown.found(IssueKind.ONE_CLASS, both) is None


def test_the_quick_probe_is_silent(shown: Shown) -> None:
    """It gives one answer to a picture: a score of it would be read as one of the model to come."""
    check = split_check(shown.samples, shown.made.features, SplitSettings())
    assert check is not None
    assert check.honest is not None
    shown.label("cat/0.jpg", "cat", "dog")
    check = split_check(shown.samples, shown.made.features, SplitSettings())
    assert check is not None
    assert (check.plain, check.honest) == (None, None)
