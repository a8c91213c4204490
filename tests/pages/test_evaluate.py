"""Evaluate: figures, matrix, curves, mistakes."""

from __future__ import annotations

from core.domain.dataset import Split
from tests.pages.conftest import text_of


def test_a_chosen_cell_opens_its_pictures(visit):
    screen = visit("done")
    at = screen.open("evaluate")
    at.selectbox(key="really_r2_test").set_value("bolt")
    at.selectbox(key="said_r2_test").set_value("nut").run()
    assert "No bolt was taken for nut" in text_of(at)


def test_a_clicked_cell_fills_the_lists(visit):
    at = visit("done").open("evaluate")
    at.session_state["matrix_r2_test_counts"] = {
        "selection": {"cell": [{"actual": "gear", "predicted": "nut"}]}
    }
    at.run()
    assert at.selectbox(key="really_r2_test_1_2").value == "gear"


def test_validation_pictures_come_with_a_warning(visit):
    at = visit("done").open("evaluate", judged_on=Split.VALIDATION)
    assert "a little too friendly" in text_of(at)


def test_every_tab_draws(visit):
    for tab in ("ROC curves", "Per class", "Mistakes"):
        at = visit("done").open("evaluate", view=tab)
        assert not at.exception


def test_many_classes_are_chosen_from_for_the_curves(visit):
    names = tuple(f"species {i}" for i in range(15))
    at = visit("done", classes=names).open("evaluate", view="ROC curves")
    assert len(at.multiselect(key="roc_classes_r2_test").value) == 5


def test_the_address_names_the_run(visit):
    screen = visit("done")
    screen.at.query_params["run"] = "Run 1"
    assert screen.open("evaluate").selectbox(key="run").value == "r1"
