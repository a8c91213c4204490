"""The check on pictures that look like another class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.data.doctor import diagnose
from core.domain.dataset import IssueKind, Severity
from core.domain.edit import EditKind
from tests.data.made_sets import made_set


def outliers(*, wrong=(), apart=2.0, count=40):
    made = made_set({"cat": count, "dog": count, "owl": count}, apart=apart)
    samples = made.samples()
    for row in wrong:
        samples[row] = replace(samples[row], label="owl")
    issues = diagnose(samples, ["cat", "dog", "owl"], made.facts, made.features)
    return next((issue for issue in issues if issue.kind is IssueKind.OUTLIER), None), samples


def test_pictures_in_their_own_class_are_none():
    assert outliers()[0] is None


def test_pictures_in_a_wrong_class_are_found_with_the_class_they_look_like():
    issue, samples = outliers(wrong=[4, 50])
    assert issue.severity is Severity.WARNS
    assert set(issue.pictures) == {samples[4].sha256, samples[50].sha256}
    assert issue.message.startswith("2 pictures look like another class than their own: '")
    assert "is in 'owl' and looks like '" in issue.message
    assert issue.mend.edit.kind is EditKind.EXCLUDE


def test_one_is_told_in_the_singular():
    issue, _ = outliers(wrong=[4])
    assert issue.message == (
        "1 picture looks like another class than its own: 'cat/4.jpg' is in 'owl' and looks like 'cat'."
    )
    assert issue.consequence.startswith("If it is filed wrongly")


def test_where_features_cannot_tell_the_classes_apart_nothing_is_said():
    assert outliers(wrong=[4, 50], apart=0.1)[0] is None


def test_a_handful_of_pictures_is_not_judged():
    assert outliers(wrong=[4], count=8)[0] is None


def test_half_precision_features_do():
    made = made_set({"cat": 40, "dog": 40}, apart=2.0)
    samples = made.samples()
    samples[0] = replace(samples[0], label="dog")
    issues = diagnose(samples, ["cat", "dog"], made.facts, made.features.astype(np.float16))
    assert [i.kind for i in issues if i.kind is IssueKind.OUTLIER]
