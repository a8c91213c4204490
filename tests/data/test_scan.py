"""From folders to classes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.data.archive import FoundFile
from core.data.scan import Scan, scan, survey, walk
from core.domain.dataset import IssueKind, Severity, Split
from core.domain.errors import DatasetError


def scanned(*names: str, label: str | None = None) -> Scan:
    files = [FoundFile(name=name, location=Path("/nowhere") / str(at)) for at, name in enumerate(names)]
    return scan(files, label=label)


def labels(found: Scan) -> dict[str, str]:
    return {candidate.name: candidate.label for candidate in found.candidates}


def splits(found: Scan) -> dict[str, Split | None]:
    return {candidate.name: candidate.split for candidate in found.candidates}


def test_folders_are_classes() -> None:
    found = scanned("cats/1.jpg", "dogs/2.JPG", "dogs/3")
    assert labels(found) == {"cats/1.jpg": "cats", "dogs/2.JPG": "dogs", "dogs/3": "dogs"}
    assert found.issues == ()


@pytest.mark.parametrize("root", ["pets/", "a/b/c/", "train/", "My Upload/train/"])
def test_common_outer_folders_are_taken_off(root: str) -> None:
    found = scanned(f"{root}cats/1.jpg", f"{root}dogs/2.jpg")
    assert set(labels(found).values()) == {"cats", "dogs"}
    assert set(splits(found).values()) == {None}


def test_deeper_folders_belong_to_the_class() -> None:
    found = scanned("pets/cats/tabby/1.jpg", "pets/cats/black/2.jpg", "pets/dogs/3.jpg")
    assert labels(found) == {
        "pets/cats/tabby/1.jpg": "cats",
        "pets/cats/black/2.jpg": "cats",
        "pets/dogs/3.jpg": "dogs",
    }


def test_one_class_stays_a_class() -> None:
    assert set(labels(scanned("cats/1.jpg", "cats/2.jpg")).values()) == {"cats"}
    assert set(labels(scanned("data/cats/1.jpg", "data/cats/2.jpg")).values()) == {"cats"}
    assert set(labels(scanned("cats/1.jpg", "cats/2.jpg", "cats/more/3.jpg")).values()) == {"cats"}


@pytest.mark.parametrize("root", ["", "pets/"])
def test_split_folders_are_kept_as_the_split(root: str) -> None:
    found = scanned(f"{root}Train/cats/1.jpg", f"{root}VALID/cats/2.jpg", f"{root}testing/dogs/old/3.jpg")
    assert splits(found) == {
        f"{root}Train/cats/1.jpg": Split.TRAIN,
        f"{root}VALID/cats/2.jpg": Split.VALIDATION,
        f"{root}testing/dogs/old/3.jpg": Split.TEST,
    }
    assert labels(found)[f"{root}testing/dogs/old/3.jpg"] == "dogs"
    (issue,) = found.issues
    assert (issue.kind, issue.severity) == (IssueKind.SPLIT_FOLDERS, Severity.INFORMS)
    assert issue.message == "The upload is already divided (train, validation, test); this division is kept."


@pytest.mark.parametrize("beside", ["images to test", "pets"])
def test_what_stands_beside_split_folders_is_left_out_by_name(beside: str) -> None:
    """One more folder beside them made classes of train, valid and test, and nobody was told."""
    upload = [f"pets/{split}/{name}/1.jpg" for split in ("train", "valid", "test") for name in ("cat", "dog")]
    found = scanned(*upload, f"pets/{beside}/2.jpg", f"pets/{beside}/train/cat/3.jpg")
    assert set(labels(found).values()) == {"cat", "dog"}
    assert set(splits(found).values()) == set(Split)
    issue = found.issues[0]
    assert (issue.kind, issue.severity) == (IssueKind.NO_CLASS, Severity.WARNS)
    assert issue.paths == (f"pets/{beside}/2.jpg", f"pets/{beside}/train/cat/3.jpg")
    assert issue.message == (
        f"2 files left out. The folder '{beside}' stands beside 'test', 'train', 'valid', and is no part of "
        "that division."
    )


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("training_set/training_set", "test_set/test_set"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("Train_Set/train", "Test_Set/test"),
        ("train/images", "test/Images"),
        ("train_data", "test_data"),
        ("train-set", "test images"),
        ("train/train", "test"),
        ("trainset", "testset"),
        ("training", "evaluation"),
    ],
)
def test_widespread_layouts_of_splits_are_read(train: str, test: str) -> None:
    """Such uploads became classes called training_set, seg_train or images."""
    upload = [f"x/{split}/{name}/1.jpg" for split in (train, test) for name in ("cat", "dog")]
    found = scanned(*upload)
    assert {(at, labels(found)[at], split) for at, split in splits(found).items()} == {
        (f"x/{folder}/{name}/1.jpg", name, split)
        for folder, split in ((train, Split.TRAIN), (test, Split.TEST))
        for name in ("cat", "dog")
    }


def test_pictures_for_prediction_beside_repeated_split_folders_are_left_out() -> None:
    upload = [
        f"seg_{split}/seg_{split}/{name}/1.jpg" for split in ("train", "test") for name in ("sea", "ice")
    ]
    found = scanned(*upload, "seg_pred/seg_pred/1.jpg", "seg_pred/seg_pred/2.jpg")
    assert set(labels(found).values()) == {"sea", "ice"}
    assert found.issues[0].message.startswith("2 files left out. The folder 'seg_pred' stands beside")


def test_a_test_without_classes_leaves_those_of_the_training_alone() -> None:
    names = ["train/images/cat/1.jpg", "train/images/dog/2.jpg", *(f"test/images/{n}.jpg" for n in range(5))]
    found = scanned(*names)
    assert labels(found) == {names[0]: "cat", names[1]: "dog"}
    assert found.issues[0].message == "5 files left out. In no class folder."


def test_one_class_in_all_splits_stays_a_class() -> None:
    found = scanned("train/cat/1.jpg", "train/cat/2.jpg", "test/cat/3.jpg", "test/cat/old/4.jpg")
    assert set(labels(found).values()) == {"cat"}


def test_one_split_folder_with_folders_inside_is_a_class_among_others() -> None:
    found = scanned("train/steam/1.jpg", "train/diesel/2.jpg", "bus/3.jpg", "test/4.jpg")
    assert set(labels(found).values()) == {"train", "bus", "test"}


def test_folders_named_like_splits_among_others_are_classes() -> None:
    found = scanned("train/1.jpg", "bus/2.jpg", "tram/3.jpg")
    assert set(labels(found).values()) == {"train", "bus", "tram"}


def in_parts(*classes: str, parts: tuple[str, ...] = ("train", "val", "test")) -> list[str]:
    return [f"{name}/{part}/{number}.jpg" for name in classes for part in parts for number in (1, 2)]


@pytest.mark.parametrize("root", ["", "pets/"])
def test_split_folders_inside_those_of_classes_are_kept_as_the_split(root: str) -> None:
    """Such uploads were divided anew, and nobody was told: what was to be judged on was learnt from."""
    upload = [f"{root}{name}" for name in in_parts("cat", "dog", parts=("Training", "valid", "test_set"))]
    found = scanned(*upload, f"{root}dog/test_set/old/9.jpg", f"{root}bird/1.jpg")
    assert set(labels(found).values()) == {"cat", "dog", "bird"}
    named = {"Training": Split.TRAIN, "valid": Split.VALIDATION, "test_set": Split.TEST}
    for name, split in splits(found).items():
        part = name.removeprefix(root).split("/")[1]
        assert split is named.get(part)
    (issue,) = found.issues
    assert issue.kind is IssueKind.SPLIT_FOLDERS


@pytest.mark.parametrize(
    "upload",
    [
        [*in_parts("vehicles", parts=("train", "bus", "test")), "cat/1.jpg", "dog/1.jpg"],
        [*in_parts("cat"), "dog/1.jpg", "dog/2.jpg"],
        in_parts("cat", "dog", parts=("train", "bus", "tram")),
        in_parts("cat", "dog", parts=("test",)),
        [*in_parts("cat"), *in_parts("dog"), *(f"{name}/{n}.jpg" for name in ("cat", "dog") for n in "34")],
    ],
    ids=["one of other kinds", "one class", "kinds", "one part", "many beside them"],
)
def test_folders_inside_classes_that_are_not_plainly_splits_are_none(upload: list[str]) -> None:
    assert set(splits(scanned(*upload)).values()) == {None}


def test_one_class_of_kinds_keeps_them_beside_divided_ones() -> None:
    found = scanned(*in_parts("cat", "dog"), *in_parts("vehicle", parts=("train", "bus")))
    assert {split for name, split in splits(found).items() if name.startswith("vehicle")} == {None}
    assert {split for name, split in splits(found).items() if name.startswith("cat")} == set(Split)


def test_split_folders_without_classes_are_told() -> None:
    found = scanned("train/1.jpg", "test/2.jpg")
    assert found.candidates == ()
    assert found.issues[0].kind is IssueKind.NO_CLASS


@pytest.mark.parametrize("loose", ["cover.jpg", "data/cover.jpg"])
def test_loose_pictures_are_told_by_name(loose: str) -> None:
    found = scanned(loose, "data/cats/1.jpg", "data/dogs/2.jpg")
    assert set(labels(found).values()) == {"cats", "dogs"}
    (issue,) = found.issues
    assert (issue.kind, issue.paths) == (IssueKind.NO_CLASS, (loose,))
    assert issue.message == "1 file left out. In no class folder."


def test_a_given_label_holds_for_all() -> None:
    found = scanned("a/1.jpg", "2.jpg", "train/b/3.jpg", label=" owl ")
    assert set(labels(found).values()) == {"owl"}
    assert len(found.candidates) == 3


def test_other_files_are_told_and_do_not_disturb_the_layout() -> None:
    found = scanned("d/cats/1.jpg", "d/dogs/2.jpg", "d/labels.csv", "README.md", "x/notes.TXT", "d/.DS_Store")
    assert set(labels(found).values()) == {"cats", "dogs"}
    told = {issue.kind: issue.paths for issue in found.issues}
    assert told == {
        IssueKind.NOT_A_PICTURE: ("d/labels.csv", "README.md", "x/notes.TXT"),
        IssueKind.JUNK: ("d/.DS_Store",),
    }


def test_raw_photos_and_archives_are_told_with_a_way_out() -> None:
    found = scanned("cats/1.jpg", "cats/2.NEF", "cats/3.zip")
    assert [issue.hint for issue in found.issues] == [
        "Export them as JPEG and add them again.",
        "If the pictures are in there, upload the inner zip.",
    ]


def test_class_names_that_differ_only_in_form_are_one_class() -> None:
    found = scanned("\u00fcber/1.jpg", "u\u0308ber /2.jpg", " \u00fcber/3.jpg")
    assert set(labels(found).values()) == {"\u00fcber"}


def test_candidates_come_in_natural_order_whatever_the_order_of_files() -> None:
    names = ["a/1.jpg", "a/2.jpg", "a/10.jpg", "b/1.jpg"]
    assert list(labels(scanned(*reversed(names)))) == names


def test_nothing_at_all_is_no_crash() -> None:
    assert scanned() == Scan(candidates=(), issues=())


def test_walk_names_every_file_below_a_folder(tmp_path: Path) -> None:
    for name in ("b/10.jpg", "b/2.jpg", "a.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [file.name for file in walk(tmp_path)] == ["a.jpg", "b/2.jpg", "b/10.jpg"]
    assert walk(tmp_path)[1].location.read_bytes() == b"x"


def test_links_out_of_the_folder_are_not_followed_but_told(tmp_path: Path) -> None:
    folder, outside = tmp_path / "in", tmp_path / "out"
    for place in (folder / "a", outside):
        place.mkdir(parents=True)
        (place / "1.jpg").write_bytes(b"x")
    try:
        (folder / "a" / "own.jpg").symlink_to(folder / "a" / "1.jpg")
    except OSError:
        pytest.skip("this system lets nobody make links")
    (folder / "a" / "out.jpg").symlink_to(outside / "1.jpg")
    (folder / "out").symlink_to(outside)
    (folder / "gone.jpg").symlink_to(folder / "nothing")
    (folder / "loop").symlink_to(folder)
    found = survey(folder)
    assert [file.name for file in found.files] == ["a/1.jpg", "a/own.jpg"]
    assert set(found.issues[0].paths) == {"a/out.jpg", "out", "gone.jpg", "loop"}


@pytest.mark.skipif(os.name == "nt", reason="names are always text there")
def test_file_names_that_are_no_text_are_readable(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes only text")
    assert [file.name.encode() for file in walk(tmp_path)] == ["\xa0.jpg".encode()]


def test_walking_a_file_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is not a folder"):
        walk(tmp_path / "missing")
