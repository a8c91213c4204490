"""Every edit changes exactly what it says, and refuses in words what makes no sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.data.edits import LONGEST_NAME, apply, as_meant
from core.domain.dataset import Dataset, Sample, Split
from core.domain.edit import Edit, EditKind
from core.domain.errors import DatasetError

LABELS = ("cat", "cat", "cats", "dog 2", "dog 10")


@pytest.fixture
def dataset() -> Dataset:
    """Five pictures, whose hashes are "0" to "4"; the last one of "cats" is left out."""
    samples = tuple(
        Sample(
            path=f"{label}/{number}.jpg",
            sha256=str(number),
            width=4,
            height=3,
            label=label,
            split=list(Split)[number % 3],
            group="series" if number < 2 else None,
            given=number == 3,
            excluded=label == "cats",
        )
        for number, label in enumerate(LABELS)
    )
    return Dataset(
        id="d1",
        project_id="p1",
        version=1,
        classes=("cat", "dog 2", "dog 10"),
        samples=samples,
        fingerprint="",
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def labels(samples: tuple[Sample, ...]) -> tuple[str, ...]:
    return tuple(sample.label for sample in samples)


def test_exclude_leaves_out_the_chosen_pictures_only(dataset: Dataset) -> None:
    samples, classes = apply(dataset, Edit(kind=EditKind.EXCLUDE, pictures=("0", "4")))
    assert [sample.excluded for sample in samples] == [True, False, True, False, True]
    assert labels(samples) == LABELS
    assert classes == ("cat", "dog 2")  # a class without pictures in use is no class to learn


def test_restore_brings_a_picture_back_with_its_class(dataset: Dataset) -> None:
    samples, classes = apply(dataset, Edit(kind=EditKind.RESTORE, pictures=("2",)))
    assert not samples[2].excluded
    assert classes == ("cat", "cats", "dog 2", "dog 10")


def test_move_puts_pictures_into_another_class_in_their_split(dataset: Dataset) -> None:
    samples, classes = apply(dataset, Edit(kind=EditKind.MOVE, pictures=("1", "3"), label="dog 10"))
    assert labels(samples) == ("cat", "dog 10", "cats", "dog 10", "dog 10")
    assert classes == ("cat", "dog 10")
    assert samples[3] == replace(dataset.samples[3], label="dog 10")


def test_move_to_a_new_name_splits_a_class_off(dataset: Dataset) -> None:
    samples, classes = apply(dataset, Edit(kind=EditKind.MOVE, pictures=("1",), label=" kitten\n"))
    assert labels(samples) == ("cat", "kitten", "cats", "dog 2", "dog 10")
    assert classes == ("cat", "dog 2", "dog 10", "kitten")


def test_rename_takes_along_the_pictures_that_are_left_out(dataset: Dataset) -> None:
    all_left_out = replace(
        dataset, samples=tuple(replace(s, excluded=s.sha256 in "02") for s in dataset.samples)
    )
    samples, classes = apply(all_left_out, Edit(kind=EditKind.RENAME, classes=("cat",), label="tomcat"))
    assert labels(samples) == ("tomcat", "tomcat", "cats", "dog 2", "dog 10")
    assert samples[0].excluded
    assert classes == ("dog 2", "dog 10", "tomcat")


def test_merge_makes_one_class_of_several(dataset: Dataset) -> None:
    edit = Edit(kind=EditKind.MERGE, classes=("dog 2", "dog 10"), label="dog")
    samples, classes = apply(dataset, edit)
    assert labels(samples) == ("cat", "cat", "cats", "dog", "dog")
    assert classes == ("cat", "dog")


def test_a_rename_onto_another_class_is_told_as_a_merge(dataset: Dataset) -> None:
    edit = Edit(kind=EditKind.RENAME, classes=("cats",), label=" cat ")
    merge = Edit(kind=EditKind.MERGE, classes=("cats", "cat"), label="cat")
    assert as_meant(dataset, edit) == merge
    assert apply(dataset, edit) == apply(dataset, merge)


def test_a_rename_that_only_changes_the_case_stays_a_rename(dataset: Dataset) -> None:
    edit = Edit(kind=EditKind.RENAME, classes=("cat",), label="Cat")
    assert as_meant(dataset, edit) == edit


def test_names_are_composed_so_that_twins_in_unicode_are_one_class(dataset: Dataset) -> None:
    samples, _ = apply(dataset, Edit(kind=EditKind.RENAME, classes=("cat",), label="Ku\u0308ken"))
    assert samples[0].label == "K\u00fcken"


def test_the_version_before_stays_as_it_was(dataset: Dataset) -> None:
    before = replace(dataset)
    apply(dataset, Edit(kind=EditKind.EXCLUDE, pictures=("0",)))
    assert dataset == before


@pytest.mark.parametrize(
    ("edit", "message", "hint"),
    [
        (Edit(kind=EditKind.EXCLUDE), "No picture was chosen.", "Choose at least one."),
        (
            Edit(kind=EditKind.MOVE, pictures=("0", "8", "9"), label="dog"),
            "2 pictures are not in this project any more.",
            "choose again",
        ),
        (
            Edit(kind=EditKind.RESTORE, pictures=("8",)),
            "1 picture is not in this project any more.",
            "choose again",
        ),
        (Edit(kind=EditKind.EXCLUDE, pictures=("2",)), "left out already", "Nothing was changed."),
        (Edit(kind=EditKind.RESTORE, pictures=("0",)), "in use already", "Nothing was changed."),
        (Edit(kind=EditKind.MOVE, pictures=("0",), label="cat"), "in class 'cat' already", "Nothing"),
        (Edit(kind=EditKind.RENAME, classes=("cat",), label="cat"), "named 'cat' already", "Nothing"),
        (Edit(kind=EditKind.RENAME, classes=("cat",), label=" \n"), "A class needs a name.", "word or two"),
        (Edit(kind=EditKind.MOVE, pictures=("0",)), "A class needs a name.", "word or two"),
        (
            Edit(kind=EditKind.RENAME, classes=("cat",), label="x" * (LONGEST_NAME + 1)),
            "The name has 201 characters; the most is 200.",
            "shorter",
        ),
        (Edit(kind=EditKind.RENAME, classes=("catz",), label="x"), "no class 'catz'", "Did you mean 'cat'?"),
        (Edit(kind=EditKind.MERGE, classes=("owl",), label="x"), "no class 'owl'", "from the list"),
        (Edit(kind=EditKind.MERGE, label="x"), "No class was chosen.", "Choose at least one."),
        (Edit(kind=EditKind.RENAME, classes=("cat", "cats"), label="x"), "Only one class", "Merge them"),
        (
            Edit(kind=EditKind.EXCLUDE, pictures=("0", "1", "3", "4")),
            "This would leave no picture at all.",
            "at least one class",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    dataset: Dataset, edit: Edit, message: str, hint: str
) -> None:
    with pytest.raises(DatasetError) as told:
        apply(dataset, edit)
    assert message in told.value.message
    assert hint in told.value.hint


def test_20_000_pictures_are_edited_at_once(dataset: Dataset) -> None:
    many = replace(dataset, samples=tuple(replace(dataset.samples[0], sha256=str(n)) for n in range(20_000)))
    samples, _ = apply(many, Edit(kind=EditKind.EXCLUDE, pictures=tuple(str(n) for n in range(10_000))))
    assert sum(sample.excluded for sample in samples) == 10_000


@pytest.fixture
def several(dataset: Dataset) -> Dataset:
    """The same pictures; the first cat is a dog 2 and an owl as well."""
    first, *others = dataset.samples
    samples = (replace(first, also=("dog 2", "owl")), *others)
    return replace(dataset, samples=samples, classes=(*dataset.classes, "owl"))


def test_other_edits_leave_all_classes_of_a_picture(several: Dataset) -> None:
    samples, classes = apply(several, Edit(kind=EditKind.EXCLUDE, pictures=("4",)))
    assert samples[0].labels == ("cat", "dog 2", "owl")
    assert classes == ("cat", "dog 2", "owl")


def test_a_rename_reaches_further_classes(several: Dataset) -> None:
    samples, classes = apply(several, Edit(kind=EditKind.RENAME, classes=("owl",), label="bird"))
    assert samples[0].labels == ("cat", "dog 2", "bird")
    assert classes == ("bird", "cat", "dog 2", "dog 10")


def test_a_merge_makes_one_class_of_two_that_a_picture_has(several: Dataset) -> None:
    samples, _ = apply(several, Edit(kind=EditKind.MERGE, classes=("cat", "owl"), label="animal"))
    assert samples[0].labels == ("animal", "dog 2")
    assert samples[1].labels == ("animal",)


def test_a_moved_picture_is_of_one_class_only(several: Dataset) -> None:
    samples, _ = apply(several, Edit(kind=EditKind.MOVE, pictures=("0",), label="cat"))
    assert samples[0].labels == ("cat",)


def test_labels_come_and_go_and_all_others_stay(several: Dataset) -> None:
    """Two hundred dogs that were moved to "hound" lost the cats beside them."""
    edit = Edit(kind=EditKind.RELABEL, pictures=("0", "3"), classes=("dog 2",), also=(" hound ", "owl"))
    samples, classes = apply(several, edit)
    assert samples[0].labels == ("cat", "owl", "hound")
    assert samples[3].labels == ("hound", "owl")
    assert samples[1] == several.samples[1]
    assert classes == ("cat", "dog 10", "hound", "owl")


def test_a_picture_keeps_one_label_at_least(several: Dataset) -> None:
    edit = Edit(kind=EditKind.RELABEL, pictures=("0", "1"), classes=("cat",))
    with pytest.raises(DatasetError, match="1 picture would show no class any more"):
        apply(several, edit)
    with pytest.raises(DatasetError, match="No class was chosen"):
        apply(several, replace(edit, classes=()))
    with pytest.raises(DatasetError, match="just these labels already"):
        apply(several, replace(edit, classes=("owls",)))


def corrected(*parts: Edit) -> Edit:
    return Edit(kind=EditKind.CORRECT, parts=parts)


def test_corrections_are_made_all_at_once(dataset: Dataset) -> None:
    """A review moves some pictures, makes a class and leaves others out: one version, one undo."""
    edit = corrected(
        Edit(kind=EditKind.MOVE, pictures=("0",), label="dog 2"),
        Edit(kind=EditKind.MOVE, pictures=("3",), label=" owl "),
        Edit(kind=EditKind.EXCLUDE, pictures=("4",)),
    )
    samples, classes = apply(dataset, edit)
    assert labels(samples) == ("dog 2", "cat", "cats", "owl", "dog 10")
    assert samples[4].excluded
    assert classes == ("cat", "dog 2", "owl")
    assert [sample.split for sample in samples] == [sample.split for sample in dataset.samples]
    with pytest.raises(DatasetError, match="corrected already"):
        apply(replace(dataset, samples=samples), edit)


def test_a_picture_is_moved_into_several_classes(several: Dataset) -> None:
    edit = Edit(kind=EditKind.MOVE, pictures=("1",), label="cat", also=("owl", " owl", "cat"))
    samples, _ = apply(several, edit)
    assert samples[1].labels == ("cat", "owl")


def test_folders_inside_become_classes_also_of_what_is_left_out(dataset: Dataset) -> None:
    inside = tuple(
        replace(sample, path=f"{sample.label}/{('day', 'night')[place % 2]}/{place}.jpg")
        for place, sample in enumerate(dataset.samples)
    )
    edit = Edit(kind=EditKind.FOLDERS, classes=("cat", "cats"))
    samples, classes = apply(replace(dataset, samples=inside), edit)
    assert labels(samples) == ("day", "night", "day", "dog 2", "dog 10")
    assert classes == ("day", "dog 2", "dog 10", "night")
    with pytest.raises(DatasetError, match="no folders inside"):
        apply(dataset, edit)
