"""Evaluate where pictures show several classes: each class is a yes or no of its own."""

from __future__ import annotations

import pytest

from core.domain.decision import Cost
from tests.pages.conftest import Screen, text_of
from tests.ui.fake_several import SeveralStudio
from ui import results, services


def test_the_result_is_told_for_all_classes_of_a_picture_together(several):
    at = several.open("evaluate")
    assert any(line.value.startswith("Names exactly the right classes on about") for line in at.header)
    labels = [metric.label for metric in at.metric]
    assert labels == ["Exactly right", "Macro F1", "Micro F1", "Average precision", "Pictures judged"]
    scores = several.studio.report("r2").test
    assert at.metric[3].value == f"{scores.mean_average_precision:.2f}"


def test_a_chosen_outcome_opens_its_pictures(several):
    at = several.open("evaluate")
    at.selectbox(key="outcome_class_r2_test").set_value("gear").run()
    missed = several.studio.report("r2").test.per_class[1]
    kinds = at.selectbox(key="outcome_kind_r2_test")
    assert kinds.options[1] == f"Missed ({missed.support - missed.right})"
    kinds.select_index(1).run()
    assert not at.exception


def test_a_clicked_outcome_fills_the_lists(several):
    at = several.open("evaluate")
    at.session_state["outcomes_r2_test_1"] = {
        "selection": {"cell": [{"name": "gear", "outcome": "Named, not there"}]}
    }
    at.run()
    assert at.selectbox(key="outcome_class_r2_test_1_FALSE").value == "gear"


def test_a_click_that_means_nothing_is_ignored(several):
    at = several.open("evaluate")
    at.session_state["outcomes_r2_test_1"] = {"selection": {"cell": [{"name": "owl", "outcome": "Found"}]}}
    at.run()
    assert at.selectbox(key="outcome_class_r2_test").value is None


@pytest.mark.parametrize("tab", ["Mistakes", "Per class", "Curves", "How sure", "“Not sure” and costs"])
def test_every_tab_draws(several, tab):
    at = several.open("evaluate", view_several=tab)
    assert not at.exception
    if tab == "Curves":
        told = text_of(at)
        assert "a class is named when the model takes it to be there with 50 % or more" in told
        assert "most likely class" not in told
    if tab == "Per class":
        assert "Average precision" in at.dataframe[0].value.columns


def test_many_classes_come_a_page_at_a_time(monkeypatch):
    studio = SeveralStudio("done", classes=tuple(f"species {i}" for i in range(45)), per_class=6)
    monkeypatch.setitem(services._HOLDER.__dict__, "studio", studio)
    results.report.clear()
    at = Screen(studio).open("evaluate")
    assert len(at.selectbox(key="outcome_class_r2_test").options) == 45
    assert "species 44" not in text_of(at)
    results.report.clear()


def test_costs_of_a_yes_or_no_are_told_with_their_pictures(several):
    costs = (Cost(actual="gear", said="", cost=50.0),)
    several.studio.rules["r2"] = several.studio.rule("r2", most_wrong=None, costs=costs)
    told = text_of(several.open("evaluate", view_several="“Not sure” and costs"))
    assert "By these costs the model names gear from 2 %; every other class from 50 %." in told.replace(
        "\\", ""
    )
    assert "per 1,000 pictures" in told
    assert "answered otherwise" in told


def test_without_costs_there_is_no_price(several):
    told = text_of(several.open("evaluate", view_several="“Not sure” and costs"))
    assert "Each class is a yes or no of its own." in told
    assert "per 1,000 pictures" not in told
