"""Old answers by new labels: who counts, and as what."""

from __future__ import annotations

import numpy as np

from core.domain.dataset import Sample, Split
from core.domain.report import Predictions
from core.evaluation.rescoring import rescore, with_labels

CLASSES = ("bolt", "nut")


def answered(*, several: bool = False) -> Predictions:
    """Return bolt, nut, bolt, nut, all of them right; the last one of validation."""
    targets = np.array([[1, 0], [0, 1], [1, 0], [0, 1]], dtype=bool)
    return Predictions(
        paths=("0", "1", "2", "3"),
        sha256=("0", "1", "2", "3"),
        splits=(Split.TEST, Split.TEST, Split.TEST, Split.VALIDATION),
        labels=np.array([0, 1, 0, 1]),
        probabilities=np.where(targets, 0.9, 0.1).astype(np.float32),
        targets=targets if several else None,
        groups=np.array([0, 0, 1, 2]),
    )


def shown(*labels: tuple[str, ...]) -> list[Sample]:
    return [
        Sample(path="", sha256=f"{row}", width=8, height=8, label=names[0], also=names[1:], split=Split.TRAIN)
        for row, names in enumerate(labels)
        if names
    ]


def test_the_same_labels_give_the_same_answers():
    samples = shown(("bolt",), ("nut",), ("bolt",), ("nut",))
    same = with_labels(answered(), CLASSES, samples)
    assert same.sha256 == answered().sha256
    assert (same.labels == answered().labels).all()


def test_a_new_label_counts_and_who_cannot_be_judged_drops_out():
    """The first picture is a nut by now; the second one was left out; the third shows a new class."""
    samples = shown(("nut",), (), ("screw",), ("bolt",))
    found = rescore(answered(), CLASSES, samples, Split.TEST)
    assert (found.pictures, found.correct) == (1, 0)
    assert found.confusion == ((0, 0), (1, 0))
    assert rescore(answered(), CLASSES, samples, Split.VALIDATION).correct == 0


def test_a_picture_of_several_classes_is_no_question_for_a_model_of_one():
    samples = shown(("bolt", "nut"), ("nut",))
    assert rescore(answered(), CLASSES, samples, Split.TEST).pictures == 1
    found = rescore(answered(several=True), CLASSES, samples, Split.TEST)
    assert (found.pictures, found.correct, found.several) == (2, 1, True)


def test_nobody_left_is_no_score():
    found = rescore(answered(), CLASSES, (), Split.TEST)
    assert (found.pictures, found.accuracy, found.macro_f1) == (0, None, None)
