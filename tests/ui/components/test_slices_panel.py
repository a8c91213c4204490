"""Where it is worse, on the screen: the sentence, the dots, and the kind whose pictures are asked for."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.slices import SliceReport
from tests.evaluation.made_slices import dark, facts_of, report_of, sample_of
from ui.charts.slices import MOST_OF_ONE, accuracy_by_slice, drawn, table
from ui.words import esc


def screen():
    import streamlit as st

    from ui.components import slices_panel

    chosen = slices_panel.show(st.session_state["report"], key="k")
    st.text(f"chosen: {chosen.pictures if chosen else None}")


def shown(report: SliceReport) -> AppTest:
    at = AppTest.from_function(screen)
    at.session_state["report"] = report
    at.run()
    assert not at.exception
    return at


def test_the_worst_kind_is_told_and_its_pictures_come_first():
    at = shown(dark(10, 5))
    assert "On the darker pictures it is right on 60 of 100" in at.markdown[0].value.replace("\\", "")
    assert len(at.get("plotly_chart")) == 1
    assert at.text[0].value == "chosen: 25"
    assert at.selectbox[0].options[0] == "Brightness: the darker pictures (25 pictures, 60 % right)"


def test_where_nothing_stands_out_a_kind_is_chosen_by_hand():
    at = shown(dark(3, 4))
    assert at.text[0].value == "chosen: None"
    at.selectbox[0].set_value(1).run()
    assert at.text[0].value == "chosen: 75"


def test_nothing_to_tell_apart_draws_no_chart():
    at = shown(report_of([(0, 0)] * 5))
    assert not at.get("plotly_chart")


def test_what_stands_out_has_a_marker_and_a_word_of_its_own():
    figure = accuracy_by_slice(dark(10, 5))
    luck, worse, better, few = figure.data
    assert (worse.marker.symbol, worse.text, worse.x) == ("diamond", ("worse",), (0.6,))
    assert (better.text, luck.x, few.x) == (("better",), (), ())
    assert worse.marker.symbol != luck.marker.symbol != few.marker.symbol


def test_error_bars_are_the_interval():
    report = dark(10, 5)
    worse = accuracy_by_slice(report).data[1]
    assert 0.6 + worse.error_x.array[0] == pytest.approx(report.worst.accuracy.high)
    assert 0.6 - worse.error_x.arrayminus[0] == pytest.approx(report.worst.accuracy.low)


def test_names_are_escaped_for_plotly_and_markdown():
    hostile = "<b>**x**</b>"
    facts = [facts_of(row, camera=hostile if row < 20 else "Phone") for row in range(80)]
    report = report_of([(0, 1 if row < 12 else 0) for row in range(80)], facts=facts)
    assert report.worst.value == hostile
    figure = accuracy_by_slice(report)
    assert hostile not in str(figure.to_json().encode().decode("unicode_escape"))
    assert esc(hostile) in shown(report).markdown[0].value


def test_of_very_many_folders_only_the_worst_are_drawn():
    samples = [sample_of(row, path=f"site {row // 10:02}/{row}.jpg") for row in range(200)]
    report = report_of([(0, 1 if row < 30 and row % 2 else 0) for row in range(200)], samples=samples)
    assert len(report.slices) == 20
    some = drawn(report)
    assert len(some) == MOST_OF_ONE
    assert {"site 00", "site 01", "site 02"} <= {one.value for one in some}
    assert "12 kinds with better scores not drawn" in shown(report).caption[1].value.replace("\\", "")


def test_the_table_has_a_gap_where_there_is_no_figure():
    samples = [sample_of(row, path=f"{'walk' if row < 5 else 'run'}/{row}.jpg") for row in range(40)]
    found = table(report_of([(0, 0)] * 40, samples=samples))
    assert found["Kind"].tolist() == ["Folder"] * 2
    assert found["Verdict"].tolist() == ["no clear difference", "too few to judge"]
    assert found["p"].isna().tolist() == [False, True]
