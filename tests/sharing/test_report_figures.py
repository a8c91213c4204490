"""The figures of a report, against cases done by hand."""

from __future__ import annotations

import pytest

from core.domain.dataset import Split
from core.domain.report import ClassScore, Interval
from core.evaluation.scores import score
from core.sharing.report_figures import confusion, f1_bars
from tests.evaluation.made import answered


def one(name: str, f1: float | None, interval: Interval | None = None) -> ClassScore:
    return ClassScore(name=name, support=7, predicted=7, precision=f1, recall=f1, f1=f1, f1_interval=interval)


def test_cells_are_coloured_by_the_share_of_their_row():
    told = score(answered([(0, 0), (0, 0), (0, 1), (0, 0), (2, 2)], 3), ("a", "b", "c"), Split.TEST)
    figure = confusion(told)
    heat = figure["data"][0]
    assert heat["z"] == [[0.75, 0.25, 0.0], [None, None, None], [0.0, 0.0, 1.0]]
    assert heat["text"] == [["3", "1", ""], ["", "", ""], ["", "", "1"]]
    assert heat["customdata"][0][1] == "really a, said b: 1 of 4"
    assert figure["layout"]["yaxis"]["autorange"] == "reversed"  # the first class at the top


def test_bars_begin_with_the_worst_and_carry_their_ranges():
    wide = Interval(value=0.5, low=0.25, high=0.875)
    figure = f1_bars([one("good", 0.9), one("bad", 0.5, wide), one("unknown", None)])
    bars = figure["data"][0]
    assert bars["x"] == [0.5, 0.9]
    assert bars["error_x"]["array"] == [0.375, 0.0]
    assert bars["error_x"]["arrayminus"] == [0.25, 0.0]
    assert figure["layout"]["yaxis"]["ticktext"] == ["bad", "good"]
    assert bars["customdata"][0] == ["bad", "0.25 to 0.88", 7]


def test_long_names_that_begin_alike_stay_two_bars():
    figure = f1_bars([one("x" * 40 + "1", 0.5), one("x" * 40 + "2", 0.6)])
    assert figure["data"][0]["y"] == [0, 1]
    assert figure["data"][0]["customdata"][1][0].endswith("2")


@pytest.mark.parametrize("name", ["<b>x</b>", "a & b"])
def test_names_are_no_html_to_plotly(name: str):
    figure = f1_bars([one(name, 0.5)])
    assert "<b>" not in str(figure["layout"]["yaxis"]["ticktext"])
    assert "& " not in str(figure["data"][0]["customdata"])


def test_nothing_known_is_no_figure():
    assert f1_bars([one("a", None)]) is None
