"""Train: live figures, stopping, earlier runs."""

from __future__ import annotations

from tests.pages.conftest import text_of


def test_a_run_under_way_tells_stage_epoch_and_time_left(visit):
    at = visit("training").open("train")
    shown = [p.text for p in at.get("progress")] if at.get("progress") else []
    assert any("epoch 18 of at most 24, about 2 minutes left" in str(text) for text in shown)


def test_stopping_keeps_the_run_that_is_shown(visit):
    screen = visit("training")
    at = screen.open("train")
    at.button(key="stop_run").click().run()
    assert screen.studio.stopped == ["r2"]


def test_the_best_epoch_is_told(visit):
    at = visit("done").open("train")
    assert [(m.label, m.value) for m in at.metric][1] == ("Best epoch", "15")


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
