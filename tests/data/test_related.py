"""What pictures have in common beside their class."""

from __future__ import annotations

from dataclasses import replace

from core.data.related import inner_folders, shared, titles, values
from tests.data.made_sets import made_sample


def test_columns_are_named_in_their_order_and_say_nothing_where_they_are_missing():
    samples = [
        replace(made_sample("a/1.jpg"), columns=(("site", "B"),)),
        replace(made_sample("a/2.jpg"), columns=(("age", "7"), ("site", "C"))),
        made_sample("a/3.jpg"),
    ]
    assert titles(samples) == ("site", "age")
    assert values(samples, "age") == ["", "7", ""]


def test_folders_count_inside_that_of_the_class_only():
    paths = ["set/cat/p1/left/1.jpg", "set/cat/p2/1.jpg", "set/dog/2.jpg", "set/dog/p1/left/3.jpg"]
    assert inner_folders([made_sample(path) for path in paths]) == ["p1/left", "p2", "", "p1/left"]
    split = ["train/cat/p1/1.jpg", "train/dog/1.jpg", "test/cat/p2/1.jpg", "test/dog/p1/2.jpg"]
    assert inner_folders([made_sample(path) for path in split]) == ["p1", "", "p2", "p1"]
    parts = ["cat/train/p1/1.jpg", "cat/test/1.jpg", "dog/train/p2/1.jpg", "dog/test/p1/2.jpg"]
    assert inner_folders([made_sample(path) for path in parts]) == ["p1", "", "p2", "p1"]


def test_a_single_value_and_values_of_one_picture_each_bind_nothing():
    assert shared(["a", "a", "b"])
    assert not shared(["a", "a", ""])
    assert not shared(["a", "b", "c"])
    assert not shared([])
