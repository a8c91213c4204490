"""Compare: two runs, the verdict, the pictures behind it, and all runs of the project."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.config import TrainConfig
from core.domain.decision import Cost
from core.domain.edit import Edit, EditKind
from core.domain.errors import DatasetError, RunError
from core.evaluation.compare_words import verdict
from tests.pages.conftest import Screen, text_of
from tests.ui.fake_several import SeveralStudio
from ui import comparing, results, services, thumbnails
from ui.words import esc

HOSTILE = "<b>Run</b> :red[x] **2**"


def test_the_two_newest_are_compared_at_first(visit):
    screen = visit("done")
    at = screen.open("compare")
    assert (at.selectbox(key="before").value, at.selectbox(key="after").value) == ("r1", "r2")
    found = screen.studio.compare("r1", "r2")
    assert [header.value for header in at.header] == [esc(verdict(found))]
    assert all((found.fixed, found.broken, found.still_wrong))
    assert [metric.label for metric in at.metric] == [f"Before: {esc('Run 1')}", f"After: {esc('Run 2')}"]
    counts = {"Fixed": found.fixed, "Broken": found.broken, "Still wrong": found.still_wrong}
    assert [tab.label for tab in at.tabs] == [f"{name} ({len(pairs)})" for name, pairs in counts.items()]


def test_which_answers_are_compared_is_told_where_mistakes_cost(visit):
    screen = visit("done")
    costs = (Cost(actual="bolt", said="gear", cost=1_000.0),)
    screen.studio.rules["r1"] = screen.studio.rule("r1", most_wrong=None, costs=costs)
    assert "as if every mistake cost the same" in text_of(screen.open("compare"))


def test_the_other_way_round_is_another_comparison(visit):
    screen = visit("done")
    at = screen.open("compare")
    at.selectbox(key="before").set_value("r2")
    at.selectbox(key="after").set_value("r1").run()
    assert not at.exception
    found = screen.studio.compare("r2", "r1")
    assert at.tabs[0].label == f"Fixed ({len(found.fixed)})"


def test_the_address_names_both_runs(visit):
    screen = visit("done")
    screen.at.query_params["before"] = "Run 2"
    screen.at.query_params["after"] = "Run 1"
    at = screen.open("compare")
    assert (at.selectbox(key="before").value, at.selectbox(key="after").value) == ("r2", "r1")


@pytest.mark.parametrize("tab", ["Fixed", "Broken", "Still wrong"])
def test_every_list_draws(visit, tab):
    screen = visit("done")
    found = screen.studio.compare("r1", "r2")
    pairs = {"Fixed": found.fixed, "Broken": found.broken, "Still wrong": found.still_wrong}[tab]
    at = screen.open("compare", changes_tabs_r1_r2=f"{tab} ({len(pairs)})")
    assert not at.exception


def test_series_are_told_beside_the_verdict(visit, monkeypatch):
    screen = visit("done")
    plain = screen.studio.compare("r1", "r2")
    assert "answered alike" not in text_of(screen.open("compare"))
    monkeypatch.setattr(screen.studio, "compare", lambda run_a, run_b: replace(plain, groups=12))
    assert "those of 12 series and single pictures" in text_of(screen.open("compare"))


def test_settings_that_differ_are_listed(visit):
    screen = visit("done")
    screen.studio.runs_[0] = replace(screen.studio.runs_[0], config=TrainConfig(seed=5))
    at = screen.open("compare")
    (rows,) = [frame.value for frame in at.dataframe if "Setting" in frame.value.columns]
    assert list(rows.columns) == ["Setting", "Before", "After"]
    assert ["Seed", "0", "5"] in rows.to_numpy().tolist()


def test_the_same_settings_are_told_as_such(visit):
    assert "What differs is up to chance" in text_of(visit("done").open("compare"))


def test_what_cannot_be_compared_says_why_and_the_leaderboard_stays(visit, monkeypatch):
    screen = visit("done")

    def refuse(run_a, run_b):
        raise DatasetError("Run 1 was judged on 60 pictures, Run 2 on 61; 59 are the same.", hint="Train *.")

    monkeypatch.setattr(screen.studio, "compare", refuse)
    at = screen.open("compare")
    assert esc("Run 1 was judged on 60 pictures, Run 2 on 61; 59 are the same.") in at.info[0].value
    assert not at.metric
    assert any("Range" in frame.value.columns for frame in at.dataframe)


def test_the_leaderboard_begins_with_the_best_and_shows_stars(visit):
    screen = visit("done")
    screen.studio.star_run("r1", True)
    at = screen.open("compare")
    (board,) = [frame.value for frame in at.dataframe if "Range" in frame.value.columns]
    assert sorted(board["Run"]) == ["Run 2", "★ Run 1"]
    assert list(board["Right"]) == sorted(board["Right"], reverse=True)
    assert set(board["Comparable"]) == {"yes"}


def test_other_test_pictures_are_marked(visit, monkeypatch):
    screen = visit("done")
    lines = screen.studio.leaderboard("p1")
    told = (lines[0], replace(lines[1], comparable=False))
    monkeypatch.setattr(screen.studio, "leaderboard", lambda project_id: told)
    at = screen.open("compare")
    (board,) = [frame.value for frame in at.dataframe if "Range" in frame.value.columns]
    assert list(board["Comparable"]) == ["yes", "other test pictures"]
    assert "cannot be compared with its" in text_of(at)


def _run_to_label(at):
    return next(box for box in at.selectbox if box.label == "Run")


def test_a_run_is_named_noted_and_starred(visit):
    screen = visit("done")
    at = screen.open("compare")
    _run_to_label(at).set_value("r1").run()
    at.text_input(key="name_r1_Run 1").set_value(HOSTILE)
    at.text_area(key="note_r1_").set_value("the old lamp")
    at.toggle(key="star_r1_False").set_value(True)
    at.button(key="save_r1").click().run()
    assert not at.exception
    run = screen.studio.run("r1")
    assert (run.name, run.note, run.starred) == (HOSTILE, "the old lamp", True)
    assert _run_to_label(at).value == "r1"
    assert HOSTILE not in text_of(at)
    assert esc(HOSTILE) in at.metric[0].label


def test_a_name_that_cannot_be_had_is_told(visit, monkeypatch):
    screen = visit("done")

    def refuse(run_id, name):
        raise RunError("Another training run is called 'Run 2'.", hint="Choose another.")

    monkeypatch.setattr(screen.studio, "rename_run", refuse)
    at = screen.open("compare")
    _run_to_label(at).set_value("r1").run()
    at.text_input(key="name_r1_Run 1").set_value("Run 2")
    at.button(key="save_r1").click().run()
    assert "Choose another" in at.error[0].value
    assert screen.studio.run("r1").note == ""


def test_labels_are_told_as_corrected_only_where_one_version_led_to_the_other(visit):
    """Of two corrected versions in a row the run on the older one, as the second, was told as the later."""
    screen = visit("done")
    one, two = (sample.sha256 for sample in screen.studio.dataset_.used()[:2])
    for sha256 in (one, two):
        part = Edit(kind=EditKind.MOVE, pictures=(sha256,), label="gear")
        screen.studio.apply_edit("p1", Edit(kind=EditKind.CORRECT, parts=(part,)))
    asked = []
    screen.studio.compare_corrected = lambda *pair: asked.append(pair) or screen.studio.compare(*pair)
    second, first = screen.studio.runs_
    screen.studio.runs_ = [replace(second, dataset_id="d2"), replace(first, dataset_id="d3")]
    assert comparing.LATER_LABELS in text_of(screen.open("compare"))
    screen.studio.undo("p1")
    screen.studio.apply_edit("p1", Edit(kind=EditKind.EXCLUDE, pictures=(two,)))
    screen.studio.runs_ = [replace(second, dataset_id="d4"), replace(first, dataset_id="d3")]
    assert comparing.LATER_LABELS not in text_of(screen.open("compare"))
    assert asked == [("r1", "r2")]


def test_curves_are_those_of_the_labels_that_both_are_judged_by(visit, monkeypatch):
    """The caption told of corrected labels, and the curves were drawn by the old ones."""
    screen = visit("done")
    found = screen.studio.compare("r1", "r2")
    own = screen.studio.report("r1").test.roc
    corrected = tuple(replace(curve, name=f"corrected {curve.name}") for curve in own)
    found = replace(
        found, before=replace(found.before, roc=corrected), after=replace(found.after, roc=corrected)
    )
    monkeypatch.setattr(screen.studio, "compare", lambda run_a, run_b: found)
    offered = screen.open("compare").selectbox(key="overlay_class_r1_r2").options
    assert sorted(offered) == sorted(curve.name for curve in corrected)


def test_several_classes_are_compared_too(monkeypatch):
    studio = SeveralStudio("done")
    monkeypatch.setitem(services._HOLDER.__dict__, "studio", studio)
    monkeypatch.setitem(services._HOLDER.__dict__, "drawn", set())
    thumbnails.kept_uri.clear()
    results.report.clear()
    at = Screen(studio).open("compare")
    found = studio.compare("r1", "r2")
    assert found.several
    assert at.tabs[0].label == f"Fixed ({len(found.fixed)})"
    results.report.clear()
