"""What names tell."""

from __future__ import annotations

import pytest

from core.data.names import (
    class_name,
    extension,
    is_junk,
    natural,
    readable,
    split_named,
    splits_named,
    wrongly_named,
)
from core.domain.dataset import Split


def test_numbers_sort_by_value_and_letters_by_case_last() -> None:
    assert sorted(["class 10", "class 2", "Class 1", "b", "A", "a"], key=natural) == [
        "A",
        "a",
        "b",
        "Class 1",
        "class 2",
        "class 10",
    ]


def test_any_two_names_can_be_compared() -> None:
    odd = ["", "1", "a1", "1a", "٣", "²", "9" * 5000, "a" * 99, "é", "\udcff", "1.5", "01"]
    assert len(sorted(odd, key=natural)) == len({natural(name) for name in odd}) == len(odd)


@pytest.mark.parametrize(
    ("folder", "split"),
    [
        ("Train", Split.TRAIN),
        ("TRAINING", Split.TRAIN),
        ("valid", Split.VALIDATION),
        ("Val ", Split.VALIDATION),
        ("dev", Split.VALIDATION),
        ("Testing", Split.TEST),
        ("trains", None),
        ("train_set", Split.TRAIN),
        ("seg_train", Split.TRAIN),
        ("Test-Images", Split.TEST),
        ("val data", Split.VALIDATION),
        ("testset", Split.TEST),
        ("Evaluation", Split.TEST),
        ("train_", None),  # a class of that name, taken away and brought in again
        ("images to test", None),
        ("train_test", None),
        ("data", None),
        ("", None),
    ],
)
def test_split_folders_are_known_by_name(folder: str, split: Split | None) -> None:
    assert split_named(folder) is split


@pytest.mark.parametrize(
    ("folders", "evaluation"),
    [
        (("train", "eval"), Split.TEST),
        (("training", "validation", "eval"), Split.TEST),
        (("train", "test_set", "eval"), Split.VALIDATION),
        (("val", "test", "eval"), Split.TEST),
    ],
)
def test_evaluation_is_what_no_other_folder_is(folders: tuple[str, ...], evaluation: Split) -> None:
    assert splits_named((*folders, "cats")) == {name: split_named(name) for name in folders} | {
        "eval": evaluation
    }


@pytest.mark.parametrize(
    ("path", "junk"),
    [
        ("__MACOSX/a/1.jpg", True),
        ("a/._1.jpg", True),
        ("a/THUMBS.DB", True),
        ("a/.git/1.jpg", True),
        ("a/git/1.jpg", False),
        ("a/_1.jpg", False),
        (".hidden/1.jpg", False),
        ("thumbs/1.jpg", False),
    ],
)
def test_junk_is_known_by_name(path: str, junk: bool) -> None:
    assert is_junk(tuple(path.split("/"))) is junk


def test_class_names_are_composed_and_never_empty() -> None:
    assert class_name(" u\u0308ber ") == "\u00fcber"
    assert class_name("a\nb\x00c") == "a b c"
    assert class_name("  ") == "unnamed"
    assert class_name("<script>$x$ :material: \u202eevil") == "<script>$x$ :material: \u202eevil"
    assert class_name("\udcff").encode()


def test_every_byte_has_a_reading() -> None:
    assert readable(bytes(range(256)))


def test_extension_is_what_follows_the_last_dot() -> None:
    assert [extension(name) for name in ("a.JPG", "a.tar.gz", "a", "a.", "a.jpg ")] == [
        "jpg",
        "gz",
        "",
        "",
        "jpg",
    ]


@pytest.mark.parametrize(
    ("name", "picture_format", "wrong"),
    [
        ("a.jpg", "JPEG", False),
        ("a.JPEG", "JPEG", False),
        ("a.png", "JPEG", True),
        ("a.heic", "JPEG", True),
        ("a.HEIC", "HEIF", False),
        ("a.jpg", "HEIF", True),
        ("a.tif", "TIFF", False),
        ("a", "JPEG", False),
        ("a.v2", "JPEG", False),
        ("a.jpg", "A FORMAT TO COME", False),
    ],
)
def test_only_endings_of_other_formats_are_wrong(name: str, picture_format: str, wrong: bool) -> None:
    assert wrongly_named(name, picture_format) is wrong
