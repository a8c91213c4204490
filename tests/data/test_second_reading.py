"""Folders that can be read in two ways, and those that cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.data.second_reading import inner_class, read_inside, second_reading
from core.domain.dataset import Sample, Split

SITES = ("setA/cat", "setA/dog", "setB/cat", "setB/dog")


def sample(path: str, label: str) -> Sample:
    return Sample(path=path, sha256=path, width=4, height=3, label=label, split=Split.TRAIN)


def samples_in(folders, *, per_folder=5, level=0):
    return [
        sample(f"{folder}/{number}.jpg", folder.split("/")[level])
        for folder in folders
        for number in range(per_folder)
    ]


def test_the_same_folders_in_each_class_may_be_the_classes():
    reading = second_reading(samples_in(SITES))
    assert (reading.outer, reading.inner) == (("setA", "setB"), ("cat", "dog"))
    assert len(reading.samples) == 20


def test_folders_around_those_of_the_classes_mean_nothing():
    folders = [f"upload/pictures/{folder}" for folder in SITES]
    assert second_reading(samples_in(folders, level=2)).outer == ("setA", "setB")


@pytest.mark.parametrize(
    "folders",
    [
        ("cat", "dog"),
        ("cat/young", "cat/old", "dog/large", "dog/small"),  # kinds of each class
        ("ok/2024-01-05", "ok/2024-01-06", "defect/2024-01-05", "defect/2024-01-06"),
        ("ok/batch 1", "ok/batch 2", "defect/batch 1", "defect/batch 2"),
        ("cat/train", "cat/test", "dog/train", "dog/test"),
        ("cat/left", "dog/left"),  # nothing to tell apart
        ("cat", "cat", "cat", "setA/cat", "setA/dog", "setA/owl", "setA/fox"),  # few of them come back
    ],
)
def test_other_folders_are_read_in_one_way(folders):
    assert second_reading(samples_in(folders)) is None


def test_numbers_in_numbered_folders_may_be_the_classes():
    reading = second_reading(samples_in([f"writer {who}/{digit}" for who in (1, 2) for digit in (0, 1, 10)]))
    assert reading.inner == ("0", "1", "10")


def test_what_comes_later_is_compared_with_the_classes_there_are():
    """After the folders inside were taken, more of the same come: their outer folder is a class again."""
    before = [read_inside(one, ("setA", "setB")) for one in samples_in(SITES)]
    reading = second_reading([*before, *samples_in(("setC/cat", "setC/dog"))])
    assert (reading.outer, reading.inner) == (("setC",), ("cat", "dog"))
    assert second_reading(before) is None


def test_a_class_whose_pictures_lie_on_both_levels_is_left_alone():
    loose = samples_in(("setA", "setB"), per_folder=6)
    assert second_reading([*samples_in(SITES), *loose]) is None


def test_a_picture_is_read_by_its_inner_folder_and_keeps_the_outer_one():
    one = sample("setA/cat\n/close/1.jpg", "setA")
    read = read_inside(one, ("setA",))
    assert (read.label, read.columns) == ("cat", (("Folder", "setA"),))
    assert read_inside(one, ("setB",)) is one
    assert inner_class(replace(one, also=("dog",))) is None
    assert inner_class(replace(one, label="renamed")) is None
    told = replace(one, columns=(("Folder", "farm 3"), ("Year", "2024")))
    assert read_inside(told, ("setA",)).columns == told.columns
