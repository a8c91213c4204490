"""Train: live figures, stopping, earlier runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.dataset import Split
from core.domain.report import Answer
from core.domain.run import Move, Progress, RunStatus, Stage
from tests.pages.conftest import text_of
from ui.components.monitor import best_so_far
from ui.words import decimal, percent


def test_a_run_under_way_tells_stage_epoch_and_time_left(visit):
    at = visit("training").open("train")
    shown = [p.text for p in at.get("progress")] if at.get("progress") else []
    assert any("epoch 18 of at most 24, about 2 minutes left" in str(text) for text in shown)


def test_stopping_keeps_the_run_that_is_shown(visit):
    screen = visit("training")
    at = screen.open("train")
    at.button(key="stop_run").click().run()
    assert screen.studio.stopped == ["r2"]


@pytest.mark.parametrize(
    ("stage", "epochs", "told"),
    [
        (Stage.FEATURES, 0, "Possible once the first epoch is complete"),
        (Stage.SEARCH, 0, "Only the last layer of the network learns your classes then"),
        (Stage.HEAD, 1, "tests the best epoch so far"),
    ],
)
def test_stopping_is_offered_once_there_is_something_to_keep(visit, stage, epochs, told):
    """It was offered from the first second on, and threw the run away."""
    screen = visit("training")
    studio = screen.studio
    studio.jobs_ = [replace(job, progress=Progress(stage=stage, done=1, total=9)) for job in studio.jobs_]
    studio.runs_ = [
        replace(run, history=run.history[:epochs], best_epoch=None) if run.id == "r2" else run
        for run in studio.runs_
    ]
    button = screen.open("train").button(key="stop_run")
    assert button.disabled == (stage is Stage.FEATURES)
    assert told in button.help


def test_a_run_that_ends_while_the_page_is_drawn_leads_on(visit):
    """Nothing looks at an ended run again: the page would have gone on telling how it goes."""
    screen = visit("training")
    studio = screen.studio
    look = studio.run

    def ends_now(run_id):
        studio.runs_ = [replace(r, status=RunStatus.DONE) if r.id == run_id else r for r in studio.runs_]
        return look(run_id)

    studio.run = ends_now
    at = screen.open("train")
    assert at.button(key="to_results") is not None
    assert "pause_run" not in {button.key for button in at.button}


def test_the_best_epoch_is_told(visit):
    at = visit("done").open("train")
    assert [(m.label, m.value) for m in at.metric][1] == ("Best epoch", "15")


@pytest.mark.parametrize("state", ["done", "training"])
def test_all_figures_are_of_the_model_that_is_kept(visit, state):
    """Beside the best epoch and its accuracy stood the loss of the last one."""
    screen = visit(state)
    at = screen.open("train")
    figures = {metric.label: metric.value for metric in at.metric}
    best = best_so_far(next(run for run in screen.studio.runs_ if run.id == "r2"))
    told = (percent(best.val_accuracy, digits=1), str(best.epoch), decimal(best.val_loss))
    assert (figures["Validation accuracy"], figures["Best epoch"], figures["Validation loss"]) == told


def test_an_earlier_result_can_be_opened(visit):
    at = visit("training").open("train")
    at.button(key="results_r1").click().run()
    assert at.title[0].value == "How good is it, honestly?"
    assert at.selectbox(key="run").value == "r1"


def test_a_failed_run_in_the_list_says_why(visit):
    assert "The loss became infinite" in text_of(visit("training").open("train"))


def test_an_interrupted_run_can_be_set_up_again(visit):
    at = visit("interrupted").open("train")
    at.button(key="to_configure").click().run()
    assert at.title[0].value == "How should it learn?"


def test_a_run_under_way_is_shown_although_others_wait(visit):
    at = visit("training").open("train")
    assert at.header[0].value == "Run 2"
    assert [at.button(key=f"out_{run}") is not None for run in ("r3", "r4")] == [True, True]


def test_pausing_asks_for_it_and_offers_to_resume(visit):
    screen = visit("training")
    at = screen.open("train")
    at.button(key="pause_run").click().run()
    assert screen.studio.asked == [("r2", RunStatus.PAUSED)]


@pytest.mark.parametrize("state", ["paused", "interrupted", "disk full"])
def test_a_run_that_left_off_can_go_on_or_be_discarded(visit, state):
    screen = visit(state)
    at = screen.open("train")
    assert "“Resume” goes on where it was saved last" in text_of(at).replace("\\", "")
    at.button(key="resume_run").click().run()
    assert screen.studio.asked == [("r2", RunStatus.QUEUED)]
    screen = visit(state)
    screen.open("train").button(key="discard_run").click().run()
    assert screen.studio.asked == [("r2", RunStatus.DISCARDED)]


def test_a_full_disk_is_told_with_the_space_that_is_missing(visit):
    at = visit("disk full").open("train")
    assert "140 MB are needed" in at.error[0].value


def test_waiting_runs_change_places_and_are_taken_out(visit):
    screen = visit("training")
    at = screen.open("train")
    assert at.button(key="up_r3").disabled
    assert at.button(key="down_r4").disabled
    at.button(key="first_r4").click().run()
    at.button(key="out_r3").click().run()
    assert screen.studio.asked == [("r4", Move.FIRST), ("r3", RunStatus.PAUSED)]


def test_a_click_that_comes_too_late_is_told_in_words(visit):
    """The trainer took the run between the drawing and the click."""
    screen = visit("training")
    at = screen.open("train")
    screen.studio.pause("r4")
    at.button(key="first_r4").click().run()
    assert "it is running" in at.warning[0].value
    assert not at.exception


def test_a_deleted_run_is_offered_back(visit):
    screen = visit("training")
    at = screen.open("train")
    at.button(key="delete_r1").click().run()
    assert "Run 1** was deleted" in text_of(at)
    at.button(key="undo_delete_run").click().run()
    assert at.button(key="results_r1") is not None
    assert "was deleted" not in text_of(at)


def test_the_run_that_is_shown_can_be_deleted_too(visit):
    at = visit("failed").open("train")
    at.button(key="delete_r2").click().run()
    assert at.header[0].value == "Run 1"
    at.button(key="undo_delete_run").click().run()
    assert "Run 2" in text_of(at)


def test_a_run_taken_out_of_the_queue_can_be_put_back_from_the_list(visit):
    screen = visit("training")
    at = screen.open("train")
    at.button(key="out_r3").click().run()
    at.button(key="resume_r3").click().run()
    assert screen.studio.asked[-1] == ("r3", RunStatus.QUEUED)


def test_the_log_tells_what_happened_and_can_be_kept(visit):
    at = visit("done").open("train")
    assert "The batch was halved: 16 pictures." in at.code[0].value
    assert at.expander[0].label == "Log of this run"


def test_what_the_network_says_by_now_is_shown_on_some_pictures(visit):
    screen = visit("training")
    studio = screen.studio
    samples = [one for one in studio.dataset_.samples if one.split is Split.VALIDATION][:2]
    told = tuple(
        Answer(path=one.path, sha256=one.sha256, label=one.label, predicted=samples[0].label, confidence=0.83)
        for one in (samples[0], replace(samples[1], label="seldom"))
    )
    assert "says by now" not in text_of(screen.open("train"))
    studio.jobs_ = [replace(job, examples=told) for job in studio.jobs_]
    at = screen.open("train")
    assert "What it says by now" in [one.value for one in at.subheader]
    said = text_of(at)
    assert f"✓ {samples[0].label}" in said
    assert "83 % sure" in said
    assert f"✗ {samples[0].label}" in said
    assert "really seldom, 83 % sure" in said
