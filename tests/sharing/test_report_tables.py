"""Figures as tables: every count in its place, and of many classes the worst mistakes."""

from __future__ import annotations

from core.domain.decision import Cost
from core.evaluation.overlooking import with_cost
from core.evaluation.report import build_report
from core.sharing.report_tables import confusion, costs, reliability
from tests.evaluation.made import answered, drawn_several


def scores_of(pairs, classes):
    return build_report("r", tuple(f"k{i}" for i in range(classes)), answered(pairs, classes)).test


def test_rows_are_what_pictures_really_are():
    table = confusion(scores_of([(0, 0), (0, 1), (1, 1), (0, 1)], 2))
    assert table.head == ("Really", "said k0", "said k1")
    assert table.rows == (("k0", "1", "2"), ("k1", "0", "1"))


def test_of_many_classes_the_worst_mistakes_are_listed():
    pairs = [(i, i) for i in range(25)] + [(3, 4)] * 2 + [(7, 8)] + [(i, 0) for i in range(1, 25)] * 3
    table = confusion(scores_of(pairs, 25))
    assert table.title == "What is taken for what, most often first"
    assert table.rows[0] == ("k1", "k0", "3 of 4")
    assert table.rows[-2:] == (("k3", "k4", "2 of 6"), ("k7", "k8", "1 of 5"))
    perfect = confusion(scores_of([(i, i) for i in range(25)], 25))
    assert perfect is None


def test_a_long_list_says_how_long_it_is():
    pairs = [(i, j) for i in range(21) for j in range(21)]
    table = confusion(scores_of(pairs, 21))
    assert table.title == "What is taken for what, most often first, the first 30 of 420"
    assert len(table.rows) == 30


def test_of_several_classes_there_is_no_confusion():
    assert confusion(build_report("r", ("a", "b"), drawn_several(30, 2)).test) is None


def test_answers_that_are_about_equally_sure_share_a_row():
    found = build_report("r", ("a", "b"), answered([(0, 0), (0, 1)], 2))  # 0.6, and a little under 0.9
    rows = reliability(found.test_calibration.after).rows
    assert [row[:3] for row in rows] == [("60 to 70 %", "1", "60 % sure"), ("80 to 90 %", "1", "90 % sure")]
    assert rows[0][3].startswith("100.0 % (")


def test_what_costs_the_same_whatever_is_said_is_one_row():
    told = with_cost((Cost(actual="b", said="c", cost=2500.0),), ("a", "b", "c"), "a", 9.0, several=False)
    assert costs(told, ("a", "b", "c")) == (("b", "c", "2,500"), ("a", "anything else", "9"))
    assert costs((Cost(actual="a", said="b", cost=1.5),), ("a", "b")) == (("a", "b", "1.5"),)


def test_costs_of_a_yes_or_no_are_in_words():
    told = (Cost(actual="a", said="", cost=3.0), Cost(actual="", said="b", cost=4.0))
    assert costs(told, ("a", "b", "c")) == (("no b", "b", "4"), ("a", "nothing of it", "3"))
