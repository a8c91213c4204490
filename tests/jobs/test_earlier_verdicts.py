"""What was said beside an earlier run is taken over by the next one, as far as it holds."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from core.domain.config import TrainConfig
from core.domain.dataset import Dataset, Split
from core.domain.edit import Edit, EditKind
from core.domain.report import Predictions
from core.domain.review import Judgement, VerdictKind
from core.jobs.studio import Studio
from tests.jobs.made_run import ended_run
from tests.store.made import NOON, dataset_of

PICTURES = 8  # bolts and nuts in turn
MODEL, BAD = Judgement(kind=VerdictKind.MODEL_WRONG), Judgement(kind=VerdictKind.BAD_PHOTO)
RIGHT, AMBIGUOUS = Judgement(kind=VerdictKind.RIGHT), Judgement(kind=VerdictKind.AMBIGUOUS)

NewRun = Callable[..., str]


@pytest.fixture
def first(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The pictures as they were imported, all of them test pictures."""
    monkeypatch.setattr("core.jobs.editing.look", lambda *args, **kwargs: None)  # they are no pictures
    made = dataset_of(studio._workspace, studio.create_project("Parts"), pictures=PICTURES)
    samples = tuple(replace(one, split=Split.TEST, excluded=False, group=None) for one in made.samples)
    dataset = replace(made, samples=samples)
    studio._workspace.datasets.add(dataset)
    return dataset


@pytest.fixture
def new_run(studio: Studio, first: Dataset) -> NewRun:
    """Makes a run on the pictures as they are now, whose answers are right but to those that are named."""

    def make(*, wrong: Collection[str] = ()) -> str:
        dataset = studio.dataset(first.project_id)
        assert dataset is not None
        used = dataset.used()
        labels = np.array([dataset.classes.index(one.label) for one in used])
        told = [(label + (one.sha256 in wrong)) % 2 for label, one in zip(labels, used, strict=True)]
        judged = Predictions(
            paths=tuple(one.path for one in used),
            sha256=tuple(one.sha256 for one in used),
            splits=tuple(one.split for one in used),
            labels=labels,
            probabilities=np.eye(2, dtype=np.float32)[told],
        )
        return ended_run(studio, dataset, judged, config=TrainConfig()).id

    return make


@pytest.fixture
def sha(first: Dataset) -> Callable[[int], str]:
    return lambda row: first.samples[row].sha256


def said(studio: Studio, run_id: str) -> dict[tuple[str, str], VerdictKind]:
    return {(one.sha256, one.reviewer): one.kind for one in studio.verdicts(run_id)}


def test_they_are_taken_over_as_far_as_they_hold(studio, first, new_run, sha):
    """Every training began its review anew, also on the pictures that nobody had touched."""
    before = new_run(wrong=[sha(0), sha(1), sha(3)])
    assert studio.earlier_verdicts(before) == ()
    moved = Judgement(kind=VerdictKind.LABEL_WRONG, labels=("nut",))
    studio.judge(before, {sha(0): MODEL, sha(1): MODEL, sha(2): BAD, sha(4): moved}, reviewer="Ada")
    studio.judge(before, {sha(1): AMBIGUOUS})
    then = {(one.sha256, one.reviewer): one.moment for one in studio.verdicts(before)}
    studio.apply_edit(first.project_id, Edit(kind=EditKind.MOVE, pictures=(sha(4),), label="nut"))
    studio.apply_edit(first.project_id, Edit(kind=EditKind.RENAME, classes=("nut",), label="hex nut"))

    again = new_run(wrong=[sha(0)])
    offered = studio.earlier_verdicts(again)
    assert {(one.sha256, one.reviewer) for one in offered} == {
        (sha(0), "Ada"),
        (sha(1), "Ada"),
        (sha(1), ""),
        (sha(2), "Ada"),
    }
    studio.judge(again, {sha(2): AMBIGUOUS}, reviewer="Ada")
    assert studio.take_over_verdicts(again) == 3
    assert said(studio, again) == {
        (sha(0), "Ada"): VerdictKind.MODEL_WRONG,
        (sha(1), "Ada"): VerdictKind.RIGHT,  # the label is right, and so is this model's answer
        (sha(1), ""): VerdictKind.AMBIGUOUS,
        (sha(2), "Ada"): VerdictKind.AMBIGUOUS,  # said of this run itself
    }
    moments = {(one.sha256, one.reviewer): one.moment for one in studio.verdicts(again)}
    assert moments[sha(0), "Ada"] == then[sha(0), "Ada"]
    assert studio.earlier_verdicts(again) == ()
    assert studio.take_over_verdicts(again) == 0
    assert studio.error_budget(again).count(VerdictKind.MODEL_WRONG) == 1

    assert studio.undo_verdicts(again, reviewer="Ada") == 2
    assert len(studio.earlier_verdicts(again)) == 2


def test_a_label_that_is_still_wrong_is_meant_by_its_present_name(studio, first, new_run, sha):
    before = new_run()
    studio.judge(before, {sha(4): Judgement(kind=VerdictKind.LABEL_WRONG, labels=("nut",))})
    studio.apply_edit(first.project_id, Edit(kind=EditKind.RENAME, classes=("nut",), label="hex nut"))
    again = new_run()
    assert studio.take_over_verdicts(again) == 1
    (one,) = studio.verdicts(again)
    assert (one.kind, one.labels) == (VerdictKind.LABEL_WRONG, ("hex nut",))


def test_what_is_decided_anew_and_undone_is_not_carried(studio, first, new_run, sha):
    before = new_run()
    studio.judge(before, {sha(2): BAD})
    studio.apply_edit(first.project_id, Edit(kind=EditKind.EXCLUDE, pictures=(sha(2),)))
    studio.apply_edit(first.project_id, Edit(kind=EditKind.RESTORE, pictures=(sha(2),)))
    assert studio.earlier_verdicts(new_run()) == ()


def test_the_newest_of_a_reviewers_verdicts_counts(studio, new_run, sha, monkeypatch):
    runs = [new_run(), new_run()]
    for run_id, judgement, hours in ((runs[1], RIGHT, 1), (runs[0], BAD, 0)):
        monkeypatch.setattr(studio._workspace.verdicts, "_clock", lambda at=hours: NOON + timedelta(hours=at))
        studio.judge(run_id, {sha(2): judgement}, reviewer="Ada")
    third = new_run(wrong=[sha(2)])
    assert studio.take_over_verdicts(third) == 1
    assert said(studio, third) == {(sha(2), "Ada"): VerdictKind.MODEL_WRONG}
