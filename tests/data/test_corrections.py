"""What verdicts change in the pictures, whatever was decided before and after them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.data.corrections import Said
from core.data.corrections import corrections as corrections_of
from core.data.lineage import STANDING, Way
from core.domain.dataset import Dataset, Sample, Split
from core.domain.edit import Edit, EditKind, VersionLine
from core.domain.review import Judgement, VerdictKind
from tests.store.made import NOON

LABELS = {"0": "cat", "1": "cat", "2": "dog", "3": "dog", "4": "cat"}  # the last is a test picture
BEFORE, AFTER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
TO_DOG = Judgement(kind=VerdictKind.LABEL_WRONG, labels=("dog",))
BAD = Judgement(kind=VerdictKind.BAD_PHOTO)


def pictures(**labels: str) -> Dataset:
    """Return cats and dogs, of which some have other labels: picture 1 as ``_1``."""
    samples = tuple(
        Sample(
            path=f"{name}.jpg",
            sha256=name,
            width=8,
            height=8,
            label=labels.get(f"_{name}", label),
            split=Split.TEST if name == "4" else Split.TRAIN,
        )
        for name, label in LABELS.items()
    )
    return Dataset(
        id="d",
        project_id="p",
        version=1,
        classes=tuple(sorted({one.label for one in samples})),
        samples=samples,
        fingerprint="f",
        created_at=NOON,
    )


def without(dataset: Dataset, *names: str) -> Dataset:
    """Return the pictures with these left out."""
    samples = tuple(replace(one, excluded=one.sha256 in names) for one in dataset.samples)
    return replace(dataset, samples=samples)


def on(*edits: Edit) -> Way:
    """Return a way on which these edits were made at noon."""
    return Way(
        on=tuple(
            VersionLine(
                id=f"v{number}",
                version=number,
                parent_id=f"v{number - 1}",
                edit=edit,
                author="",
                created_at=NOON,
                pictures=5,
                classes=2,
                current=False,
            )
            for number, edit in enumerate(edits, start=2)
        )
    )


def said(moment=BEFORE, **judgements: Judgement) -> dict[str, Said]:
    """Return verdicts by content hash, of picture 1 as ``_1``."""
    return {name[1:]: Said(judgement=one, moment=moment) for name, one in judgements.items()}


def corrections(now: Dataset, told: dict[str, Said], path: Way) -> tuple[Edit, ...]:
    return corrections_of(now, told, path, given={name: (label,) for name, label in LABELS.items()})


def moved(label: str, *names: str) -> Edit:
    return Edit(kind=EditKind.MOVE, pictures=names, label=label)


def left_out(*names: str) -> Edit:
    return Edit(kind=EditKind.EXCLUDE, pictures=names)


def test_pictures_move_by_class_and_bad_ones_are_left_out():
    to_cat = Judgement(kind=VerdictKind.LABEL_WRONG, labels=("cat",))
    told = said(_0=TO_DOG, _4=TO_DOG, _2=to_cat, _1=BAD, _3=TO_DOG, gone=BAD)
    assert corrections(pictures(), told, STANDING) == (
        moved("cat", "2"),
        moved("dog", "0", "4"),
        left_out("1"),
    )


@pytest.mark.parametrize("kind", [VerdictKind.RIGHT, VerdictKind.MODEL_WRONG, VerdictKind.AMBIGUOUS])
def test_other_verdicts_change_nothing(kind):
    assert corrections(pictures(), said(_0=Judgement(kind=kind)), STANDING) == ()


def test_who_moves_a_picture_after_the_verdict_is_not_overruled():
    """A verdict on an old run moved it back, each time that somebody trained again."""
    by_hand = on(moved("bird", "0"))
    assert corrections(pictures(_0="bird"), said(BEFORE, _0=TO_DOG), by_hand) == ()
    assert corrections(pictures(_0="bird"), said(AFTER, _0=TO_DOG), by_hand) == (moved("dog", "0"),)


def test_a_later_review_is_not_undone_by_an_earlier_one():
    """Corrected to dog, then back to cat: the review of the first run wanted a dog again."""
    path = on(
        Edit(kind=EditKind.CORRECT, parts=(moved("dog", "0"),)),
        Edit(kind=EditKind.CORRECT, parts=(moved("cat", "0"),)),
    )
    assert corrections(pictures(), said(_0=TO_DOG), path) == ()


def test_a_bad_photo_that_was_brought_back_stays():
    path = on(left_out("0"), Edit(kind=EditKind.RESTORE, pictures=("0",)))
    assert corrections(pictures(), said(_0=BAD), path) == ()
    assert corrections(pictures(), said(AFTER, _0=BAD), path) == (left_out("0"),)


def test_what_is_left_out_is_passed_over():
    path = on(left_out("0"))
    assert corrections(without(pictures(), "0"), said(AFTER, _0=TO_DOG), path) == ()


def test_a_class_that_was_renamed_is_meant_by_its_present_name():
    """Every corrected picture was listed again, and the old name came back as a new class."""
    path = on(moved("dog", "0"), Edit(kind=EditKind.RENAME, classes=("dog",), label="hound"))
    now = pictures(_0="hound", _2="hound", _3="hound")
    assert corrections(now, said(_0=TO_DOG), path) == ()
    assert corrections(now, said(_0=TO_DOG, _1=TO_DOG), path) == (moved("hound", "1"),)


MOTH = Judgement(kind=VerdictKind.NEW_CLASS, labels=("moth",))


def test_a_picture_waits_where_its_class_has_none_to_learn_from():
    """One test picture of a new class, and no training began: the mended labels all waited with it."""
    found = corrections(pictures(), said(_4=MOTH, _0=TO_DOG), STANDING)
    assert found == (moved("dog", "0"), moved("moth", "4"), left_out("4"))
    assert corrections(pictures(), said(_4=MOTH, _1=MOTH), STANDING) == (moved("moth", "1", "4"),)


def test_a_class_that_was_left_out_since_does_not_come_back_for_a_test_picture():
    path = on(left_out("2", "3"))
    found = corrections(without(pictures(), "2", "3"), said(_4=TO_DOG), path)
    assert found == (moved("dog", "4"), left_out("4"))


def test_a_picture_that_waits_comes_back_with_others_of_its_class():
    path = on(Edit(kind=EditKind.CORRECT, parts=(moved("moth", "4"), left_out("4"))))
    waiting = without(pictures(_4="moth"), "4")
    assert corrections(waiting, said(_4=MOTH), path) == ()
    with_moth = without(pictures(_4="moth", _1="moth"), "4")
    back = Edit(kind=EditKind.RESTORE, pictures=("4",))
    assert corrections(with_moth, said(_4=MOTH), path) == (back,)
    assert corrections(with_moth, {}, path) == ()
    assert corrections(with_moth, said(AFTER, _4=BAD), path) == ()


def test_who_leaves_out_a_class_by_hand_is_not_overruled():
    path = on(moved("moth", "4"), left_out("4"))
    assert corrections(without(pictures(_4="moth", _1="moth"), "4"), said(_4=MOTH), path) == ()


def test_of_several_classes_every_one_needs_a_picture_to_learn_from():
    both = Judgement(kind=VerdictKind.NEW_CLASS, labels=("cat", "moth"))
    move = Edit(kind=EditKind.MOVE, pictures=("4",), label="cat", also=("moth",))
    assert corrections(pictures(), said(_4=both), STANDING) == (move, left_out("4"))


@pytest.mark.parametrize("kind", [VerdictKind.RIGHT, VerdictKind.MODEL_WRONG])
def test_who_finds_a_corrected_label_right_after_all_takes_the_correction_back(kind):
    """Nothing that was said in the review took back a correction that was made."""
    label_right = Judgement(kind=kind)
    path = on(
        Edit(kind=EditKind.CORRECT, parts=(moved("dog", "0"), left_out("2"))),
        Edit(kind=EditKind.RENAME, classes=("cat",), label="kitten"),
    )
    now = without(pictures(_0="dog", _1="kitten", _4="kitten"), "2")
    found = corrections(now, said(AFTER, _0=label_right, _2=label_right), path)
    assert found == (moved("kitten", "0"), Edit(kind=EditKind.RESTORE, pictures=("2",)))
    assert corrections(now, said(BEFORE, _0=label_right, _2=label_right), path) == ()
    assert corrections(pictures(_0="dog"), said(AFTER, _0=label_right), on(moved("dog", "0"))) == ()


def test_a_picture_that_a_review_left_out_comes_back_with_another_label():
    path = on(Edit(kind=EditKind.CORRECT, parts=(left_out("0"),)))
    found = corrections(without(pictures(), "0"), said(AFTER, _0=TO_DOG), path)
    assert found == (moved("dog", "0"), Edit(kind=EditKind.RESTORE, pictures=("0",)))


def test_a_correction_that_was_taken_back_is_asked_for_again():
    undone = Way(back=on(Edit(kind=EditKind.CORRECT, parts=(moved("dog", "0"),))).on)
    assert corrections(pictures(), said(_0=TO_DOG), undone) == (moved("dog", "0"),)
