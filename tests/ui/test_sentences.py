"""Whole sentences, as they are read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.run import JobKind, JobSnapshot, JobStatus, Progress, RunStatus, Stage, StageSeconds
from tests.ui.fake_studio import FakeStudio
from ui import sentences


def test_pictures_are_summed_up_with_what_to_look_at():
    dataset = FakeStudio("data").dataset("p1")
    assert sentences.about_pictures(dataset) == "222 pictures in 4 classes; 2 things to look at."


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


def test_a_run_that_left_off_says_where_it_goes_on():
    paused = FakeStudio("paused").runs_[0]
    assert sentences.about_ending(paused).startswith(
        "This training run is paused. “Resume” goes on where it was saved last, on 22 Nov 2025"
    )
    assert sentences.about_ending(replace(paused, saved_at=None)) == (
        "This training run is paused. Nothing of it was saved yet: “Resume” starts it from its beginning."
    )


def test_a_run_that_was_paused_for_days_took_only_as_long_as_it_worked():
    done = FakeStudio("done").runs_[0]
    assert sentences.about_run(done, backbone="B").endswith("1 min 24 s")
    worked = (StageSeconds(stage=Stage.HEAD, seconds=5.0), StageSeconds(stage=Stage.EVALUATE, seconds=2.0))
    assert sentences.about_run(replace(done, stage_seconds=worked), backbone="B").endswith("7 s")


def test_the_run_under_way_is_shown_before_newer_ones_that_wait():
    studio = FakeStudio("training")
    assert [run.id for run in studio.runs_] == ["r4", "r3", "r2", "r1", "r0"]
    assert sentences.run_to_show(studio.runs_).id == "r2"
    assert sentences.run_to_show(FakeStudio("done").runs_).id == "r2"


def test_a_run_that_waits_is_shown_before_one_that_has_ended_and_one_taken_out_after_it():
    """After a restart, the page showed the run that had been taken out, and not the one to resume."""
    interrupted, done = FakeStudio("interrupted").runs_
    never = replace(interrupted, id="r3", status=RunStatus.PAUSED, started_at=None)
    waiting = replace(never, id="r4", status=RunStatus.QUEUED)
    assert sentences.run_to_show([never, interrupted, done]).id == "r2"
    assert sentences.run_to_show([waiting, never, done]).id == "r4"
    assert sentences.run_to_show([never]).id == "r3"
