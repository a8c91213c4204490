"""What can be said of a picture, where pictures show one class and where they show several."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.dataset import Dataset, Sample, Split
from core.domain.review import Judgement, VerdictKind
from core.jobs.verdict_checks import Checks
from tests.store.made import NOON

PICTURE = Sample(
    path="0.jpg", sha256="0" * 64, width=64, height=48, label="cat", also=("dog",), split=Split.TEST
)


def checks(sample: Sample, *, also: tuple[str, ...] = ()) -> Checks:
    return Checks(dataset_of(sample), {}, also=also)


def dataset_of(sample: Sample) -> Dataset:
    return Dataset(
        id="f" * 32,
        project_id="p",
        version=1,
        classes=("cat", "dog"),
        samples=(sample,),
        fingerprint="f",
        created_at=NOON,
    )


def new_class(*names: str) -> Judgement:
    return Judgement(kind=VerdictKind.NEW_CLASS, labels=names)


def test_a_new_class_stands_beside_known_ones_where_pictures_show_several():
    """“cat, lamp” could not be said where lamp is new, and a picture that was called a lamp lost its cat."""
    found = checks(PICTURE).checked(PICTURE, new_class("cat", " lamp ", "cat"))
    assert found == new_class("cat", "lamp")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("lamp", "sofa"), "needs one name"),
        (("cat", " "), "'cat' is a class already"),
        (("cat", "x" * 201), "more than 200 characters"),
        (("cat", "Dogs"), "'Dogs' is written like the class 'dog'; say that the label is wrong instead."),
        ((), "needs one name"),
    ],
)
def test_it_takes_exactly_one_new_class(names, told):
    assert told in checks(PICTURE).checked(PICTURE, new_class(*names))


def test_a_new_class_that_was_made_since_is_a_right_class():
    later = checks(PICTURE, also=("cat", "dog", "lamp"))
    said = new_class("dog", "lamp")
    assert later.checked(PICTURE, said) == replace(said, kind=VerdictKind.LABEL_WRONG)
    assert "'dog' is a class already" in later.checked(PICTURE, new_class("dog"))
    assert "needs one name" in later.checked(PICTURE, new_class("lamp", "sofa", "tub"))


def test_where_pictures_show_one_class_a_new_one_stands_alone():
    alone = replace(PICTURE, also=())
    assert "needs one name" in checks(alone).checked(alone, new_class("cat", "lamp"))
    assert checks(alone).checked(alone, new_class("lamp")) == new_class("lamp")


@pytest.mark.parametrize(
    ("right", "told"),
    [(False, VerdictKind.MODEL_WRONG), (True, VerdictKind.RIGHT), (None, VerdictKind.RIGHT)],
)
@pytest.mark.parametrize("said", [VerdictKind.MODEL_WRONG, VerdictKind.RIGHT])
def test_a_right_label_stays_right_beside_another_answer(said, right, told):
    known = Checks(dataset_of(PICTURE), {} if right is None else {PICTURE.sha256: right})
    judgement = Judgement(kind=said, note="looked twice")
    assert known.carried(PICTURE, judgement) == replace(judgement, kind=told)


def test_what_is_no_more_is_not_carried():
    label_wrong = Judgement(kind=VerdictKind.LABEL_WRONG, labels=("dog", "cat"))
    assert "already" in checks(PICTURE).carried(PICTURE, label_wrong)


def test_new_names_of_classes_are_understood_as_those_that_the_run_has_learnt():
    """That the label is the new name of its own class was kept as a wrong label."""
    alone = replace(PICTURE, also=())
    known = Checks(dataset_of(alone), {}, also=("kitty", "pet"), other_names={"kitty": frozenset({"cat"})})
    wrong = Judgement(kind=VerdictKind.LABEL_WRONG, labels=("kitty",))
    assert "the label is 'cat' already" in known.checked(alone, wrong)
    assert "the label is 'cat' already" in known.checked(alone, new_class("kitty"))
    dog = replace(alone, label="dog")
    assert known.checked(dog, wrong) == replace(wrong, labels=("cat",))
    pet = replace(wrong, labels=("pet",))
    assert known.checked(alone, pet) == pet


def test_the_name_of_merged_classes_is_no_other_label_than_any_of_them():
    alone = replace(PICTURE, also=())
    merged = {"pet": frozenset({"cat", "dog"})}
    known = Checks(dataset_of(alone), {}, also=("pet",), other_names=merged)
    assert "the label is 'pet' already" in known.checked(
        alone, Judgement(kind=VerdictKind.LABEL_WRONG, labels=("pet",))
    )
