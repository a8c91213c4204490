"""What mistakes cost, in a table of words."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from core.domain.decision import Cost


def table():
    import streamlit as st

    from ui.components import cost_table

    cost_table.show(st.session_state["classes"], st.session_state["kept"], key="k")


def test_the_name_of_a_class_is_no_markdown():
    """A class called “*new*” was told as “new” in italics where a row does nothing."""
    at = AppTest.from_function(table)
    at.session_state["classes"] = ("*new*", "old")
    at.session_state["kept"] = (Cost(actual="*new*", said="*new*", cost=5.0),)
    at.run()
    assert not at.exception
    assert at.caption[0].value == (
        r"Saying \*new\* when it really is \*new\* is no mistake: that row does nothing."
    )
