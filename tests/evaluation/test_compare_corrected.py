"""Runs before and after a review, by the later labels: six pictures done by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.domain.dataset import Sample, Split
from core.domain.errors import DatasetError
from core.domain.report import Predictions
from core.evaluation.compare import Contender, compare
from core.evaluation.compare_corrected import by_later_labels

NAMES = tuple("abcdef")


def contender(name, classes, said, labels, pictures=NAMES):
    probabilities = np.full((len(pictures), len(classes)), 0.1, np.float32)
    probabilities[np.arange(len(pictures)), [classes.index(one) for one in said]] = 0.8
    return Contender(
        run_id=name,
        name=name,
        classes=classes,
        predictions=Predictions(
            paths=tuple(f"{one}.jpg" for one in pictures),
            sha256=tuple(pictures),
            splits=(Split.TEST,) * len(pictures),
            labels=np.array([classes.index(one) for one in labels], np.int64),
            probabilities=probabilities,
        ),
    )


def samples(labels, pictures=NAMES):
    return [
        Sample(path=f"{one}.jpg", sha256=one, width=8, height=8, label=label, split=Split.TEST)
        for one, label in zip(pictures, labels, strict=True)
    ]


def test_both_are_judged_by_the_later_labels():
    before = contender("A", ("nut", "bolt"), ["nut", "nut", "bolt", "bolt", "nut", "nut"], ["nut"] * 6)
    labels = ["nut", "nut", "bolt", "nut", "pin", "bolt"]  # c was wrong, e is of a new class
    after = contender("B", ("bolt", "nut", "pin"), ["nut", "bolt", "bolt", "nut", "pin", "nut"], labels)
    found = compare(*by_later_labels(before, after, samples(labels)))
    assert found.pictures == 5  # not e: A knows no pin
    assert [one.after.sha256 for one in found.fixed] == ["d"]
    assert [one.after.sha256 for one in found.broken] == ["b"]
    assert [one.after.sha256 for one in found.still_wrong] == ["f"]
    assert sorted(one.after.sha256 for one in found.both_right) == ["a", "c"]


def test_series_count_as_what_they_are_by_later_labels_too():
    before = contender("A", ("nut", "bolt"), ["bolt"] * 6, ["nut"] * 6)
    after = contender("B", ("nut", "bolt"), ["nut"] * 6, ["nut"] * 6)
    groups = np.array([0, 0, 0, 1, 1, 1])
    before, after = (
        replace(one, predictions=replace(one.predictions, groups=groups)) for one in (before, after)
    )
    found = compare(*by_later_labels(before, after, samples(["nut"] * 6)))
    assert (found.groups, found.chance) == (2, 2 / 2**2)


def test_pictures_that_were_left_out_do_not_count():
    before = contender("A", ("nut", "bolt"), ["nut"] * 6, ["nut"] * 6)
    after = contender("B", ("nut", "bolt"), ["nut"] * 5, ["nut"] * 5, NAMES[1:])
    assert compare(*by_later_labels(before, after, samples(["nut"] * 5, NAMES[1:]))).pictures == 5


def test_other_pictures_or_a_class_that_is_gone_are_refused():
    before = contender("A", ("nut", "bolt"), ["nut"] * 6, ["nut"] * 6)
    others = tuple("ghijkl")
    after = contender("B", ("nut", "bolt"), ["nut"] * 6, ["nut"] * 6, others)
    with pytest.raises(DatasetError, match="Only 0 of the test pictures"):
        by_later_labels(before, after, samples(["nut"] * 6, others))
    after = contender("B", ("nut", "pin"), ["nut"] * 6, ["nut"] * 6)
    with pytest.raises(DatasetError, match="“bolt”"):
        by_later_labels(before, after, samples(["nut"] * 6))
