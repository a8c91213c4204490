"""Whole sentences, as they are read."""

from __future__ import annotations

import pytest

from core.domain.run import JobKind, JobSnapshot, JobStatus, Progress, RunStatus, Stage
from tests.ui.fake_studio import FakeStudio
from ui import sentences


def test_pictures_are_summed_up_with_what_to_look_at():
    dataset = FakeStudio("data").dataset("p1")
    assert sentences.about_pictures(dataset) == "222 pictures in 4 classes; 2 things to look at."


def test_splits_are_told_by_their_use():
    dataset = FakeStudio("data").dataset("p1")
    assert sentences.about_splits(dataset).endswith("38 kept aside for the final test.")


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (None, "Getting started."),
        (Progress(stage=Stage.IMPORT, done=2, total=9), "Reading the pictures, 2 of 9."),
        (
            Progress(stage=Stage.HEAD, epoch=3, epochs=40, seconds_left=20),
            "Learning your classes, epoch 3 of at most 40, about 20 seconds left.",
        ),
    ],
)
def test_progress_is_told_in_plain_words(progress, said):
    assert sentences.about_progress(progress) == said


def test_every_stage_and_status_has_its_words():
    assert set(sentences.STAGES) == set(Stage)
    assert set(sentences.STATUS) == set(RunStatus)


@pytest.mark.parametrize(
    ("status", "progress", "said"),
    [
        (JobStatus.WAITING, None, "Training: waiting for its turn"),
        (JobStatus.RUNNING, None, "Training: getting started"),
        (
            JobStatus.RUNNING,
            Progress(stage=Stage.HEAD, epoch=2, epochs=8, seconds_left=3, share=0.25),
            "Training, 25 %, a few seconds left",
        ),
    ],
)
def test_the_chip_says_how_far_the_job_is(status, progress, said):
    job = JobSnapshot(id="j", kind=JobKind.TRAIN, project_id="p", title="t", status=status, progress=progress)
    assert sentences.chip(job) == said
