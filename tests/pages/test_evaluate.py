"""Evaluate: figures, matrix, curves, mistakes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.dataset import Issue, IssueKind, Severity, Split
from core.domain.decision import Cost
from tests.pages.conftest import text_of
from ui import later_labels
from ui.charts.per_class import span
from ui.words import spread


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


def test_one_list_alone_opens_a_whole_row(visit):
    screen = visit("done")
    at = screen.open("evaluate")
    at.selectbox(key="really_r2_test").set_value("bolt").run()
    assert not at.exception
    assert "There is no bolt here" not in text_of(at)


def test_the_matrix_can_show_mistakes_and_put_confused_classes_together(visit):
    at = visit("done").open(
        "evaluate", matrix_mistakes=True, matrix_together=True, matrix_shows="% of column"
    )
    assert not at.exception


def test_a_leak_stands_under_the_score(visit):
    """Who trained in spite of the warning on Pictures read "right on about 98 of 100", and nothing else."""
    screen = visit("done")
    assert not screen.open("evaluate").warning
    leak = Issue(
        kind=IssueKind.LEAK,
        severity=Severity.WARNS,
        message="8 pictures are in more than one split.",
        consequence="The score is better than the truth.",
    )
    screen.studio.dataset_ = replace(screen.studio.dataset_, issues=(leak,))
    (told,) = screen.open("evaluate").warning
    assert told.value.replace("\\", "") == (
        "This score may be too good. 8 pictures are in more than one split. The score is better than the "
        "truth. Pictures says how to mend it; then train again."
    )


def test_validation_pictures_come_with_a_warning(visit):
    at = visit("done").open("evaluate", judged_on_r2=str(Split.VALIDATION))
    assert "a little too friendly" in text_of(at)


@pytest.mark.parametrize(
    "tab", ["Mistakes", "Per class", "Curves", "How sure", "Where it is worse", "Picture map"]
)
def test_every_tab_draws(visit, tab):
    at = visit("done").open("evaluate", view=tab)
    assert not at.exception


def test_many_classes_are_chosen_from_for_the_curves(visit):
    names = tuple(f"species {i}" for i in range(15))
    at = visit("done", classes=names).open("evaluate", view="Curves")
    assert len(at.multiselect(key="roc_classes_r2_test").value) == 5
    at.segmented_control(key="curves_kind").set_value("Precision and recall").run()
    assert not at.exception


def test_every_score_stands_with_its_range(visit):
    at = visit("done").open("evaluate")
    scores = visit("done").studio.report("r2").test
    figures = {metric.label: metric.delta for metric in at.metric}
    assert figures["Accuracy"] == spread(scores.accuracy)
    assert figures["Macro F1"] == span(scores.macro_f1_interval)


def test_a_class_opens_its_pictures_wrong_ones_first(visit):
    at = visit("done").open("evaluate", view="Per class")
    at.selectbox(key="class_pictures_r2_test").set_value("gear").run()
    told = text_of(at)
    assert told.index("Answered wrongly, the surest first") < told.index("Answered rightly, the least sure")


def test_a_wish_is_told_and_kept(visit):
    screen = visit("done")
    at = screen.open("evaluate", view="“Not sure” and costs")
    assert "This is how the model answers now" in text_of(at)
    at.select_slider(key="most_wrong_r2").set_value("20 %").run()
    assert "It answers " in text_of(at)
    assert "promise" in text_of(at)
    at.button(key="keep_rule_r2").click().run()
    assert screen.studio.rules["r2"].most_wrong == 0.2
    assert "The model answers by the new rule from now on" in "".join(toast.value for toast in at.toast)
    assert "at most 20 % are wrong" in text_of(at).replace("\\", "")


def test_costs_are_told_with_the_pictures_that_change_side(visit):
    screen = visit("done")
    costs = (Cost(actual="bolt", said="gear", cost=1_000.0),)
    screen.studio.rules["r2"] = screen.studio.rule("r2", most_wrong=None, costs=costs)
    told = text_of(screen.open("evaluate", view="“Not sure” and costs"))
    assert "per 1,000 pictures" in told
    assert "answered otherwise" in told
    assert "as if every mistake cost the same" in told
    assert "as if every mistake cost the same" not in text_of(visit("done").open("evaluate"))


def test_a_class_that_must_not_be_overlooked_is_told_and_kept(visit):
    screen = visit("done")
    at = screen.open("evaluate", view="“Not sure” and costs")
    at.selectbox(key="seldom_r2").set_value("bolt").run()
    at.select_slider(key="seldom_share_r2").set_value("1 %").run()
    told = text_of(at)
    assert "test pictures of “bolt”" in told
    assert "called “bolt” wrongly, instead of" in told
    at.button(key="keep_rule_r2").click().run()
    kept = screen.studio.rules["r2"].costs
    assert {(cost.actual, cost.said) for cost in kept} == {
        ("bolt", name) for name in screen.studio.classes if name != "bolt"
    }
    assert len({cost.cost for cost in kept}) == 1
    assert kept[0].cost > 1


def test_the_address_names_the_run(visit):
    screen = visit("done")
    screen.at.query_params["run"] = "Run 1"
    assert screen.open("evaluate").selectbox(key="run").value == "r1"


def test_labels_that_were_changed_since_are_told_with_the_score_by_them(visit):
    screen = visit("done")
    first = screen.studio.dataset_
    screen.studio.dataset_ = replace(first, id="d2", version=2)
    newer = replace(screen.studio.report("r2").test, pictures=30, correct=29)
    screen.studio.rescored = lambda _run, _dataset, *, split: newer
    later_labels._rescored.clear()
    told = text_of(screen.open("evaluate")).replace("\\", "")
    assert "By the labels as they are now (version 2) it is right on 29 of 30" in told
    screen.studio.dataset_ = first
    assert "By the labels as they are now" not in text_of(screen.open("evaluate"))
    later_labels._rescored.clear()
