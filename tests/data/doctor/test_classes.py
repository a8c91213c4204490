"""Checks on classes and their numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.data.doctor import diagnose
from core.data.doctor.classes import name_key
from core.data.split import assign
from core.domain.dataset import IssueKind, Severity
from core.domain.edit import Edit, EditKind, SplitSettings
from tests.data.made_sets import made_picture, made_set


def samples_of(counts):
    return assign(made_set(counts).pictures, settings=SplitSettings())


def found(samples, *, settings=None):
    classes = sorted({s.label for s in samples})
    return diagnose(samples, classes, {}, None, settings=settings)


def test_a_good_set_has_no_issue():
    assert found(samples_of({"cat": 30, "dog": 30})) == ()


def test_one_class_blocks():
    (issue,) = found(samples_of({"cat": 30}))
    assert (issue.kind, issue.severity) == (IssueKind.ONE_CLASS, Severity.BLOCKS)
    assert "nothing to learn" in issue.consequence


def test_few_and_imbalance_say_what_they_do():
    few, imbalance = found(samples_of({"cat": 60, "dog": 9}))
    assert few.message == "Few pictures: 'dog' (9)."
    assert len(few.pictures) == 9
    assert imbalance.message == "'cat' has 60 pictures, 'dog' only 9."
    assert imbalance.consequence.startswith("In doubt the model will answer 'cat'")


@pytest.mark.parametrize("name", ["Cat", "cat ", "cats", "CATS", "c-at", "\uff43\uff41\uff54"])
def test_twin_names_mean_the_same(name):
    assert name_key(name) == name_key("cat")


@pytest.mark.parametrize("name", ["cat\u200b", "\ufeffcat", "c\u00adat", "cat\u200e\u200bs"])
def test_names_that_differ_by_what_nobody_sees_mean_the_same(name):
    """Two classes that read alike on every screen were once not offered for merging."""
    assert name_key(name) == name_key("cat")


@pytest.mark.parametrize(
    "pair", [("cat", "cart"), ("glass", "glas"), ("1", "10"), ("as", "a"), ("bus", "bu")]
)
def test_other_names_do_not(pair):
    assert name_key(pair[0]) != name_key(pair[1])


def test_twins_are_merged_into_the_larger_one():
    issue = next(i for i in found(samples_of({"cats": 20, "Cat": 30, "dog": 30})) if i.kind == "twin_class")
    assert issue.message == "Some class names look like the same class: 'Cat' (30) and 'cats' (20)."
    assert issue.mend.title == "Merge into 'Cat'"
    assert issue.mend.edit == Edit(kind=EditKind.MERGE, classes=("Cat", "cats"), label="Cat")


def test_classes_that_look_like_a_division_are_told():
    issue = next(i for i in found(samples_of({"train": 20, "test_set": 20, "bus": 20})) if i.pictures)
    assert (issue.kind, issue.severity) == (IssueKind.SPLIT_CLASS, Severity.WARNS)
    assert issue.message == "Some classes are named like parts of a division: 'test_set' and 'train'."
    assert "train/cat, train/dog, test/cat, test/dog" in issue.hint
    assert len(issue.pictures) == 40


def test_folders_that_can_be_read_in_two_ways_are_asked_about():
    samples = [
        replace(sample, path=f"{sample.label}/{('cat', 'dog')[place % 2]}/{place}.jpg")
        for place, sample in enumerate(samples_of({"farm": 20, "zoo": 20}))
    ]
    issue = next(i for i in found(samples) if i.kind is IssueKind.TWO_READINGS)
    assert issue.message == "The folders can be read in two ways. Now the classes are 'farm' and 'zoo'."
    assert issue.mend.title == "Take 'cat' and 'dog' as the classes"
    assert issue.mend.edit == Edit(kind=EditKind.FOLDERS, classes=("farm", "zoo"))
    assert len(issue.pictures) == 40


@pytest.mark.parametrize("names", [("train", "bus", "tram"), ("train", "training", "bus")])
def test_a_train_is_no_division(names):
    assert IssueKind.SPLIT_CLASS not in {i.kind for i in found(samples_of(dict.fromkeys(names, 20)))}


def test_a_class_that_is_one_series_is_not_judged():
    pictures = [
        *made_set({"cat": 30}).pictures,
        *(made_picture(f"dog/{n}.jpg", None, "x") for n in range(20)),
    ]
    (issue,) = found(assign(pictures, settings=SplitSettings()))
    assert issue.message == "No test picture shows 'dog'."
    assert issue.consequence == "How well these classes are recognised will not be known."


def test_classes_of_one_series_each_can_be_divided_all_the_same():
    """A webcam's two bursts leave nothing to judge on: honest, and mended by another burst or one click."""
    pictures = [made_picture(f"{c}/{n}.jpg", None, c) for c in ("cat", "dog") for n in range(20)]
    issue = found(assign(pictures, settings=SplitSettings()))[0]
    assert issue.severity is Severity.BLOCKS
    assert issue.message == "No picture is left for: validation, test."
    assert "another of each" in issue.hint
    assert issue.mend.edit.kind is EditKind.SPLIT
    assert issue.mend.edit.split_settings.keep_series is False


def test_excluded_pictures_do_not_count():
    samples = [
        replace(s, excluded=s.label == "dog" and int(s.path[4:-4]) > 4)
        for s in samples_of({"cat": 20, "dog": 20})
    ]
    assert next(issue.message for issue in found(samples)) == "Few pictures: 'dog' (5)."
